import { serve } from "@hono/node-server";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import { createSesSandbox, SES_KEY } from "../../support/sandbox/ses.ts";
import { serveExpoSandbox } from "../../support/sandbox/serve.ts";
import { build, type Production, startProduction, tokenFor } from "../production.ts";
import { createMeter, type Measured, meteredWorker } from "./meter.ts";
import { CHANGING } from "./changing.ts";
import { FAN_OUT } from "./fan-out.ts";
import { KEEPING } from "./keeping.ts";
import type { Call, Operation, World } from "./operation.ts";
import { READING } from "./reading.ts";
import { SENDING } from "./sending.ts";
import { indexUse, type IndexUse, type Plan, plansOf } from "./plans.ts";
import { seed } from "./seed.ts";
import { givenSubjects, WEBHOOK } from "./subjects.ts";

/** All operations, in an order in which they work. */
const OPERATIONS: readonly Operation[] = [...SENDING, ...FAN_OUT, ...READING, ...KEEPING, ...CHANGING];

export interface Options {
  /** Rows of dispatches, and as many of activities, ascending. */
  sizes: readonly number[];
  /** Activities of the one user whose snapshot is taken. */
  busyActivities: number;
  /** Which operations. Default: all. */
  only?(operation: Operation): boolean;
  /** Receives progress messages. */
  tell?: (line: string) => void;
}

/** Operations that take longer are reported. */
const SLOW_MS = 2_000;

/** The results of one operation at each size. */
export interface Row {
  operation: Operation;
  at: Measured[];
}

export interface Costs {
  sizes: readonly number[];
  rows: Row[];
  plans: Plan[];
  indexes: IndexUse[];
  /** Bytes of the database at the end. */
  bytes: number;
}

/** Builds the Worker, fills its database, and counts every operation at each size. */
export async function measureCosts({
  sizes,
  busyActivities,
  only = () => true,
  tell = () => {},
}: Options): Promise<Costs> {
  await build();
  const expo = await serveExpoSandbox();
  const ses = await serveSes();
  const production = await startProduction({
    wrapper: await meteredWorker(),
    vars: {
      // So long that a slow machine does not send twice.
      LEASE_SECONDS: "900",
      PUSH_PROVIDERS: "expo",
      EXPO_BASE_URL: expo.url,
      EMAIL_PROVIDERS: "ses",
      SES_ENDPOINT: ses.url,
      SES_ACCESS_KEY_ID: SES_KEY.accessKeyId,
      SES_SECRET_ACCESS_KEY: SES_KEY.secretAccessKey,
      SES_RATE_PER_SECOND: "10000",
      POSTMARK_WEBHOOK_CREDENTIALS: WEBHOOK,
      EMAIL_FROM: "Tidings <notifications@tidings.example>",
    },
  });
  try {
    const { db } = production;
    const now = Date.now();
    await givenSubjects(db, busyActivities, now);
    const operations = OPERATIONS.filter(only);
    const rows: Row[] = operations.map((operation) => ({ operation, at: [] }));
    let filled = 0;
    for (const [round, size] of sizes.entries()) {
      const start = performance.now();
      await seed(db, filled, size, now);
      tell(`${size} rows: filled in ${seconds(start)}`);
      filled = size;
      const measured = performance.now();
      const world: World = { ...worldOf(production), label: String(size), round };
      for (const row of rows) {
        const one = await measureOne(world, row.operation);
        row.at.push(one);
        if (one.ms > SLOW_MS) tell(`  ${row.operation.name}: ${(one.ms / 1_000).toFixed(1)} s`);
      }
      tell(`${size} rows: measured in ${seconds(measured)}`);
    }
    const { meta } = await db.prepare("SELECT 1").run();
    const plans = await plansOf(db, rows);
    return { sizes, rows, plans, indexes: await indexUse(db, plans), bytes: meta.size_after };
  } finally {
    await production.stop();
    await Promise.all([expo.close(), ses.close()]);
  }
}

async function measureOne(world: World, operation: Operation): Promise<Measured> {
  try {
    const run = await operation.ready(world);
    let best: Measured | undefined;
    for (let time = 0; time < (operation.times ?? 1); time++) {
      const measured = await world.meter.measure(run);
      best = { ...measured, ms: Math.min(measured.ms, best?.ms ?? Number.POSITIVE_INFINITY) };
    }
    if (best === undefined) throw new Error("It was not run");
    return best;
  } catch (error) {
    throw new Error(operation.name, { cause: error });
  }
}

function worldOf({ db, origin }: Production): Omit<World, "label" | "round"> {
  const call: Call = async (method, path, { as, body, headers } = {}) => {
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: {
        ...(as && { authorization: `Bearer ${await tokenFor(as)}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  };
  return { db, call, meter: createMeter(origin) };
}

/** Serves the sandbox of Amazon SES on this machine. */
function serveSes(): Promise<{ url: string; close(): Promise<void> }> {
  const { app } = createSesSandbox();
  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, ({ port }: AddressInfo) =>
      resolve({
        url: `http://127.0.0.1:${port}`,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            if ("closeAllConnections" in server) server.closeAllConnections();
          }),
      }),
    );
  });
}

const seconds = (since: number): string => `${((performance.now() - since) / 1_000).toFixed(1)} s`;
