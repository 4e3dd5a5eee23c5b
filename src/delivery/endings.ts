import type { Wait } from "./channel.ts";
import type { ClaimedDispatch } from "./claim.ts";
import { ABANDONED, EXPIRED, expired, SENDER_LEFT } from "./verdicts.ts";
import type { Ruling } from "./ruling.ts";
import { endOf, isOverBy } from "./sort-out.ts";

/** The rules by which the pipeline ends a dispatch, and the code of each. */
const RULES = { in_scope: SENDER_LEFT.code, expiry: EXPIRED.code, attempts: ABANDONED.code } as const;

/** What these rules say of a dispatch that would be claimed now. @param wait why it waits for its user */
export function endings(dispatch: ClaimedDispatch, wait: Wait | null, now: number): Ruling[] {
  const claimed = { ...dispatch, claims: dispatch.claims + 1 };
  const end =
    endOf(claimed, now) ?? (wait !== null && isOverBy(dispatch, wait) ? expired(dispatch, now) : null);
  return Object.entries(RULES).map(([rule, code]): Ruling => {
    if (end?.error_code !== code) return { rule, verdict: "pass" };
    return { rule, verdict: end.status === "cancelled" ? "skip" : "reject", code, message: end.error ?? "" };
  });
}
