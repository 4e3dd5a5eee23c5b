/** How many units a lease must and may have. */
export interface Need {
  atLeast: number;
  upTo: number;
  /** They are used already: what is left is taken even where it is too little. */
  owed: boolean;
}

/** Units of a day (UTC, counted from 1970). `left`: what nobody has leased yet. */
export interface Lease {
  day: number;
  granted: number;
  left: number;
}

/** The daily quotas of organizations. Users without one share a quota of their own. */
export interface Quotas {
  /** Units a day. */
  readonly limit: number;
  /** Takes units, or none. @returns null, or that there are not enough today */
  spend(orgId: string | null, units: number): Promise<{ retryAfterMs: number } | null>;
  /** Counts what has been used already. */
  charge(orgId: string | null, units: number): Promise<void>;
  /** Takes back what was spent for nothing. */
  giveBack(orgId: string | null, units: number): void;
  /** Organizations of which this isolate knows that nothing is left today; `NO_ORG` for users without one. */
  usedUp(): string[];
}

/** Stands for users without an organization: no id of ours is empty. */
export const NO_ORG = "";
