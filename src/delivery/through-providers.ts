import type { Ctx } from "../ctx.ts";
import { Parsed } from "../db/statement.ts";
import { channelOf } from "../outbox/channel.ts";
import type { ChannelAdapter, RegisteredChannel, RetryAfter } from "./channel.ts";
import { deliver } from "./deliver.ts";

/** The channel whose dispatches go out through the adapter's providers. */
export const throughProviders = <Loaded>(adapter: ChannelAdapter<Loaded>): RegisteredChannel => ({
  ...adapter,
  deliver: (ctx, messages) => deliver(ctx, adapter, messages),
  check: (ids, now) =>
    Parsed.of(
      { loaded: adapter.load(ids, now) },
      ({ loaded }) =>
        (dispatch) =>
          adapter.refusal(dispatch, loaded, now),
    ),
});

/** Sends what is due on one channel; a list of ids for each message. @throws when there is no such channel */
export const deliverOn = async (
  ctx: Ctx,
  channel: string,
  messages: readonly (readonly string[])[],
): Promise<RetryAfter> => channelOf(ctx, channel).deliver(ctx, messages);
