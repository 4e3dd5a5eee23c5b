import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { migrateLocally } from "./migrate.ts";
import { freePort, HOST } from "./port.ts";
import { DEFAULT_STATE, ROOT, UserError } from "./project.ts";
import { startTicker } from "./ticker.ts";
import { readCrons } from "./wrangler-toml.ts";
import { WRANGLER_ENV, WRANGLER } from "./wrangler.ts";

export interface ServerOptions {
  /** Unset: any free port. */
  port?: number | undefined;
  /** The folder of D1 and the Durable Objects; relative to the project. Default: `.wrangler/state`. */
  state?: string | undefined;
  /** Variables that override wrangler.toml and .dev.vars; an empty value unsets one. */
  vars?: Record<string, string> | undefined;
  /** Whether to fire wrangler.toml's cron triggers. The start then waits for the first tick. Default: no. */
  cron?: boolean | undefined;
  /** Further arguments of `wrangler dev`; a `--var` here wins over `vars`. */
  args?: readonly string[] | undefined;
  /** Gets every line that the server prints, and each failed cron. Default: lines are only kept for `output()`. */
  onLine?: ((line: string, from: "stdout" | "stderr") => void) | undefined;
  /** The Worker must answer within so many milliseconds. Default: 90,000. */
  readyWithinMs?: number | undefined;
  /** Aborts the start, and leaves no process behind. */
  signal?: AbortSignal | undefined;
}

/** The longest time that a start waits for the first tick. After a long pause a tick has much to do. */
const FIRST_TICK_MS = 30_000;

/** How the server's process ended. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface Server {
  origin: string;
  port: number;
  /** The process, and the id of its process group. */
  pid: number;
  /** The last 500 lines that it printed, on both streams. */
  output(): string;
  /** Resolves when the process has ended, for whatever reason. */
  exited: Promise<Exit>;
  /** Sends SIGTERM, after 5 s SIGKILL, and waits until the process and all its children are gone. */
  stop(): Promise<void>;
  /** Kills it and its children at once, like a power cut, and waits until they are gone. */
  kill(): Promise<void>;
}

/**
 * Migrates the local database and starts `wrangler dev` in a process group of its own; resolves when the Worker answers.
 * Throws a UserError when the port is taken, or when the Worker ends or does not answer in time. The error contains the
 * output, unless `onLine` has received it.
 */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const port = await freePort(options.port);
  if (port === undefined) {
    const next = (options.port ?? 0) + 1;
    throw new UserError(
      `Port ${options.port} is taken by another program. Choose another: PORT=${next} npm start`,
    );
  }
  const state = resolve(ROOT, options.state ?? DEFAULT_STATE);
  await migrateLocally(state);
  options.signal?.throwIfAborted();

  const lines: string[] = [];
  const print = (line: string, from: "stdout" | "stderr") => {
    if (lines.push(line) > 500) lines.shift();
    options.onLine?.(line, from);
  };
  const child = spawnDev(port, state, options);
  for (const from of ["stdout", "stderr"] as const)
    if (child[from]) createInterface(child[from]).on("line", (line) => print(line, from));
  const { pid } = child;
  const exited = new Promise<Exit>((done) => {
    child.once("error", () => done({ code: 1, signal: null }));
    child.once("exit", (code, signal) => done({ code, signal }));
  });
  if (pid === undefined) throw new UserError("wrangler could not be started.");
  // If only wrangler was killed, its workerd is still running and holds the port.
  const gone = exited.then(async () => {
    sendSignal(-pid, "SIGKILL");
    for (let tries = 0; tries < 60 && (await freePort(port)) === undefined; tries += 1) await sleep(50);
  });
  const end = async (signal: "SIGTERM" | "SIGKILL") => {
    if (child.exitCode === null && child.signalCode === null)
      sendSignal(signal === "SIGTERM" ? pid : -pid, signal);
    await gone;
  };

  const origin = `http://${HOST}:${port}`;
  try {
    await answering(child, origin, exited, options);
  } catch (error) {
    await end("SIGKILL");
    if (options.signal?.aborted) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(options.onLine ? reason : `${lines.join("\n")}\n\n${reason}`);
  }
  const ticker = options.cron ? startTicker(origin, readCrons(), (line) => print(line, "stderr")) : undefined;
  void exited.then(() => ticker?.stop());
  // Before the first tick /healthz is 503.
  if (ticker) await Promise.race([ticker.caughtUp, exited, sleep(FIRST_TICK_MS, undefined, { ref: false })]);
  return {
    origin,
    port,
    pid,
    exited,
    output: () => lines.join("\n"),
    async stop() {
      ticker?.stop();
      const insist = setTimeout(() => void end("SIGKILL"), 5_000);
      await end("SIGTERM");
      clearTimeout(insist);
    },
    kill: () => end("SIGKILL"),
  };
}

function spawnDev(port: number, state: string, options: ServerOptions): ChildProcess {
  const flags = {
    ip: HOST,
    port,
    // A free port, so that two servers can run.
    "inspector-port": 0,
    "persist-to": state,
    "show-interactive-dev-session": false,
  };
  return spawn(
    process.execPath,
    [
      "--no-warnings",
      "--import",
      join(import.meta.dirname, "exit-with-parent.ts"),
      WRANGLER,
      "dev",
      ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`),
      ...Object.entries(options.vars ?? {}).map(([name, value]) => `--var=${name}:${value}`),
      ...(options.args ?? []),
    ],
    {
      cwd: ROOT,
      detached: true,
      env: { ...WRANGLER_ENV, WRANGLER_REGISTRY_PATH: join(state, "registry") },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    },
  );
}

/** Waits until the Worker answers with any status. Rejects when it has ended or the time is up. */
async function answering(
  child: ChildProcess,
  origin: string,
  exited: Promise<Exit>,
  options: ServerOptions,
): Promise<void> {
  const within = options.readyWithinMs ?? 90_000;
  const time = AbortSignal.timeout(within);
  const signal = AbortSignal.any([time, ...(options.signal ? [options.signal] : [])]);
  const ended = exited.then((exit) => {
    throw new Error(`wrangler dev ended (${exit.signal ?? exit.code}) before the Worker answered.`);
  });
  const answered = async () => {
    // Wrangler sends an IPC message when it listens. Before, the port refuses connections.
    await once(child, "message", { signal });
    await (await fetch(`${origin}/healthz`, { signal })).arrayBuffer();
  };
  try {
    await Promise.race([ended, answered()]);
  } catch (error) {
    if (!time.aborted) throw error;
    throw new Error(`The Worker did not answer within ${within / 1_000} s.`, { cause: error });
  }
}

/** Sends a signal to a process, or to a group (negative id). Does nothing if it no longer exists. */
function sendSignal(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
