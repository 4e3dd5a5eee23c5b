import { z } from "@hono/zod-openapi";
import type { EmailCount } from "../../channels/email/history.ts";
import type { Dispatch, DispatchStatus } from "../../db/schema/index.ts";
import { type Linked, printLinks, wasSent } from "../../log/read.ts";
import { iso, isoOrNull } from "../../lib/clock.ts";
import { keysOf } from "../../lib/objects.ts";
import type { EffectivePreferences } from "../../preferences/preferences.ts";
import type * as schemas from "./schemas.ts";
import type { HistoryStatus } from "./schemas.ts";

type Shown = Exclude<DispatchStatus, "cancelled">;

const PRINTED = {
  queued: "pending",
  sending: "pending",
  sent: "sent",
  delivered: "delivered",
  bounced: "bounced",
  failed: "failed",
} as const satisfies Record<Shown, HistoryStatus>;

const statusOf = (status: DispatchStatus): HistoryStatus =>
  status === "cancelled" ? "failed" : PRINTED[status];

/** The stored statuses that a status of the history stands for; without one, all that the history shows. */
export const selection = (status: HistoryStatus | undefined): DispatchStatus[] =>
  keysOf(PRINTED).filter((stored) => status === undefined || PRINTED[stored] === status);

/** A list of days, as the table stores it. */
const days = z.array(z.int());

export const preferencesView = (row: EffectivePreferences): z.infer<typeof schemas.preferences> => ({
  id: row.id,
  user_id: row.user_id,
  email_notifications_enabled: row.email_notifications_enabled,
  notification_frequency: row.notification_frequency,
  new_match_notifications: row.new_match_notifications,
  match_threshold: row.match_threshold,
  deadline_notifications: row.deadline_notifications,
  deadline_reminder_days: days.parse(JSON.parse(row.deadline_reminder_days)),
  weekly_digest_enabled: row.weekly_digest_enabled,
  weekly_digest_day: row.weekly_digest_day,
  application_status_notifications: row.application_status_notifications,
  created_at: iso(row.created_at),
  updated_at: iso(row.updated_at),
});

/** @param isForUser whether its user reads it: then it has no subject until it is sent */
export const historyView = (dispatch: Linked, isForUser: boolean): z.infer<typeof schemas.historyItem> => ({
  id: dispatch.id,
  user_id: dispatch.user_id,
  notification_type: dispatch.type,
  email_subject: isForUser && !wasSent(dispatch) ? null : dispatch.title,
  email_to: dispatch.to_address,
  email_template: dispatch.type,
  status: statusOf(dispatch.status),
  grant_id: dispatch.grant_id,
  match_id: dispatch.match_id,
  sent_at: isoOrNull(dispatch.sent_at),
  delivered_at: isoOrNull(dispatch.delivered_at),
  message_id: dispatch.provider_message_id,
  created_at: iso(dispatch.created_at),
  ...(dispatch.error !== null && { error: dispatch.error }),
  ...printLinks(dispatch, (id) => id),
});

/** Sums of `n` by a key. */
function sumBy(counts: readonly EmailCount[], key: (count: EmailCount) => string): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const count of counts) sums[key(count)] = (sums[key(count)] ?? 0) + count.n;
  return sums;
}

export const statsView = (counts: readonly EmailCount[]): z.infer<typeof schemas.stats> => ({
  total_notifications: counts.reduce((sum, { n }) => sum + n, 0),
  notifications_last_7_days: counts.reduce((sum, { recent }) => sum + recent, 0),
  by_type: sumBy(counts, ({ type }) => type),
  by_status: sumBy(counts, ({ status }) => statusOf(status)),
});

const SENT: ReadonlySet<DispatchStatus> = new Set<DispatchStatus>(["sent", "delivered"]);

export const testView = (dispatch: Dispatch): z.infer<typeof schemas.testResult> =>
  SENT.has(dispatch.status)
    ? {
        success: true,
        message: `Test email sent successfully to ${dispatch.to_address ?? "you"}`,
        message_id: dispatch.provider_message_id,
      }
    : { success: false, message: dispatch.error ?? "It was not sent", message_id: null };
