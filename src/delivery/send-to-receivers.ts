import type { Ctx } from "../ctx.ts";
import { SECOND } from "../lib/clock.ts";
import { Places } from "../lib/parallel.ts";
import type { ProviderEntry } from "./channel.ts";
import type { Outcome, ProviderHealth, SendReport } from "./outcome.ts";
import { PARALLEL_REQUESTS, paused, type Sent, sendSafely, type Terms } from "./send-concurrently.ts";
import { sendWithPermit } from "./with-permit.ts";

/** How long a round waits for the pace of one receiver: what it takes only later is deferred until then. */
const PATIENCE_MS = 5 * SECOND;

/** How long the requests of a receiver may take in a round, together: the outcomes of all are written when the last one ends. */
const BUDGET_MS = 10 * SECOND;

/** A receiver that takes longer for one answer gets nothing more in the round, and rests for as long as the answer took. */
const SLOW_MS = 2 * SECOND;
const LEAST_REST_MS = 5 * SECOND;

/** So many of its messages come back after a rest. The next ones come after two rests, and so on. */
const AFTER_A_REST = 10;

/** Connections that the receivers of one owner may hold while others wait, too. */
const SHARE_OF_OWNER = PARALLEL_REQUESTS / 2;

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

const slow = (afterMs: number): Outcome => ({
  kind: "deferred",
  code: "receiver_slow",
  message: "The receiver takes long to answer",
  afterMs,
});

/** A message to somebody who has a gate of their own: a chat, a webhook. */
export interface ToReceiver {
  /** `name`: the gate's, unique within the channel. */
  receiver: ProviderEntry;
  /** Whose it is: an organization's or a user's id. */
  owner: string;
}

/**
 * Sends messages, one a request, to receivers that customers own. Each has a gate: its pace, its pauses and its breaker. So a
 * receiver that is slow, throttles or is away defers its own messages alone. Its messages go one after another, in order;
 * after one has failed, or was answered slowly, it gets no more in this round. All receivers are sent to side by side, as far
 * as there are connections, of which the receivers of one owner leave half to the others.
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
  const owners = new Set(items.map(({ owner }) => owner));
  const share = owners.size > 1 ? SHARE_OF_OWNER : PARALLEL_REQUESTS;
  const shares = new Map([...owners].map((owner) => [owner, new Places(share)]));
  const groups = [...Map.groupBy(items, ({ receiver }) => receiver.name).values()].map(async (group) => {
    const [first] = group;
    if (first === undefined) return;
    const { now, later } = inPace(first.receiver, group);
    for (const [item, outcome] of later) all.outcomes.set(item, outcome);
    const { outcomes, took } = await sendWithPermit(ctx, channel, first.receiver, now, (acquireMore) =>
      sendInOrder(ctx, { ...terms, acquireMore, share: shares.get(first.owner) }, now, send),
    );
    for (const [item, outcome] of outcomes) all.outcomes.set(item, outcome);
    for (const [item, ms] of took) all.took.set(item, ms);
  });
  await Promise.all(groups);
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

/** @param share what the receiver's owner may hold of the connections */
async function sendInOrder<Item>(
  ctx: Ctx,
  {
    lease,
    acquireMore,
    connections,
    share,
  }: Pick<Terms, "lease" | "acquireMore" | "connections"> & { share: Places | undefined },
  items: readonly Item[],
  send: (item: Item) => Promise<SendReport>,
): Promise<Sent<Item>> {
  const sent: Sent<Item> = { outcomes: new Map(), took: new Map(), health: [] };
  // One request, and the writing of what came of it.
  const longest = 2 * ctx.config.providerTimeoutMs;
  let spentMs = 0;
  for (const [i, item] of items.entries()) {
    const restMs = await acquireMore(1);
    if (restMs > 0) {
      for (const left of items.slice(i)) sent.outcomes.set(left, paused(restMs));
      break;
    }
    await share?.take();
    await connections.take();
    const begun = ctx.clock.now();
    const isCovered = begun + longest <= lease.until;
    const report = isCovered ? await sendSafely(ctx, [item], async () => send(item)) : null;
    connections.give();
    share?.give();
    if (report === null) break;
    const [outcome] = report.outcomes;
    if (outcome !== undefined) sent.outcomes.set(item, outcome);
    const ms = ctx.clock.now() - begun;
    spentMs += ms;
    sent.took.set(item, ms);
    sent.health.push(report.health);
    const stop = stopAfter(report.health, ms, spentMs);
    if (stop === null) continue;
    if (stop.pause !== undefined) sent.health.push(stop.pause);
    for (const [n, left] of items.slice(i + 1).entries()) sent.outcomes.set(left, stop.outcomeOf(n));
    break;
  }
  return sent;
}

/** Why a receiver gets nothing more in a round. */
interface Stop {
  /** The outcome of the n-th message after the last one. */
  outcomeOf: (n: number) => Outcome;
  /** What its gate is told beside how the requests went. */
  pause?: ProviderHealth;
}

/** @param ms that its last answer took @param spentMs that all have taken. @returns null when it gets the next message */
function stopAfter(health: ProviderHealth, ms: number, spentMs: number): Stop | null {
  if (health.kind === "error") return { outcomeOf: () => UNWELL };
  if (health.kind === "throttled") return { outcomeOf: () => paused(health.afterMs) };
  const isSlow = ms > SLOW_MS;
  if (!isSlow && spentMs <= BUDGET_MS) return null;
  const restMs = isSlow ? Math.max(ms, LEAST_REST_MS) : SECOND;
  const outcomeOf = (n: number) => slow(restMs * (1 + Math.floor(n / AFTER_A_REST)));
  return isSlow ? { outcomeOf, pause: { kind: "throttled", afterMs: restMs } } : { outcomeOf };
}
