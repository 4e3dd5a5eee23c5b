/**
 * `npm run -s token -- --sub usr_1 --role user`: prints a token, and nothing else, on stdout (`-s` silences npm's own
 * two lines). Signed with JWT_SECRET from the environment, else from .dev.vars; JWT_ISSUER and JWT_AUDIENCE likewise.
 * Errors go to stderr, with exit code 1.
 */
import { parseArgs } from "node:util";
import { directoryId } from "../lib/text.ts";
import { readDevVars, withoutEmpty } from "./dev-vars.ts";
import { isRole, parseDuration, POWERS, signToken } from "./jwt.ts";
import { runCommand, UserError } from "./project.ts";

const USAGE = `Usage: npm run -s token -- --sub <id> --role <role> [options]

  --sub <id>              whose token: a user's id, or a program's name
  --role <role>           ${Object.entries(POWERS)
    .map(([role, may]) => `${role.padEnd(14)}${may}`)
    .join("\n                          ")}
  --org <id>              the organization
  --email <address>       counts as verified, unless --no-email-verified
  --name <name>
  --expires <duration>    45s, 30m, 12h (the default) or 90d`;

function readArguments() {
  try {
    return parseArgs({
      allowNegative: true,
      options: {
        sub: { type: "string" },
        role: { type: "string" },
        org: { type: "string" },
        email: { type: "string" },
        "email-verified": { type: "boolean" },
        name: { type: "string" },
        expires: { type: "string", default: "12h" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
}

/** Ignores .dev.vars if the environment has the secret, so that issuer and secret always come from the same place. */
function readVars(): Record<string, string> {
  const environment = withoutEmpty(process.env);
  return environment["JWT_SECRET"] === undefined ? { ...readDevVars(), ...environment } : environment;
}

await runCommand(async () => {
  const given = readArguments();
  if (given.help) {
    console.log(USAGE);
    return;
  }
  if (!given.sub || !given.role) throw new UserError(`--sub and --role are needed.\n\n${USAGE}`);
  const sub = directoryId.safeParse(given.sub);
  if (!sub.success) throw new UserError(`--sub ${sub.error.issues[0]?.message}`);
  if (!isRole(given.role))
    throw new UserError(`"${given.role}" is not a role. Roles: ${Object.keys(POWERS).join(", ")}.`);
  if (given["email-verified"] && !given.email) throw new UserError("--email-verified needs --email.");
  const claims = {
    sub: sub.data,
    role: given.role,
    org_id: given.org,
    email: given.email,
    email_verified: given.email === undefined ? undefined : (given["email-verified"] ?? true),
    name: given.name,
  };
  console.log(await signToken(claims, parseDuration(given.expires), readVars()));
});
