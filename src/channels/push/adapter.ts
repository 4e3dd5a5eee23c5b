import type { SQL } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import type { Dispatch } from "../../db/schema/index.ts";
import type { NotificationTypes } from "../../content/type.ts";
import type { ChannelAdapter, ChannelReport, Result, Wait } from "../../delivery/channel.ts";
import { NOTHING_TO_SAY, type Outcome } from "../../delivery/outcome.ts";
import { type Hold, holdAmong, type Ruling } from "../../delivery/ruling.ts";
import type { Budget } from "../../rate-limit/limiter.ts";
import { isStale, parseOptions, worthUntil } from "./options.ts";
import { type Device, devicesOf, hasAccepted, type Loaded, loadFor, reachedBefore } from "./load.ts";
import { type PushProvider, takes } from "./provider.ts";
import { NO_DEVICE, resultOf, TOO_LATE, tooLate, unattempted } from "./results.ts";
import { NO_PROVIDER, type PushDelivery, sendByProvider } from "./send-by-provider.ts";
import { findings } from "../../preferences/decide.ts";
import { traitsAmong } from "../../preferences/traits.ts";
import { outcomeOf, waitOf } from "../held.ts";
import { unmade } from "../unmade.ts";
import { headFor, renderingRuling, speechesOf, wordingRuling } from "../voice.ts";
import { type SaidPushes, sayPushes, titleOf, unsaid } from "./said.ts";

/** A dispatch that is to be said, and why it is not sent, or not now; null: it is. */
interface Fresh {
  dispatch: Dispatch;
  hold: Hold | null;
  refusal: Outcome | null;
}

/** What is decided before anything is said. */
interface Decided {
  fresh: Fresh[];
  ended: Result[];
}

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
  /** Whether a user's devices can get a dispatch. */
  function reachOf(dispatch: Dispatch, loaded: Loaded): Ruling {
    const devices = devicesOf(dispatch, loaded);
    const details = { devices: devices.length };
    if (devices.length === 0) return rejected("device", NO_DEVICE, details);
    const isReachable = devices.some((device) => providers.some((provider) => takes(provider, device)));
    return isReachable || reachedBefore(dispatch, loaded).length > 0
      ? { rule: "device", verdict: "pass", details }
      : rejected("device", NO_PROVIDER, details);
  }

  const traitsOf = traitsAmong(types);

  const findingsFor = (dispatch: Dispatch, loaded: Loaded, now: number): Ruling[] =>
    findings({
      ...loaded.readers(dispatch.user_id),
      reach: [reachOf(dispatch, loaded)],
      type: loaded.events.of(dispatch)?.type ?? traitsOf(dispatch),
      channel: "push",
      earlier: loaded.events.earlier(dispatch),
      now,
    });

  const holdFor = (dispatch: Dispatch, loaded: Loaded, now: number): Hold | null =>
    holdAmong(findingsFor(dispatch, loaded, now));

  /** In the order in which `send` asks: what was accepted before was sent, whatever the rules say now. */
  function rules(dispatch: Dispatch, loaded: Loaded, now: number): Ruling[] {
    const wasReached = reachedBefore(dispatch, loaded).length > 0;
    const isOver = loaded.overtaken.has(dispatch.id) && !wasReached;
    const isLate = isStale(dispatch, parseOptions(dispatch.options), now) && !wasReached;
    return [
      isLate ? rejected("ttl", TOO_LATE) : { rule: "ttl", verdict: "pass" },
      isOver
        ? { rule: "content", verdict: "skip", code: NOTHING_TO_SAY.code, message: NOTHING_TO_SAY.message }
        : { rule: "content", verdict: "pass" },
      ...findingsFor(dispatch, loaded, now).map((finding): Ruling =>
        wasReached && finding.verdict === "skip"
          ? { rule: finding.rule, verdict: "pass", details: { ...finding.details, reached_before: true } }
          : finding,
      ),
    ];
  }

  /** Why a dispatch is not sent at all. One that a device accepted before was sent. */
  function refusal(dispatch: Dispatch, loaded: Loaded, now: number): Outcome | null {
    const wasReached = reachedBefore(dispatch, loaded).length > 0;
    if (loaded.overtaken.has(dispatch.id) && !wasReached) return NOTHING_TO_SAY;
    const outcome = outcomeOf(holdFor(dispatch, loaded, now));
    return outcome?.kind === "unwanted" && wasReached ? null : outcome;
  }

  /** What is still to be sent: each device of each user, without those that accepted the same dispatch before. */
  const pendingOf = (fresh: readonly Fresh[], loaded: Loaded, said: SaidPushes): PushDelivery[] =>
    fresh.flatMap(({ dispatch, hold }) => {
      const content = said(dispatch);
      if ("kind" in content) return [];
      // A device that no provider serves is recorded as failed. A user who is not there has no device that counts.
      const isHeld = hold?.verdict === "skip" || hold?.rule === "known";
      const isOver = loaded.overtaken.has(dispatch.id) || isHeld;
      return (isOver ? [] : remainingOf(dispatch, loaded)).map((device) => ({ dispatch, device, content }));
    });

  /** What the rules say of the dispatches, of each by itself: one that they cannot be asked about costs itself alone. */
  function decide(ctx: Ctx, dispatches: readonly Dispatch[], loaded: Loaded, now: number): Decided {
    const decided: Decided = { fresh: [], ended: [] };
    for (const dispatch of dispatches) {
      try {
        if (isStale(dispatch, parseOptions(dispatch.options), now))
          decided.ended.push(tooLate(dispatch, loaded));
        else {
          const hold = holdFor(dispatch, loaded, now);
          decided.fresh.push({ dispatch, hold, refusal: refusal(dispatch, loaded, now) });
        }
      } catch (error) {
        decided.ended.push(unattempted(dispatch, loaded, unmade(ctx, dispatch, error)));
      }
    }
    return decided;
  }

  /** One that every device has accepted, or that says what is not true any more, need not wait: nothing will be sent. */
  function waitFor(dispatch: Dispatch, loaded: Loaded, now: number): Wait | null {
    if (loaded.overtaken.has(dispatch.id) || remainingOf(dispatch, loaded).length === 0) return null;
    const wait = waitOf(holdFor(dispatch, loaded, now));
    return wait && { ...wait, worthUntil: worthUntil(dispatch, parseOptions(dispatch.options)) };
  }

  const adapter: ChannelAdapter<Loaded> = {
    channel: "push",
    queue: "push",
    bulkQueue: "bulk",
    budget,
    isPerDevice: true,
    canFollow: true,
    announce: null,
    providers,
    load: loadFor(isOvertaken),
    refusal,
    waitFor,
    rules,
    words: (_ctx, dispatch, loaded) => headFor(speechesOf(types, [dispatch], loaded), loaded),
    async preview(ctx, dispatch, loaded) {
      const { said, wordsOf } = await sayPushes(ctx, types, [dispatch], loaded);
      const wording = wordingRuling(dispatch, wordsOf(dispatch), loaded, null);
      if (wording.verdict !== "pass") return { rulings: [wording], rendering: null };
      const content = said(dispatch);
      if ("kind" in content) return { rulings: [wording, renderingRuling(content)], rendering: null };
      return { rulings: [wording, renderingRuling(null)], rendering: { ...content } };
    },
    async send(ctx, name, dispatches, loaded, terms): Promise<ChannelReport> {
      const picked = providers.find((provider) => provider.name === name);
      if (!picked) throw new Error(`No push provider is called ${name}`);
      const now = ctx.clock.now();
      const { fresh, ended } = decide(ctx, dispatches, loaded, now);
      const toSay = fresh.map(({ dispatch }) => dispatch);
      const { said } = await sayPushes(ctx, types, toSay, loaded);
      const pending = pendingOf(fresh, loaded, said);
      const { answers, health } = await sendByProvider(ctx, adapter, providers, picked, pending, terms);
      const byDispatch = Map.groupBy(pending, (delivery) => delivery.dispatch.id);
      return {
        results: [
          ...fresh.map(({ dispatch, refusal }) =>
            resultOf(ctx, {
              dispatch,
              loaded,
              pending: byDispatch.get(dispatch.id) ?? [],
              answers,
              refusal: refusal ?? unsaid(said(dispatch)),
              title: titleOf(said(dispatch)),
            }),
          ),
          ...ended,
        ],
        health,
      };
    },
  };
  return adapter;
}

/** What a rule says by which a push is never sent. */
const rejected = (
  rule: string,
  { code, message }: { code: string; message: string },
  details: Ruling["details"] = {},
): Ruling => ({ rule, verdict: "reject", code, message, details });
