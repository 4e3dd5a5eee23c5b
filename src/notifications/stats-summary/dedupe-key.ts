import type { SQL } from "drizzle-orm";
import { isWithin, type KeyForm } from "../../outbox/dedupe-keys.ts";

export const SUMMARY_KEYS = { kind: "summary", user: null } as const satisfies KeyForm;

/** That the summary of a subscription's window was sent. */
export const summaryKey = (subscriptionId: string, period: string): string =>
  `${SUMMARY_KEYS.kind}:${subscriptionId}:${period}`;

/** The condition that `key` is of a summary of this subscription. */
export const isSummaryOf = (subscriptionId: string, key: SQL): SQL =>
  isWithin(key, `${SUMMARY_KEYS.kind}:${subscriptionId}`);
