import { readFile } from "node:fs/promises";

/** What Cloudflare bills, and the round trips. */
export interface Counts {
  /** Events that the Worker handled: requests, queue batches, cron ticks. */
  invocations: number;
  /** Round trips to D1. */
  trips: number;
  rowsRead: number;
  rowsWritten: number;
  queueWrites: number;
  queueReads: number;
  queueDeletes: number;
  /** Calls of Durable Objects, alarms included, and rows that they wrote. */
  objectRequests: number;
  objectRows: number;
  /** Requests to providers; Cloudflare does not bill them. */
  providerRequests: number;
}

/** A statement that ran: its last parameters, how often, and its rows. */
export interface Ran {
  sql: string;
  params: unknown[];
  runs: number;
  rowsRead: number;
  rowsWritten: number;
}

export interface Measured {
  counts: Counts;
  statements: Ran[];
  /** Wall time of `run` itself; on a shared machine an indication only. */
  ms: number;
}

export interface Meter {
  /** Counts what `run` costs, with all that it leaves under way: queue messages, and what they lead to. */
  measure(run: () => Promise<unknown>): Promise<Measured>;
  /** Lets a cron trigger fire. */
  cron(expression: string): Promise<void>;
}

/** Stands around the Worker: `wrapper` of `startProduction`. */
export const meteredWorker = async () => ({
  name: "metered-worker.js",
  source: await readFile(new URL("metered-worker.js", import.meta.url), "utf8"),
});

const QUIET_WITHIN_MS = 120_000;
const LOOK_EACH_MS = 15;

/** @param origin of a Worker in `meteredWorker` */
export function createMeter(origin: string): Meter {
  const ask = async (path: string) => {
    const response = await fetch(`${origin}/costs/${path}`);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as { counts: Counts; statements: Ran[]; open: number };
  };
  async function quiet() {
    for (const end = Date.now() + QUIET_WITHIN_MS; Date.now() < end;) {
      const seen = await ask("now");
      if (seen.open === 0) return seen;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EACH_MS));
    }
    throw new Error("Something is still under way");
  }
  return {
    async measure(run) {
      await quiet();
      await ask("reset");
      const start = performance.now();
      await run();
      const ms = performance.now() - start;
      const { counts, statements } = await quiet();
      return { counts, statements, ms };
    },
    async cron(expression) {
      await ask(`cron?cron=${encodeURIComponent(expression)}`);
    },
  };
}
