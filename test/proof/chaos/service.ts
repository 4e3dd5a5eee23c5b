import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { z } from "zod";
import { signToken } from "../../../src/cli/jwt.ts";
import { HOST } from "../../../src/cli/port.ts";
import { VARS } from "../production.ts";
import { type Broker, createBroker, message, queueName } from "./broker.ts";
import { type ChaosClock, createChaosClock } from "./clock.ts";
import { perProvider, type Provider } from "./faults.ts";
import { createKiller, type Killer } from "./killer.ts";
import { createLedger, giveUp, type Ledger } from "./ledger.ts";
import { type ServedProvider, serveProvider } from "./providers.ts";
import type { Random } from "./random.ts";
import { providerVars } from "./provider-vars.ts";
import { createReports, type Reports } from "./reports.ts";
import { createSandboxes, type Sandboxes } from "./sandboxes.ts";
import { createWorkerProcess, type WorkerProcess } from "./worker.ts";

/** How long a provider may take here, instead of 10 s. */
const PROVIDER_TIMEOUT_MS = 1_000;

/** Longer than any run, however far its clock jumps. */
const YEAR_SECONDS = 365 * 86_400;

/** When the process was killed, and when the next one was running: times of this machine, epoch ms. */
export interface Strike {
  at: number;
  until: number;
}

/** What a consumer decided for each message of a batch; null for nothing. */
const answers = z.array(z.union([z.literal("ack"), z.number(), z.null()]));

/** Everything that takes part: the service as a process, its queues, its providers, its clock. */
export interface Service {
  clock: ChaosClock;
  ledger: Ledger;
  killer: Killer;
  broker: Broker;
  worker: WorkerProcess;
  sandboxes: Sandboxes;
  providers: Record<Provider, ServedProvider>;
  reports: Reports;
  strikes: Strike[];
  stop(): Promise<void>;
}

/** A token of a user; without one, the token of a program. */
export const tokenOf = (user?: string): Promise<string> =>
  signToken(
    user === undefined ? { sub: "chaos", role: "service" } : { sub: user, role: "user" },
    YEAR_SECONDS,
    VARS,
  );

export async function startService(random: Random, onLine?: (line: string) => void): Promise<Service> {
  const clock = createChaosClock();
  const ledger = createLedger();
  const strikes: Strike[] = [];
  const killer = createKiller(async ({ downSeconds }) => {
    const strike = { at: Date.now(), until: Number.POSITIVE_INFINITY };
    strikes.push(strike);
    await worker.kill();
    clock.jump(downSeconds * 1_000);
    await worker.start();
    strike.until = Date.now();
    broker.pump();
  });
  const hand = async (batch: object) => {
    await worker.up();
    return worker.control("consume", batch, answers);
  };
  const broker = createBroker({ clock, killer, random: random.fork("queues") }, hand);
  const queues = await serveQueues(broker, killer, ledger);
  const sandboxes = createSandboxes(clock);
  const providers = await serveProviders(sandboxes, (name) => ({
    ledger,
    killer,
    random: random.fork(name),
  }));
  const state = await mkdtemp(join(tmpdir(), "tidings-chaos-"));
  const worker = await createWorkerProcess({
    state,
    onLine,
    vars: {
      ...providerVars(perProvider((name) => providers[name].url)),
      CHAOS_DRIVER: queues.url,
      CHAOS_PROVIDER_TIMEOUT_MS: String(PROVIDER_TIMEOUT_MS),
      // Low enough for some users to be over it.
      PUSH_LIMIT_PER_HOUR: "30",
      SEND_WAIT_SECONDS: "1",
    },
    async prepare(process) {
      await process.control("setClock", { ahead: clock.ahead() }, z.unknown());
      for (const interrupted of broker.killed) {
        if (interrupted.until !== Number.POSITIVE_INFINITY) continue;
        const settled = await process.control("settled", { ids: [...interrupted.ids] }, z.array(z.string()));
        Object.assign(interrupted, { settled: new Set(settled), until: Date.now() });
      }
    },
  });
  const reports = createReports(sandboxes, { clock, worker, random: random.fork("reports") });
  await worker.start();

  return {
    ...{ clock, ledger, killer, broker, worker, sandboxes, providers, reports, strikes },
    async stop() {
      await worker.kill();
      await Promise.all([queues, ...Object.values(providers)].map((server) => server.close()));
      await rm(state, { recursive: true, force: true });
    },
  };
}

async function serveProviders(
  { expo, fcm, webpush, ses, resend, twilio, vonage, chats, hooks }: Sandboxes,
  behind: (name: Provider) => Parameters<typeof serveProvider>[1],
): Promise<Record<Provider, ServedProvider>> {
  return {
    expo: await serveProvider(expo, behind("expo")),
    fcm: await serveProvider(fcm, behind("fcm")),
    webpush: await serveProvider(webpush, behind("webpush")),
    ses: await serveProvider(ses, behind("ses")),
    resend: await serveProvider(resend, behind("resend")),
    twilio: await serveProvider(twilio, behind("twilio")),
    vonage: await serveProvider(vonage, behind("vonage")),
    chats: await serveProvider(chats, behind("chats")),
    hooks: await serveProvider(hooks, behind("hooks")),
  };
}

/** Receives the `sendBatch` calls of the service, and the wrapper's reports of requests that timed out. */
async function serveQueues(broker: Broker, killer: Killer, ledger: Ledger) {
  const app = new Hono();
  app.post("/queues/:queue", async (context) => {
    const messages = z.array(message).parse(await context.req.json());
    const isTaken = broker.put(queueName.parse(context.req.param("queue")), messages);
    await killer.reach("queued");
    return context.body(null, isTaken ? 204 : 503);
  });
  app.post("/given-up/:name", (context) => {
    giveUp(ledger, context.req.param("name"));
    return context.body(null, 204);
  });
  return new Promise<{ url: string; close(): Promise<void> }>((ready) => {
    const server = serve({ fetch: app.fetch, hostname: HOST, port: 0 }, ({ port }) =>
      ready({
        url: `http://${HOST}:${port}`,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            if ("closeAllConnections" in server) server.closeAllConnections();
          }),
      }),
    );
  });
}
