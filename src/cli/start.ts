/**
 * `npm start`: everything that a fresh clone needs, then the Worker on this machine until Ctrl-C.
 *
 * - Makes .dev.vars with fresh secrets when there is none, and migrates the local database.
 * - Starts `wrangler dev`; further arguments go to it: `npm start -- --var EXPO_BASE_URL:http://127.0.0.1:9999`.
 * - On the first start with a state folder, loads a small demo world through the API.
 * - Fires the cron triggers of wrangler.toml, the every-minute one also at once, before it says that it is ready.
 *
 * PORT: where to listen (8787). TIDINGS_STATE: the folder of the local data (.wrangler/state).
 * TIDINGS_CRON=off: fires no cron triggers, for tests that do so themselves.
 * Exits with 0 after Ctrl-C or SIGTERM, with 1 when it could not start, else with wrangler's own code.
 */
import { existsSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { firstRequest, loadDemo } from "./demo.ts";
import { ensureDevVars, readDevVars, withoutEmpty } from "./dev-vars.ts";
import { type Claims, signToken } from "./jwt.ts";
import { HOST } from "./port.ts";
import { type Server, startServer } from "./process.ts";
import { ROOT, runCommand } from "./project.ts";
import { readSettings, type Settings, varsIn } from "./settings.ts";
import { createTerminal, type Terminal } from "./terminal.ts";

const TOKEN_SECONDS = 12 * 3_600;

/** Loads the demo world once for each state folder. If that fails, the server runs without it. */
async function loadDemoOnce(
  origin: string,
  state: string,
  token: string,
  signal: AbortSignal,
): Promise<void> {
  const marker = join(state, "tidings-demo");
  if (existsSync(marker)) return;
  try {
    await loadDemo(origin, token, AbortSignal.any([signal, AbortSignal.timeout(30_000)]));
    writeFileSync(marker, "");
    console.log("Loaded the demo world: usr_demo and usr_demo_2 in org_demo, and a device.");
  } catch (error) {
    if (!signal.aborted)
      console.error(`Warning: no demo world. ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A link that signs in to the console, once; where that fails, the address of the console alone. */
async function consoleLink(origin: string, token: string | undefined, signal: AbortSignal): Promise<string> {
  const plain = `${origin}/console`;
  if (token === undefined) return plain;
  try {
    const answer = await fetch(`${origin}/api/v1/console/tickets`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
    });
    const { url } = z.object({ url: z.url() }).parse(await answer.json());
    return `${origin}${new URL(url).pathname}${new URL(url).search}`;
  } catch {
    return plain;
  }
}

/** The text that is printed when the server is ready. */
function welcome(
  origin: string,
  state: string,
  token: string | undefined,
  { link, reader }: { link: string; reader: string | undefined },
  seconds: string,
): string {
  const folder = relative(ROOT, state);
  const next =
    token === undefined
      ? "No JWT_SECRET in .dev.vars: bring a token of your own issuer."
      : `Send a first push. The token is a program's (role "service") and lasts 12 hours.\n\n${firstRequest(origin, token)}`;
  return `
Tidings is ready after ${seconds} s: ${origin}

  Console    ${link}
  Outbox     ${origin}/dev/outbox (what would have been sent)
  Inbox      ${origin}/dev/inbox${reader === undefined ? "" : `#token=${reader}`} (the inbox element, as usr_demo)
  Guides     ${origin}/docs
  Data       ${folder.startsWith("..") ? state : folder} (remove the folder to start afresh)
  Tokens     npm run -s token -- --sub usr_demo --role user
  Stop       Ctrl-C

${next}
`;
}

/** Starts the server and prints the welcome text. Throws when it cannot start, or when `signal` aborts. */
async function open(
  settings: Settings,
  args: readonly string[],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Server> {
  const { port, state, cron } = settings;
  const began = performance.now();
  if (ensureDevVars()) console.log("Made .dev.vars from .dev.vars.example, with fresh secrets.");
  const origin = `http://${HOST}:${port}`;
  // Links in messages lead to this server, unless PUBLIC_URL is set.
  const vars: Record<string, string> = {
    PUBLIC_URL: origin,
    ...readDevVars(),
    ...withoutEmpty(varsIn(args)),
  };
  console.log("Starting …");
  const server = await startServer({
    port,
    state,
    cron,
    args,
    signal,
    vars: { PUBLIC_URL: vars["PUBLIC_URL"] ?? origin },
    onLine: terminal.onLine,
  });
  await Promise.race([terminal.settled, sleep(3_000, undefined, { ref: false })]);
  const sign = async (claims: Claims): Promise<string | undefined> =>
    vars["JWT_SECRET"] === undefined ? undefined : signToken(claims, TOKEN_SECONDS, vars);
  const token = await sign({ sub: "npm-start", role: "service" });
  // In the fragment, which is sent to nobody.
  const reader = await sign({ sub: "usr_demo", role: "user" });
  if (token !== undefined) await loadDemoOnce(origin, state, token, signal);
  const link = await consoleLink(origin, token, signal);
  terminal.open();
  if (!signal.aborted)
    console.log(
      welcome(origin, state, token, { link, reader }, ((performance.now() - began) / 1_000).toFixed(1)),
    );
  return server;
}

/** Calls `then` when the parent process is gone: if npm is killed, nothing else stops this process. */
function whenOrphaned(then: () => void): void {
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && then(), 1_000).unref();
}

await runCommand(async () => {
  const args = process.argv.slice(2);
  const settings = readSettings(process.env, args);
  const terminal = createTerminal();
  const stopping = new AbortController();
  const stop = new Promise<undefined>((done) => {
    const ask = () => {
      stopping.abort();
      done(undefined);
    };
    // Ctrl-C reaches us twice: from the terminal and from npm. The second one changes nothing.
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, ask);
    if (process.env["npm_lifecycle_event"] !== undefined) whenOrphaned(ask);
  });
  let server: Server;
  try {
    server = await open(settings, args, terminal, stopping.signal);
  } catch (error) {
    if (stopping.signal.aborted) process.exit(0);
    throw error;
  }
  const exit = await Promise.race([server.exited, stop]);
  if (exit === undefined) {
    terminal.close();
    console.log("\nStopping …");
    await server.stop();
    process.exit(0);
  }
  console.error(`wrangler dev ended by itself (${exit.signal ?? `exit code ${exit.code}`}).`);
  process.exit(exit.code || 1);
});
