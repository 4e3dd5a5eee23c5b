import type { Ctx } from "../ctx.ts";
import type { Dispatch } from "../db/schema/index.ts";
import type { Outcome } from "../delivery/outcome.ts";
import { WordingError } from "../wordings/index.ts";

/** The outcome of a message that could not be made. */
export type Unmade = Extract<Outcome, { kind: "rejected" | "retry" }>;

/** Its words cannot be rendered with its data: a repeat would not help. */
const WORDS_FAILED: Unmade = {
  kind: "rejected",
  code: "words_failed",
  message: "Its words could not be rendered with its data",
};

/** For no reason that is known: a later version of the Worker may be able to. */
export const NOT_COMPOSED: Unmade = {
  kind: "retry",
  code: "compose_failed",
  message: "The message could not be made",
};

/**
 * What an error costs that came up while one message was made: that message, and never the others of its round, which may
 * be other organizations'. So whatever is made of a single message is made in a `try` that ends here.
 */
export function unmade(ctx: Ctx, { id, type }: Pick<Dispatch, "id" | "type">, error: unknown): Unmade {
  const outcome = error instanceof WordingError ? WORDS_FAILED : NOT_COMPOSED;
  ctx.log.error(outcome.code, error, { dispatch: id, type });
  return outcome;
}
