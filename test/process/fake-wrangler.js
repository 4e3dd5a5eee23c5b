// Loaded by `node --import`: every wrangler that is started is this file. It prints what FAKE_WRANGLER has for its
// arguments, as wrangler prints it, and fails like wrangler for all else.
import { registerHooks } from "node:module";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const answers = JSON.parse(readFileSync(process.env.FAKE_WRANGLER ?? "", "utf8"));
  const asked = process.argv.slice(2).join(" ");
  const answer = answers[asked];
  if (answer === undefined) {
    console.error(
      `\u001b[31m✘ \u001b[41;31m[\u001b[41;97mERROR\u001b[41;31m]\u001b[0m \u001b[1mUnknown: ${asked}\u001b[0m`,
    );
    process.exitCode = 1;
  } else if (typeof answer.error === "string") {
    console.error(
      `\u001b[31m✘ \u001b[41;31m[\u001b[41;97mERROR\u001b[41;31m]\u001b[0m \u001b[1m${answer.error}\u001b[0m\n\n🪵  Logs were written to "/x.log"`,
    );
    process.exitCode = 1;
  } else console.log(typeof answer === "string" ? answer : JSON.stringify(answer, null, 2));
} else
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === "wrangler" ? { url: import.meta.url, shortCircuit: true } : next(specifier, context),
  });
