import { DAY } from "../lib/clock.ts";

/** Slots are booked at most this far ahead, so that whatever filled a budget is over within a day. */
export const HORIZON_MS = DAY;

/** A budget: at most `limit` in `periodMs`, all at once if need be, then evenly (GCRA). */
export interface Budget {
  /** Which of the user's budgets: `push`, `email`, `sms`, `in_app`, `test`, `export`. */
  name: string;
  limit: number;
  periodMs: number;
}

/** A dispatch's own slot: the time (epoch ms) from which it may be sent. */
export type Slot =
  /** At or before now when it may go at once. */
  | { id: string; at: number }
  /** It would be beyond the horizon, so nothing is taken. From then on there may be room. */
  | { id: string; at: null; askAgainAt: number };

/** The answer to `reserve`. */
export type RateLimitResult =
  | { allowed: true; /** Of the budget, after this one. */ remaining: number; resetMs: number }
  | { allowed: false; /** Wait so long before the next try. */ retryAfterMs: number; resetMs: number };

/** How much of a budget is used: `used` of `limit`. */
export interface Usage {
  used: number;
  limit: number;
}

/** The rate limiter of one user. All calls are idempotent for a dispatch: repeating one changes nothing. */
export interface UserLimiter {
  /** For a single send by API: takes a slot that is free now, or refuses and takes nothing. */
  reserve(budget: Budget, dispatchId: string): Promise<RateLimitResult>;
  /** For sends that may wait: a slot for each dispatch, one after the other, up to the horizon. */
  slots(budget: Budget, dispatchIds: readonly string[]): Promise<Slot[]>;
  /** The slot that a dispatch has, or would get at a time (epoch ms). Nothing is taken. */
  peek(budget: Budget, dispatchId: string, at: number): Promise<Slot>;
  /** Frees the slots of dispatches that will not be sent. The next caller may get them. */
  release(budget: Budget, dispatchIds: readonly string[]): Promise<void>;
  usage(budget: Budget): Promise<Usage>;
  /** Forgets the user. */
  erase(): Promise<void>;
}

/** Dispatches of one user. */
export interface OfUser {
  user: string;
  ids: readonly string[];
}

/** Dispatches of one user that hold slots in one budget. */
export interface Held extends OfUser {
  /** The budget's name. */
  budget: string;
}

/** The limiters of several users in one place: one call for all of them, and as idempotent as a user's own. */
export interface LimiterShard {
  /** As a user's `slots`. Each user is there once. */
  slots(budget: Budget, wanted: readonly OfUser[]): Promise<Slot[]>;
  release(unsent: readonly Held[]): Promise<void>;
}

/** The limiters of all users. */
export interface Limiters {
  of(userId: string): UserLimiter;
  /** The shards that hold these rows' users, each with its rows in the order given. */
  shardsOf<Row extends { user_id: string }>(rows: readonly Row[]): [LimiterShard, Row[]][];
}
