/** How many units a lease must and may have. */
export interface Need {
  atLeast: number;
  upTo: number;
  /** The units have been used already: take what is left, even if it is too little. */
  owed: boolean;
}

/** Units of a day (UTC, counted from 1970). `left`: not leased by anyone yet. */
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
  /** Returns units that were spent for nothing. */
  giveBack(orgId: string | null, units: number): void;
  /** Organizations that have nothing left today, as far as this isolate knows; `NO_ORG` for users without one. */
  usedUp(): string[];
}

/** The id for users without an organization: no real id is empty. */
export const NO_ORG = "";
