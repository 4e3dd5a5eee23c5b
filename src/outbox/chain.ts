import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import type { Dispatch } from "../db/schema/index.ts";
import { MINUTE, SECOND } from "../lib/clock.ts";
import { parseJson } from "../lib/objects.ts";

/** A step of a chain: the channel that is tried when those before it have not reached the user. */
const chainStep = z.object({
  channel: z.string(),
  /**
   * Seconds that the message before has to reach its user: an in-app message is read, another one is taken by its provider. Left
   * out: this step follows when that one fails, and only then.
   */
  after: z.int().min(0).optional(),
});
export type ChainStep = z.infer<typeof chainStep>;

/** The most steps of a chain. */
export const MAX_STEPS = 4;

/** The longest `after`. */
export const MAX_AFTER_SECONDS = 30 * 86_400;

/** How long a message of this chain has to reach its user, ms; null: until it fails. */
export const afterMsOf = ([next]: readonly ChainStep[]): number | null =>
  next?.after === undefined ? null : next.after * SECOND;

/** The columns that keep a chain. A single step without a time needs one of them alone. */
export function chainColumns(steps: readonly ChainStep[]): Pick<Dispatch, "fallback" | "chain"> {
  const [next] = steps;
  const isPlain = steps.length <= 1 && next?.after === undefined;
  return { fallback: next?.channel ?? null, chain: isPlain ? null : JSON.stringify(steps) };
}

/** The steps that follow a dispatch, in order. One that another version has written and this one cannot read is its first step. */
export function chainOf({ fallback, chain }: Pick<Dispatch, "fallback" | "chain">): ChainStep[] {
  if (fallback === null) return [];
  const stored = chain === null ? undefined : z.array(chainStep).safeParse(parseJson(chain)).data;
  return stored ?? [{ channel: fallback }];
}

/** When the fallback of a dispatch follows that waits for its user until then: the time to reach the user begins there. */
export function followAtAfter(
  dispatch: Pick<Dispatch, "fallback" | "chain" | "follow_at">,
  until: number,
): number | null {
  const afterMs = afterMsOf(chainOf(dispatch));
  return dispatch.follow_at === null || afterMs === null
    ? null
    : Math.max(dispatch.follow_at, until + afterMs);
}

/** The outcome of a message that is not needed any more. It ends without having failed. */
export const REACHED_BEFORE = {
  code: "reached_before",
  message: "An earlier message that says the same has reached the user",
} as const;

/** The outcome of a message that was to be followed by another one, and was not sent by then. */
export const NOT_IN_TIME = {
  code: "not_in_time",
  message: "It could not be sent in time, so its fallback follows",
} as const;

/** All steps of an event for a user are made at once, so they lie close to each other in the user's log. */
export const STEPS_WITHIN_MS = MINUTE;

/** The first id that could have been made at a time: SQL of epoch ms. */
export const idAt = (time: SQL): SQL =>
  sql`(substr(printf('%012x', ${time}), 1, 8) || '-' || substr(printf('%012x', ${time}), 9))`;
