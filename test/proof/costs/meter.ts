import { readFile } from "node:fs/promises";
import { z } from "zod";

const counts = z.object({
  /** Events that the Worker handled: requests, queue batches, cron ticks. */
  invocations: z.number(),
  /** Round trips to D1. */
  trips: z.number(),
  rowsRead: z.number(),
  rowsWritten: z.number(),
  queueWrites: z.number(),
  queueReads: z.number(),
  queueDeletes: z.number(),
  /** Calls of Durable Objects, alarms included, and rows that they wrote. */
  objectRequests: z.number(),
  objectRows: z.number(),
  /** Requests to providers; Cloudflare does not bill them. */
  providerRequests: z.number(),
});
/** What Cloudflare bills, and the round trips. */
export type Counts = z.infer<typeof counts>;

const ran = z.object({
  sql: z.string(),
  params: z.array(z.unknown()),
  runs: z.number(),
  rowsRead: z.number(),
  rowsWritten: z.number(),
});
/** A statement that ran: its last parameters, how often, and its rows. */
export type Ran = z.infer<typeof ran>;

/** The answer of the metered Worker. `open`: how much is still under way. */
const seen = z.object({ counts, statements: z.array(ran), open: z.number() });

export interface Measured {
  counts: Counts;
  statements: Ran[];
  /** Wall time of `run`. Only a hint on a shared machine. */
  ms: number;
}

export interface Meter {
  /** Counts what `run` costs, including its queue messages and what follows from them. */
  measure(run: () => Promise<unknown>): Promise<Measured>;
  /** Fires a cron trigger. */
  cron(expression: string): Promise<void>;
}

/** The `wrapper` for `startProduction`. */
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
    return seen.parse(await response.json());
  };
  async function quiet() {
    for (const end = Date.now() + QUIET_WITHIN_MS; Date.now() < end;) {
      const now = await ask("now");
      if (now.open === 0) return now;
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
