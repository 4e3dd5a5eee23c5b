import { build, startProduction, tokenFor } from "../proof/production.ts";
import { loadDemo } from "../../src/cli/demo.ts";
import type { Claims } from "../../src/cli/jwt.ts";

/** The built Worker with the demo world, and a way to call its API. */
export interface Service {
  origin: string;
  /** Calls the API as a service (or as `claims`). @throws when it refuses */
  api(method: string, path: string, body?: unknown, claims?: Claims): Promise<unknown>;
  /** A link that signs these in to the console. */
  signInLink(claims?: Claims): Promise<string>;
  /** Runs a cron job now. */
  run(job: string): Promise<void>;
  stop(): Promise<void>;
}

const SERVICE: Claims = { sub: "browser-tests", role: "service" };

export async function startService(): Promise<Service> {
  await build();
  const { origin, stop } = await startProduction();
  async function call(method: string, path: string, body: unknown, claims: Claims): Promise<unknown> {
    const answer = await fetch(origin + path, {
      method,
      headers: {
        authorization: `Bearer ${await tokenFor(claims)}`,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? null : JSON.parse(text);
  }
  await loadDemo(origin, await tokenFor(SERVICE), AbortSignal.timeout(60_000));
  return {
    origin,
    api: (method, path, body, claims = SERVICE) => call(method, path, body, claims),
    async signInLink(claims = SERVICE) {
      const made = await call("POST", "/api/v1/console/tickets", undefined, claims);
      if (typeof made !== "object" || made === null || !("url" in made)) throw new Error("no link");
      return origin + new URL(String(made.url)).pathname + new URL(String(made.url)).search;
    },
    run: async (job) => void (await call("POST", `/dev/jobs/${job}`, undefined, SERVICE)),
    stop,
  };
}
