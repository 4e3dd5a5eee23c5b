import type { Ctx } from "../ctx.ts";
import { type Channel, CHANNELS } from "../db/schema/index.ts";
import type { FieldError } from "../lib/failure.ts";

/** The channels that this deployment has: some need a provider, and exist only where one is configured. */
export const configuredChannels = ({ channels }: Pick<Ctx, "channels">): Channel[] =>
  CHANNELS.filter((channel) => channels.has(channel));

/**
 * The faults of channels that this deployment does not have.
 * @param pointerTo the field that names the channel at a place of the list
 */
export const unconfigured = (
  ctx: Pick<Ctx, "channels">,
  named: readonly string[],
  pointerTo: (place: number) => string,
): FieldError[] =>
  named.flatMap((channel, place) =>
    ctx.channels.has(channel)
      ? []
      : [
          {
            pointer: pointerTo(place),
            detail: `${channel} is not configured here (${configuredChannels(ctx).join(", ")} are)`,
          },
        ],
  );
