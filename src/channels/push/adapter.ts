import type { SQL } from "drizzle-orm";
import type { Dispatch } from "../../db/schema/index.ts";
import type { ChannelAdapter, ChannelReport } from "../../delivery/channel.ts";
import { NOTHING_TO_SAY, type Outcome } from "../../delivery/outcome.ts";
import type { Budget } from "../../rate-limit/limiter.ts";
import { isStale, parseOptions } from "./options.ts";
import { devicesOf, hasAccepted, type Loaded, loadFor, reachedBefore } from "./load.ts";
import { type PushProvider, takes } from "./provider.ts";
import { resultOf, tooLate, NO_DEVICE } from "./results.ts";
import { NO_PROVIDER, type PushDelivery, sendByProvider } from "./send-by-provider.ts";

/** What is still to be sent: each device of each user, without those that accepted the same dispatch before. */
const pendingOf = (dispatches: readonly Dispatch[], loaded: Loaded): PushDelivery[] =>
  dispatches.flatMap((dispatch) =>
    (loaded.overtaken.has(dispatch.id) ? [] : devicesOf(dispatch, loaded))
      .filter((device) => !hasAccepted(dispatch, device, loaded))
      .map((device) => ({ dispatch, device })),
  );

/**
 * The push channel: all devices of a user, each by the provider that its token belongs to.
 * @param isOvertaken whether a dispatch `d` says what is not true any more: SQL
 */
export function createPushChannel(
  providers: readonly PushProvider[],
  budget: Budget,
  isOvertaken: SQL,
): ChannelAdapter<Loaded> {
  /** Why a dispatch is not sent at all. One that a device accepted before was sent. */
  function refusal(dispatch: Dispatch, loaded: Loaded): Outcome | null {
    const wasReached = reachedBefore(dispatch, loaded).length > 0;
    if (loaded.overtaken.has(dispatch.id) && !wasReached) return NOTHING_TO_SAY;
    const devices = devicesOf(dispatch, loaded);
    if (devices.length === 0) return NO_DEVICE;
    const isReachable = devices.some((device) =>
      providers.some((provider) => takes(provider, device.provider)),
    );
    return isReachable || wasReached ? null : NO_PROVIDER;
  }

  const adapter: ChannelAdapter<Loaded> = {
    channel: "push",
    queue: "push",
    settlementQueue: "push",
    budget,
    isPerDevice: true,
    canFollow: false,
    announce: null,
    providers,
    load: loadFor(isOvertaken),
    refusal,
    async send(ctx, name, dispatches, loaded, terms): Promise<ChannelReport> {
      const picked = providers.find((provider) => provider.name === name);
      if (!picked) throw new Error(`No push provider is called ${name}`);
      const now = ctx.clock.now();
      const stale = dispatches.filter((dispatch) => isStale(dispatch, parseOptions(dispatch.options), now));
      const fresh = dispatches.filter((dispatch) => !stale.includes(dispatch));
      const pending = pendingOf(fresh, loaded);
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
              refusal: refusal(dispatch, loaded),
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
