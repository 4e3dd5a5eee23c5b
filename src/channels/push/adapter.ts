import type { SQL } from "drizzle-orm";
import type { Dispatch } from "../../db/schema/index.ts";
import type { NotificationTypes } from "../../content/type.ts";
import type { ChannelAdapter, ChannelReport, Result, Wait } from "../../delivery/channel.ts";
import { NOTHING_TO_SAY, type Outcome } from "../../delivery/outcome.ts";
import type { Budget } from "../../rate-limit/limiter.ts";
import { isStale, parseOptions, worthUntil } from "./options.ts";
import { type Device, devicesOf, hasAccepted, type Loaded, loadFor, reachedBefore } from "./load.ts";
import type { PushProvider } from "./provider.ts";
import { NO_PROVIDER, type PushDelivery, sendByProvider, type Answered, takes } from "./send-by-provider.ts";
import type { Ctx } from "../../ctx.ts";
import { MINUTE } from "../../lib/clock.ts";
import type { DeliveryRecord } from "../../outbox/settlement.ts";
import { type Facts, type Hold, holdOf } from "../../preferences/decide.ts";
import { traitsAmong } from "../../preferences/traits.ts";
import { outcomeOf, waitOf } from "../held.ts";
import { type SaidPushes, sayPushes, titleOf, unsaid } from "./said.ts";

/** The user's devices that have not accepted the dispatch yet. */
const remainingOf = (dispatch: Dispatch, loaded: Loaded): readonly Device[] =>
  devicesOf(dispatch, loaded).filter((device) => !hasAccepted(dispatch, device, loaded));

/**
 * The push channel: all devices of a user, each by the provider that its token belongs to.
 * @param isOvertaken whether a dispatch `d` says what is not true any more: SQL
 * @param types what users and organizations may have switched off
 */
export function createPushChannel(
  providers: readonly PushProvider[],
  budget: Budget,
  isOvertaken: SQL,
  types: NotificationTypes,
): ChannelAdapter<Loaded> {
  /** Why a user's devices cannot get a dispatch. */
  function obstacleFor(dispatch: Dispatch, loaded: Loaded): Facts["obstacle"] {
    const devices = devicesOf(dispatch, loaded);
    if (devices.length === 0) return NO_DEVICE;
    const isReachable = devices.some((device) =>
      providers.some((provider) => takes(provider, device.provider)),
    );
    return isReachable || reachedBefore(dispatch, loaded).length > 0 ? null : NO_PROVIDER;
  }

  const traitsOf = traitsAmong(types);

  const holdFor = (dispatch: Dispatch, loaded: Loaded, now: number): Hold | null =>
    holdOf({
      ...loaded.readers(dispatch.user_id),
      obstacle: obstacleFor(dispatch, loaded),
      type: loaded.events.of(dispatch)?.type ?? traitsOf(dispatch),
      channel: "push",
      earlier: loaded.events.earlier(dispatch),
      now,
    });

  /** Why a dispatch is not sent at all. One that a device accepted before was sent. */
  function refusal(dispatch: Dispatch, loaded: Loaded, now: number): Outcome | null {
    const wasReached = reachedBefore(dispatch, loaded).length > 0;
    if (loaded.overtaken.has(dispatch.id) && !wasReached) return NOTHING_TO_SAY;
    const outcome = outcomeOf(holdFor(dispatch, loaded, now));
    return outcome?.kind === "unwanted" && wasReached ? null : outcome;
  }

  /** What is still to be sent: each device of each user, without those that accepted the same dispatch before. */
  const pendingOf = (
    dispatches: readonly Dispatch[],
    loaded: Loaded,
    now: number,
    said: SaidPushes,
  ): PushDelivery[] =>
    dispatches.flatMap((dispatch) => {
      const content = said(dispatch);
      if ("kind" in content) return [];
      const isOver = loaded.overtaken.has(dispatch.id) || holdFor(dispatch, loaded, now)?.verdict === "skip";
      return (isOver ? [] : remainingOf(dispatch, loaded)).map((device) => ({ dispatch, device, content }));
    });

  /** One that every device has accepted, or that says what is not true any more, need not wait: nothing will be sent. */
  function waitFor(dispatch: Dispatch, loaded: Loaded, now: number): Wait | null {
    if (loaded.overtaken.has(dispatch.id) || remainingOf(dispatch, loaded).length === 0) return null;
    const wait = waitOf(holdFor(dispatch, loaded, now));
    return wait && { ...wait, worthUntil: worthUntil(dispatch, parseOptions(dispatch.options)) };
  }

  const adapter: ChannelAdapter<Loaded> = {
    channel: "push",
    queue: "push",
    budget,
    isPerDevice: true,
    canFollow: false,
    announce: null,
    providers,
    load: loadFor(isOvertaken),
    refusal,
    waitFor,
    async send(ctx, name, dispatches, loaded, terms): Promise<ChannelReport> {
      const picked = providers.find((provider) => provider.name === name);
      if (!picked) throw new Error(`No push provider is called ${name}`);
      const now = ctx.clock.now();
      const stale = dispatches.filter((dispatch) => isStale(dispatch, parseOptions(dispatch.options), now));
      const fresh = dispatches.filter((dispatch) => !stale.includes(dispatch));
      const said = await sayPushes(ctx, types, fresh, loaded);
      const pending = pendingOf(fresh, loaded, now, said);
      const { answers, health } = await sendByProvider(ctx, adapter, providers, picked, pending, terms);
      const byDispatch = Map.groupBy(pending, (delivery) => delivery.dispatch.id);
      return {
        results: [
          ...fresh.map((dispatch) =>
            resultOf(ctx, {
              dispatch,
              loaded,
              pending: byDispatch.get(dispatch.id) ?? [],
              answers,
              refusal: refusal(dispatch, loaded, now) ?? unsaid(said(dispatch)),
              title: titleOf(said(dispatch)),
            }),
          ),
          ...stale.map((dispatch) => tooLate(dispatch, loaded)),
        ],
        health,
      };
    },
  };
  return adapter;
}

/** Expo has receipts after about 15 minutes. */
const RECEIPT_AFTER_MS = 15 * MINUTE;

/** The lease ended before all devices got the push. The known results are recorded, and the others are retried at once. */
const LEASE_OVER: Outcome = {
  kind: "deferred",
  code: "lease_over",
  message: "Not all devices were reached in time",
  afterMs: 0,
};

/** The result of a push whose ttl is over: an earlier attempt reached some device, or none did. */
function tooLate(dispatch: Dispatch, loaded: Loaded): Result {
  const outcome: Outcome =
    reachedBefore(dispatch, loaded).length > 0
      ? { kind: "accepted", messageId: null }
      : { kind: "rejected", code: "expired", message: "Its ttl was over before it could be sent" };
  return {
    dispatch,
    outcome,
    attempted: false,
    targets: devicesOf(dispatch, loaded).length,
    deliveries: [],
    gone: [],
  };
}

/** A dispatch, its deliveries, and what became of them. */
interface Sent {
  dispatch: Dispatch;
  loaded: Loaded;
  pending: readonly PushDelivery[];
  answers: ReadonlyMap<PushDelivery, Answered>;
  /** Why it is not sent at all; null when it is. */
  refusal: Outcome | null;
  /** The title that was rendered, for the log; null where the dispatch has it. */
  title: string | null;
}

/** One result for a dispatch, from those of its devices. */
function resultOf(ctx: Ctx, { dispatch, loaded, pending, answers, refusal, title }: Sent): Result {
  const answered = pending.flatMap((delivery) => {
    const answer = answers.get(delivery);
    return answer === undefined ? [] : [{ delivery, ...answer }];
  });
  const outcomes = answered.map(({ outcome }) => outcome);
  const outcome =
    answered.length < pending.length
      ? LEASE_OVER
      : (refusal ?? summarize(outcomes, reachedBefore(dispatch, loaded).length));
  return {
    dispatch,
    outcome,
    attempted: answered.some(({ provider, outcome }) => provider !== null && outcome.kind !== "deferred"),
    ms: longest(answered.flatMap(({ ms }) => ms ?? [])),
    targets: devicesOf(dispatch, loaded).length,
    ...(title !== null && title !== dispatch.title && { subject: title }),
    deliveries: answered.flatMap((one) => recordOf(ctx, one.delivery, one)),
    gone: answered.flatMap(({ delivery, outcome }) =>
      outcome.kind === "gone" ? [{ device_id: delivery.device.id, reason: outcome.code }] : [],
    ),
  };
}

const longest = (times: readonly number[]): number | undefined =>
  times.length === 0 ? undefined : Math.max(...times);

function recordOf(ctx: Ctx, { dispatch, device }: PushDelivery, answer: Answered): DeliveryRecord[] {
  const { provider, outcome } = answer;
  if (outcome.kind === "deferred") return [];
  const accepted = outcome.kind === "accepted";
  const ticket = accepted ? outcome.messageId : null;
  const now = ctx.clock.now();
  const hasReceipt = ticket !== null && provider?.receipts !== undefined;
  return [
    {
      dispatch_id: dispatch.id,
      device_id: device.id,
      status: accepted ? "accepted" : outcome.kind === "retry" ? "retry" : "failed",
      provider: provider?.name ?? device.provider,
      ticket_id: ticket,
      error: accepted ? null : outcome.code,
      accepted_at: accepted ? now : null,
      receipt_due_at: hasReceipt ? now + RECEIPT_AFTER_MS : null,
    },
  ];
}

const NO_DEVICE = {
  kind: "rejected",
  code: "no_device",
  message: "The user has no registered device",
} as const satisfies Outcome;

/**
 * One outcome for a dispatch, from those of its devices. The dispatch is open as long as a device may still get it; after
 * that it is accepted when any device took it.
 * @param before how many devices had accepted in earlier attempts
 */
function summarize(outcomes: readonly Outcome[], before: number): Outcome {
  const open = outcomes.filter((outcome) => outcome.kind === "retry");
  const deferred = outcomes.find((outcome) => outcome.kind === "deferred");
  const [retry] = open;
  if (retry !== undefined)
    return { ...retry, afterMs: Math.max(0, ...open.map((outcome) => outcome.afterMs ?? 0)) };
  if (deferred !== undefined) return deferred;
  const accepted = outcomes.find((outcome) => outcome.kind === "accepted");
  if (accepted !== undefined || before > 0) return { kind: "accepted", messageId: null };
  return outcomes.find((outcome) => outcome.kind === "rejected") ?? outcomes[0] ?? NO_DEVICE;
}
