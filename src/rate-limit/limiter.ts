/** A budget: at most `limit` in `periodMs`, all at once if need be, then evenly (GCRA). */
export interface Budget {
  /** Which of the user's budgets: `push`, `email`, `in_app`, `test`. */
  name: string;
  limit: number;
  periodMs: number;
}

/** A dispatch's own slot: the time from which it may be sent. */
export interface Slot {
  id: string;
  /** Epoch ms; at or before now when it may go at once. */
  at: number;
}

export type Reservation =
  | { allowed: true; /** Of the budget, after this one. */ remaining: number; resetMs: number }
  | { allowed: false; /** Wait so long before the next try. */ retryAfterMs: number; resetMs: number };

/** How much of a budget is used: `used` of `limit`. */
export interface Usage {
  used: number;
  limit: number;
}

/** The rate limiter of one user. All calls are idempotent for a dispatch: repeating one changes nothing. */
export interface UserLimiter {
  /** For a single send by API: takes a slot now, or refuses and takes nothing. */
  reserve(budget: Budget, dispatchId: string): Promise<Reservation>;
  /** For what the system sends: a slot for each dispatch, now or later, one after the other. */
  slots(budget: Budget, dispatchIds: readonly string[]): Promise<Slot[]>;
  /** Gives a reservation back, when what it was for did not come into being. */
  release(budget: Budget, dispatchId: string): Promise<void>;
  usage(budget: Budget): Promise<Usage>;
  /** Forgets the user. */
  erase(): Promise<void>;
}

/** The limiter of a user, by id. */
export type Limiters = (userId: string) => UserLimiter;
