import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signToken } from "../../src/cli/jwt.ts";
import { type Server, startServer } from "../../src/cli/process.ts";

/** Secrets of a test's server: it must not depend upon anyone's .dev.vars. */
const VARS = {
  ENVIRONMENT: "development",
  JWT_SECRET: "process-test-jwt-secret-process-test-0",
  LINK_SECRET: "process-test-link-secret-process-test",
  SECRETS_KEY: "process-test-secrets-key-process-test",
  OPEN_CONTRACTS: "",
  PUSH_PROVIDERS: "expo",
  EMAIL_PROVIDERS: "log",
};

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed JSON, or text. */
  body: unknown;
}

/** A folder for the state of one server, which outlives it. */
export async function stateFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "tidings-test-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** The Worker as a process, built by wrangler; without cron a test fires ticks itself. */
export const start = (state: string, vars: Record<string, string>, cron = false): Promise<Server> =>
  startServer({ state, cron, vars: { ...VARS, ...vars }, readyWithinMs: 120_000 });

const SERVICE = { sub: "process-test", role: "service" } as const;

/** Calls a server. @param claims of the caller: a service, unless they say otherwise */
export async function call(
  server: Server,
  method: string,
  path: string,
  body?: unknown,
  claims: Parameters<typeof signToken>[0] = SERVICE,
): Promise<Answer> {
  const token = await signToken(claims, 3_600, VARS);
  const response = await fetch(`${server.origin}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = (response.headers.get("content-type") ?? "").includes("json");
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

/** One tick of the every-minute cron. */
export const tick = (server: Server): Promise<Response> =>
  fetch(`${server.origin}/cdn-cgi/local/scheduled?cron=${encodeURIComponent("* * * * *")}`);

/** Asks until the answer is true, or the time is over. */
export async function until(ask: () => Promise<boolean>, withinMs: number): Promise<boolean> {
  for (const end = Date.now() + withinMs; Date.now() < end;) {
    if (await ask()) return true;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return false;
}
