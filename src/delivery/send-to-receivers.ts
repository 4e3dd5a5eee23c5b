import type { Ctx } from "../ctx.ts";
import { SECOND } from "../lib/clock.ts";
import { inParallel } from "../lib/parallel.ts";
import type { ProviderEntry } from "./channel.ts";
import type { Outcome, ProviderHealth, SendReport } from "./outcome.ts";
import { PARALLEL_REQUESTS, paused, type Sent, sendSafely, type Terms } from "./send-concurrently.ts";
import { sendWithPermit } from "./with-permit.ts";

/** How long a round waits for the pace of one receiver: what it takes only later is deferred until then. */
const PATIENCE_MS = 5 * SECOND;

/** After a failure the receiver's other messages are tried again so much later. */
const AFTER_FAILURE_MS = 15 * SECOND;

const UNWELL: Outcome = {
  kind: "deferred",
  code: "receiver_unwell",
  message: "The receiver failed on the message before it",
  afterMs: AFTER_FAILURE_MS,
};

/** The outcome of what a receiver takes only later. */
const atItsPace = (afterMs: number): Outcome => ({
  kind: "deferred",
  code: "throttled",
  message: "The receiver takes no more messages at once",
  afterMs,
});

/** A message to somebody who has a gate of their own: a chat, a webhook. `name`: the gate's, unique within the channel. */
export interface ToReceiver {
  receiver: ProviderEntry;
}

/**
 * Sends messages, one a request, to receivers that customers own. Each has a gate: its pace, its pauses and its breaker. So a
 * receiver that is slow, throttles or is away defers its own messages alone. Its messages go one after another, in order;
 * after one has failed it gets no more in this round. A few receivers are sent to at the same time.
 * @returns messages without an outcome were not sent: the lease no longer covered them
 */
export async function sendToReceivers<Item extends ToReceiver>(
  ctx: Ctx,
  channel: string,
  terms: Pick<Terms, "lease" | "connections">,
  items: readonly Item[],
  send: (item: Item) => Promise<SendReport>,
): Promise<Pick<Sent<Item>, "outcomes" | "took">> {
  const all: Pick<Sent<Item>, "outcomes" | "took"> = { outcomes: new Map(), took: new Map() };
  const byReceiver = [...Map.groupBy(items, ({ receiver }) => receiver.name).values()];
  await inParallel(byReceiver, PARALLEL_REQUESTS, async (group) => {
    const [first] = group;
    if (first === undefined) return;
    const { now, later } = inPace(first.receiver, group);
    for (const [item, outcome] of later) all.outcomes.set(item, outcome);
    const { outcomes, took } = await sendWithPermit(ctx, channel, first.receiver, now, (acquireMore) =>
      inTurn(ctx, { ...terms, acquireMore }, now, send),
    );
    for (const [item, outcome] of outcomes) all.outcomes.set(item, outcome);
    for (const [item, ms] of took) all.took.set(item, ms);
  });
  return all;
}

/**
 * What a receiver takes while a round has patience. The rest comes back in portions of the same size, so that a queue
 * message carries many of them.
 */
function inPace<Item>({ pace }: ProviderEntry, group: readonly Item[]) {
  const size = pace.burst + Math.floor((pace.ratePerSecond * PATIENCE_MS) / SECOND);
  const later = group.slice(size).map((item, i): [Item, Outcome] => {
    const portion = 1 + Math.floor(i / size);
    return [item, atItsPace((portion * size * SECOND) / pace.ratePerSecond)];
  });
  return { now: group.slice(0, size), later };
}

async function inTurn<Item>(
  ctx: Ctx,
  { lease, acquireMore, connections }: Terms,
  items: readonly Item[],
  send: (item: Item) => Promise<SendReport>,
): Promise<Sent<Item>> {
  const sent: Sent<Item> = { outcomes: new Map(), took: new Map(), health: [] };
  // One request, and the writing of what came of it.
  const longest = 2 * ctx.config.providerTimeoutMs;
  let last: ProviderHealth = { kind: "ok" };
  for (const item of items) {
    if (last.kind === "error") {
      sent.outcomes.set(item, UNWELL);
      continue;
    }
    const restMs: number = last.kind === "throttled" ? last.afterMs : await acquireMore(1);
    if (restMs > 0) {
      sent.outcomes.set(item, paused(restMs));
      last = { kind: "throttled", afterMs: restMs };
      continue;
    }
    await connections.take();
    const begun = ctx.clock.now();
    const isCovered = begun + longest <= lease.until;
    const report = isCovered ? await sendSafely(ctx, [item], async () => send(item)) : null;
    connections.give();
    if (report === null) break;
    const [outcome] = report.outcomes;
    if (outcome !== undefined) sent.outcomes.set(item, outcome);
    sent.took.set(item, ctx.clock.now() - begun);
    sent.health.push(report.health);
    last = report.health;
  }
  return sent;
}
