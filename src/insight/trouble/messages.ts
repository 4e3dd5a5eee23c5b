import type { Scope } from "../../auth/scope.ts";
import type { Ctx } from "../../ctx.ts";
import { Parsed } from "../../db/statement.ts";
import { heldTroubles } from "./held.ts";
import { receiverTroubles } from "./receivers.ts";
import type { Trouble } from "./trouble.ts";
import { unsentTroubles } from "./unsent.ts";

/**
 * Which programs and chats take nothing, and why messages of the last day were not sent, wait for another attempt, or were not made: a part of one batch. It gives a
 * function of how many messages have failed by the figures, so that it says when not all of them were looked at.
 */
export const messageTroubles = (ctx: Ctx, scope: Scope): Parsed<(failed: number) => Trouble[]> =>
  Parsed.of(
    {
      receivers: receiverTroubles(ctx, scope),
      unsent: unsentTroubles(ctx, scope),
      held: heldTroubles(ctx, scope),
    },
    ({ receivers, unsent, held }) =>
      (failed) => [...receivers, ...unsent(failed), ...held],
  );
