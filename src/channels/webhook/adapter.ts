import type { Ctx } from "../../ctx.ts";
import type { Dispatch, WebhookEndpoint } from "../../db/schema/index.ts";
import type { ChannelAdapter, ChannelReport, RegisteredChannel, Result } from "../../delivery/channel.ts";
import { throughProviders } from "../../delivery/deliver.ts";
import type { Outcome, Pace, SendReport } from "../../delivery/outcome.ts";
import { sendToReceivers, type ToReceiver } from "../../delivery/send-to-receivers.ts";
import { HOUR, MINUTE, SECOND } from "../../lib/clock.ts";
import { printId } from "../../lib/ids.ts";
import { publicUrl } from "../../lib/public-url.ts";
import type { Fetch } from "../send-kit/http.ts";
import { urlRules } from "./endpoint.ts";
import { bodyOf, TEST_TYPE } from "./events.ts";
import { CHANNEL } from "./channel.ts";
import { endpointFor, load, type Loaded } from "./load.ts";
import { DELETED, DISABLED, GONE_STATUS, REFUSED_URL, UNREADABLE_SECRET, verdictOf } from "./outcomes.ts";
import { secretsOf } from "./secrets.ts";
import { recordStanding, type Shown } from "./standing.ts";

/** What an endpoint gets. */
const PACE: Pace = { ratePerSecond: 20, burst: 20 };

/** The waits before the second, third … tenth attempt: together less than three days, with their jitter. */
const WAITS_MS = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  4 * HOUR,
  8 * HOUR,
  12 * HOUR,
  16 * HOUR,
  20 * HOUR,
] as const;
const JITTER = 0.1;

/** A webhook that can be sent now. */
interface Item extends ToReceiver {
  dispatch: Dispatch;
  endpoint: WebhookEndpoint;
  secrets: readonly string[];
}

/** What an answer has shown beside its outcome. */
interface Seen {
  status: number | undefined;
}

/** Why a webhook is not sent at all; null: it is. A test goes to a disabled endpoint, too. */
function refusalOf(
  ctx: Pick<Ctx, "config">,
  dispatch: Dispatch,
  endpoint: WebhookEndpoint | null,
): Outcome | null {
  if (endpoint === null) return DELETED;
  if (!endpoint.enabled && dispatch.type !== TEST_TYPE) return DISABLED;
  return "url" in publicUrl(endpoint.url, urlRules(ctx)) ? null : REFUSED_URL;
}

/**
 * The channel that tells customers' programs what has happened (Standard Webhooks 1.0.0). Its dispatches are made by triggers,
 * and its receivers have a gate each.
 */
export function createWebhookChannel(config: Ctx["config"], fetch: Fetch): RegisteredChannel {
  const refuse = (dispatch: Dispatch, loaded: Loaded) =>
    refusalOf({ config }, dispatch, endpointFor(dispatch, loaded));

  const adapter: ChannelAdapter<Loaded> = {
    channel: CHANNEL,
    queue: "hooks",
    bulkQueue: "hooks",
    // They have their slot from the start.
    budget: { name: CHANNEL, limit: 1, periodMs: HOUR },
    isPerDevice: false,
    canFollow: false,
    announce: null,
    isTriggered: true,
    retryWait: (attempts, random) => {
      const mean = WAITS_MS[attempts - 1];
      return mean === undefined ? null : Math.round(mean * (1 - JITTER + 2 * JITTER * random));
    },
    providers: [],
    load,
    refusal: refuse,
    waitFor: () => null,
    rules: () => [],
    words: () => null,
    preview: () => Promise.resolve({ rulings: [], rendering: null }),
    async send(ctx, _provider, dispatches, loaded, terms): Promise<ChannelReport> {
      const ended: Result[] = [];
      const items: Item[] = [];
      const secrets = await secretsByEndpoint(ctx, loaded);
      for (const dispatch of dispatches) {
        const endpoint = endpointFor(dispatch, loaded);
        const opened = secrets.get(dispatch.user_id) ?? [];
        const refusal =
          refusalOf(ctx, dispatch, endpoint) ?? (opened.length === 0 ? UNREADABLE_SECRET : null);
        if (endpoint === null || refusal !== null) ended.push(unsent(dispatch, refusal ?? DELETED));
        else {
          const receiver = { name: endpoint.id, pace: PACE };
          items.push({ dispatch, endpoint, secrets: opened, receiver, owner: endpoint.org_id });
        }
      }
      const seen = new Map<Item, Seen>();
      const { outcomes, took } = await sendToReceivers(ctx, CHANNEL, terms, items, (item) =>
        send(ctx, fetch, item, seen),
      );
      await recordStanding(ctx, shownBy(items, outcomes, seen));
      const results = items.flatMap((item): Result[] => {
        const outcome = outcomes.get(item);
        if (outcome === undefined) return [];
        const attempted = seen.has(item);
        const final = patient(ctx, item, outcome, attempted);
        const answer = { ms: took.get(item), http: seen.get(item)?.status };
        return [{ ...unsent(item.dispatch, final), attempted, ...answer }];
      });
      return { results: [...ended, ...results], health: [] };
    },
  };
  return { ...throughProviders(adapter), budget: null };
}

const unsent = (dispatch: Dispatch, outcome: Outcome): Result => ({
  dispatch,
  outcome,
  attempted: false,
  targets: 1,
  deliveries: [],
  gone: [],
});

async function secretsByEndpoint(ctx: Ctx, loaded: Loaded): Promise<ReadonlyMap<string, readonly string[]>> {
  const opened = [...loaded].map(async ([recipient, endpoint]): Promise<[string, readonly string[]]> => [
    recipient,
    await secretsOf(ctx, endpoint),
  ]);
  return new Map(await Promise.all(opened));
}

async function send(ctx: Ctx, fetch: Fetch, item: Item, seen: Map<Item, Seen>): Promise<SendReport> {
  // Loaded at the first webhook: what signs is not small.
  const { sendWebhook } = await import("./request.ts");
  const { dispatch, endpoint, secrets } = item;
  const outgoing = {
    url: endpoint.url,
    id: printId("whm", dispatch.id),
    body: JSON.stringify(bodyOf(dispatch)),
    secrets,
  };
  const answered = await sendWebhook(fetch, outgoing, ctx.clock.now(), ctx.config.providerTimeoutMs);
  seen.set(item, { status: answered.kind === "answer" ? answered.status : undefined });
  const { outcome, health } = verdictOf(answered, ctx.clock.now());
  return { outcomes: [outcome], health };
}

/** What the requests have shown of each endpoint: one that took a webhook works, whatever it did with others. */
function shownBy(
  items: readonly Item[],
  outcomes: ReadonlyMap<Item, Outcome>,
  seen: ReadonlyMap<Item, Seen>,
): Map<WebhookEndpoint, Shown> {
  const shown = new Map<WebhookEndpoint, Shown>();
  for (const item of items) {
    if (!seen.has(item)) continue;
    const how = outcomes.get(item)?.kind === "accepted" ? "works" : shownByFailure(seen.get(item));
    const before = shown.get(item.endpoint);
    if (before === undefined || how === "gone" || (how === "works" && before === "fails"))
      shown.set(item.endpoint, how);
  }
  return shown;
}

const shownByFailure = (seen: Seen | undefined): Shown => (seen?.status === GONE_STATUS ? "gone" : "fails");

/**
 * While an endpoint fails, most of its webhooks are put off without a request. Each waits half as long again as it is old, so
 * that thousands of them are not looked at every few minutes for days. One that was sent has spent an attempt, also when its
 * gate was only trying the endpoint out: a webhook has so many attempts that the last ones all come long after the first.
 */
function patient(
  ctx: Ctx,
  { dispatch, endpoint: { failing_since } }: Item,
  outcome: Outcome,
  wasSent: boolean,
): Outcome {
  if (outcome.kind !== "deferred") return outcome;
  if (wasSent) return { ...outcome, kind: "retry" };
  if (failing_since === null) return outcome;
  const age = ctx.clock.now() - (dispatch.slot_at ?? dispatch.created_at);
  return { ...outcome, afterMs: Math.max(outcome.afterMs, Math.round(age / 2)) };
}
