import { reason, type TimelineEntry, type WaitKind } from "../outbox/timeline.ts";
import type { Result } from "./channel.ts";
import type { Lease } from "./claim.ts";

/** What a round decided of a dispatch whose provider was, or was to be, asked. Times are epoch ms. */
interface Decided {
  at: number;
  provider: string;
  /** Attempts that it has spent, this one included. */
  attempts: number;
  /** Whether this one spent none, since it was a trial of a provider that had failed. */
  isTrial: boolean;
  /** When it is tried again; null when it is not. */
  until: number | null;
}

/** The entry of a result. Providers' faults cost no attempt where nothing was attempted: then it only waits, or ends. */
export function entryOf(result: Result, { at, provider, attempts, isTrial, until }: Decided): TimelineEntry {
  const { outcome, deliveries, ms, http } = result;
  const why = "code" in outcome ? reason(outcome) : {};
  const accepted = deliveries.filter(({ status }) => status === "accepted").length;
  const reached = deliveries.length === 0 ? {} : { targets: deliveries.length, reached: accepted };
  if (outcome.kind === "deferred" || (!result.attempted && until !== null)) {
    const wait: WaitKind =
      outcome.kind !== "deferred" ? "fault" : outcome.code === "lease_over" ? "lease_over" : "provider";
    return {
      did: "postponed",
      at,
      wait,
      until: until ?? at,
      ...(outcome.kind === "deferred" && { provider }),
      ...(accepted > 0 && { reached: accepted }),
      ...why,
    };
  }
  if (!result.attempted) return { did: "ended", at, status: ENDS[outcome.kind], ...why };
  return {
    did: "attempted",
    at,
    n: attempts,
    ...(isTrial && { trial: true }),
    outcome: outcome.kind,
    provider: providersOf(result) ?? provider,
    ...(ms !== undefined && { ms }),
    ...(http !== undefined && { http }),
    ...reached,
    ...(until !== null && { until }),
    ...why,
  };
}

const ENDS = {
  accepted: "sent",
  unwanted: "cancelled",
  rejected: "failed",
  gone: "failed",
  retry: "failed",
} as const;

/** Devices of one user may have several providers. */
const providersOf = ({ deliveries }: Result): string | null =>
  deliveries.length === 0 ? null : [...new Set(deliveries.map(({ provider }) => provider))].join(", ");

/** Of a dispatch that no provider was asked to send. */
export const endedBy = (
  at: number,
  status: "failed" | "cancelled",
  why: { code: string; message: string },
): TimelineEntry => ({ did: "ended", at, status, ...reason(why) });

export const postponedBy = (
  at: number,
  wait: WaitKind,
  until: number,
  why?: { code: string; message: string },
): TimelineEntry => ({ did: "postponed", at, wait, until, ...(why && reason(why)) });

/** What a wait for the user is called. */
export const waitKind = (code: string): WaitKind =>
  code === "earlier_open" ? "earlier_step" : "quiet_hours";

/** The same with when it was claimed, so that no entry of its own is written for that. */
export const withClaim = (entry: TimelineEntry, { claimedAt }: Lease, isSwept: boolean): TimelineEntry =>
  entry.did === "attempted" || entry.did === "postponed" || entry.did === "ended"
    ? { ...entry, claimed: claimedAt, ...(isSwept && { swept: true as const }) }
    : entry;
