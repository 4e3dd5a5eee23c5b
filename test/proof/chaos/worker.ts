import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { z } from "zod";
import { freePort, HOST } from "../../../src/cli/port.ts";
import { ROOT } from "../../../src/cli/project.ts";
import { WRANGLER_ENV } from "../../../src/cli/wrangler.ts";
import type { ServerOptions } from "./server.ts";

/** A call that takes longer is stuck: nothing in the service may wait for so long. */
const STUCK_MS = 60_000;
const START_MS = 60_000;

export interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

/** The Worker as a process that can be killed, and calls to it. */
export interface WorkerProcess {
  start(): Promise<void>;
  /** SIGKILL to node and workerd at once, like a power cut. Resolves when they are gone. */
  kill(): Promise<void>;
  /** Resolves once the Worker is running. */
  up(): Promise<void>;
  /** Null when the process died before it had answered. */
  call(method: string, path: string, token: string, body?: unknown, headers?: object): Promise<Answer | null>;
  /** What somebody else sends, as it is. @returns the status; null when the process died before it had answered */
  post(path: string, body: string, headers: Record<string, string>): Promise<number | null>;
  /** The same for the controls of the wrapper (wrapper.js). */
  control<T>(name: string, body: unknown, answer: z.ZodType<T>): Promise<T | null>;
  /** Events that the Worker logged at level error, with their counts. */
  errors: Map<string, number>;
  /** Calls without an answer, although the process was alive. */
  stuck: string[];
}

export interface WorkerOptions {
  state: string;
  vars: Record<string, string>;
  /** Tells a new process what it must know before anything else. */
  prepare(worker: WorkerProcess): Promise<void>;
  onLine?: ((line: string) => void) | undefined;
}

export async function createWorkerProcess(options: WorkerOptions): Promise<WorkerProcess> {
  const port = await freePort();
  if (port === undefined) throw new Error("There is no free port");
  const origin = `http://${HOST}:${port}`;
  const errors = new Map<string, number>();
  const stuck: string[] = [];
  let child: ChildProcess | null = null;
  let ready = Promise.withResolvers<void>();
  let life = new AbortController();

  const hear = (line: string) => {
    options.onLine?.(line);
    const event = line.startsWith('{"level":"error"') ? /"event":"(\w+)"/.exec(line)?.[1] : undefined;
    if (event !== undefined) errors.set(event, (errors.get(event) ?? 0) + 1);
  };

  async function request(method: string, path: string, init: RequestInit): Promise<Answer | null> {
    const mine = life;
    const signal = AbortSignal.any([mine.signal, AbortSignal.timeout(STUCK_MS)]);
    try {
      const response = await fetch(`${origin}${path}`, { ...init, method, signal });
      const text = await response.text();
      const isJson = (response.headers.get("content-type") ?? "").includes("json");
      return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
    } catch {
      if (!mine.signal.aborted) stuck.push(`${method} ${path}`);
      return null;
    }
  }

  const worker: WorkerProcess = {
    errors,
    stuck,
    up: () => ready.promise,
    async start() {
      life = new AbortController();
      child = launch({ state: options.state, port, vars: options.vars }, hear);
      const gone = once(child, "exit").then(() => {
        throw new Error("The Worker's process ended before it was ready");
      });
      gone.catch(() => {});
      await Promise.race([once(child, "message", { signal: AbortSignal.timeout(START_MS) }), gone]);
      await options.prepare(worker);
      ready.resolve();
    },
    async kill() {
      ready = Promise.withResolvers();
      const isAlive = child !== null && child.exitCode === null && child.signalCode === null;
      const exited = child && isAlive ? once(child, "exit") : null;
      if (child?.pid !== undefined && isAlive) process.kill(-child.pid, "SIGKILL");
      // Only now: no caller may learn of the kill before the process is dead.
      life.abort();
      await exited;
      // The port belongs to workerd: while it is taken, workerd is still running.
      for (let tries = 0; tries < 100 && (await freePort(port)) === undefined; tries++) await sleep(20);
    },
    call: async (method, path, token, body, headers = {}) => {
      await worker.up();
      return request(method, path, {
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    },
    async post(path, body, headers) {
      await worker.up();
      return (await request("POST", path, { body, headers }))?.status ?? null;
    },
    async control<T>(name: string, body: unknown, expected: z.ZodType<T>) {
      const answer = await request("POST", `/chaos/${name}`, { body: JSON.stringify(body) });
      if (answer !== null && answer.status !== 200)
        throw new Error(`${name}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer === null ? null : expected.parse(answer.body);
    },
  };
  return worker;
}

function launch(options: ServerOptions, hear: (line: string) => void): ChildProcess {
  const child = spawn(
    process.execPath,
    [
      "--no-warnings",
      "--import",
      join(ROOT, "src/cli/exit-with-parent.ts"),
      join(import.meta.dirname, "server.ts"),
      JSON.stringify(options),
    ],
    { cwd: ROOT, detached: true, env: WRANGLER_ENV, stdio: ["ignore", "pipe", "pipe", "ipc"] },
  );
  for (const stream of [child.stdout, child.stderr]) if (stream) createInterface(stream).on("line", hear);
  return child;
}
