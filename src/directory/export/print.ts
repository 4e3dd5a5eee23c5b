import type * as tables from "../../db/schema/index.ts";
import { DAY, HOUR, iso, isoOrNull } from "../../lib/clock.ts";
import { printId } from "../../lib/ids.ts";
import { parseJson } from "../../lib/objects.ts";
import { wasSent } from "../../log/read.ts";
import { readTimeline, type TimelineEntry } from "../../outbox/timeline.ts";

// How rows are exported: times in ISO 8601, JSON as JSON, our ids as other views print them. What belongs to another person
// is left out, and so is what only programs need.

type Row<Name extends keyof typeof tables> = (typeof tables)[Name] extends { $inferSelect: infer R }
  ? R
  : never;

/** JSON that we have stored; a text that is none stays a text. */
const json = (text: string | null): unknown => (text === null ? null : (parseJson(text) ?? text));

export const user = ({ created_at, updated_at, ...facts }: Row<"users">) => ({
  ...facts,
  created_at: iso(created_at),
  updated_at: iso(updated_at),
});

export const preferences = ({ user_id: _user, id: _id, ...row }: Row<"preferences">) => ({
  ...row,
  deadline_reminder_days: json(row.deadline_reminder_days),
  cells: json(row.cells),
  quiet_hours: json(row.quiet_hours),
  created_at: iso(row.created_at),
  updated_at: iso(row.updated_at),
});

/** Who has a token can send to the device: its end is enough to know it again. */
const endOf = (token: string): string => `…${token.slice(-Math.min(6, Math.floor(token.length / 3)))}`;

export const device = (row: Row<"deviceTokens">) => ({
  id: row.id,
  token: endOf(row.token),
  provider: row.provider,
  app: row.app,
  platform: row.platform,
  locale: row.locale,
  timezone: row.timezone,
  app_version: row.app_version,
  registered_at: iso(row.registered_at),
  last_used_at: isoOrNull(row.last_used_at),
  invalidated_at: isoOrNull(row.invalidated_at),
  invalid_reason: row.invalid_reason,
});

/** Without its secret: who has it can write to the chat. */
export const chatConnection = ({ id, kind, name, target, hint, created_at }: Row<"chatConnections">) => ({
  id,
  kind,
  name,
  channel: target,
  hint,
  created_at: iso(created_at),
});

export const suppression = (row: Row<"suppressions">) => ({
  id: printId("sup", row.id),
  email: row.email,
  reason: row.reason,
  created_at: iso(row.created_at),
  expires_at: isoOrNull(row.expires_at),
});

export const topic = ({ id, org_id, name }: Row<"topics">) => ({ topic: id, org_id, name });

export const certification = ({ id, org_id, name, expires_at }: Row<"certifications">) => ({
  id,
  org_id,
  name,
  expires_at: iso(expires_at),
});

export const activity = ({ id, status, minutes, occurred_at }: Row<"activities">) => ({
  id,
  status,
  hours: (minutes * 60_000) / HOUR,
  occurred_at: iso(occurred_at),
});

export const application = ({ id, grant_id, status, updated_at }: Row<"applications">) => ({
  id,
  grant_id,
  status,
  updated_at: iso(updated_at),
});

export const match = ({ id, grant_id, score, created_at }: Row<"matches">) => ({
  id,
  grant_id,
  score,
  created_at: iso(created_at),
});

export const subscription = (row: Row<"statsSubscriptions">) => ({
  id: printId("notif", row.id),
  time_window: row.time_window,
  period: row.period,
  total_activities: row.total_activities,
  completed_activities: row.completed_activities,
  completed_hours: (row.completed_minutes * 60_000) / HOUR,
  last_refreshed_at: iso(row.last_refreshed_at),
  created_at: iso(row.created_at),
});

export const schedule = ({ kind, period, next_at }: Row<"userSchedules">) => ({
  kind,
  period,
  next_at: iso(next_at),
});

export const withheld = ({ day, type, channel, reason, n }: Row<"withheld">) => ({
  date: iso(day * DAY).slice(0, 10),
  type,
  channel,
  reason,
  count: n,
});

export const total = ({ type, status, n }: Row<"emailTotals">) => ({ type, status, count: n });

/** The mentor is another person. */
export const mentor = ({ id, org_id }: Row<"peerMentors">) => ({ peer_mentor_id: id, org_id });

export const record = (row: Row<"notificationRecords">) => ({
  id: printId("nr", row.id),
  peer_mentor_id: row.peer_mentor_id,
  event_type: row.event_type,
  sent_at: iso(row.sent_at),
});

export const event = ({ id, org_id, type, created_at }: Row<"events">) => ({
  id: printId("evt", id),
  org_id,
  type,
  created_at: iso(created_at),
});

const delivery = (row: Row<"deliveries">) => ({
  device_id: row.device_id,
  status: row.status,
  provider: row.provider,
  error: row.error,
  accepted_at: isoOrNull(row.accepted_at),
});

/** An entry of a timeline, with times as all others. */
const timed = (entry: TimelineEntry): object =>
  Object.fromEntries(
    Object.entries(entry).map(([name, value]) => [
      name,
      typeof value === "number" && /^(?:at|until|event_at|claimed)$/u.test(name) ? iso(value) : value,
    ]),
  );

type Texts = Pick<Row<"dispatches">, "title" | "body" | "data" | "options" | "payload">;

const NO_TEXTS: Texts = { title: null, body: null, data: null, options: null, payload: null };

const textsOf = ({ title, body, data, options, payload }: Texts) => ({
  title,
  body,
  data: json(data),
  options: json(options),
  payload: json(payload),
});

/**
 * @param isForStaff whether the reader may see what staff did, what only the provider knows it by, and the texts of what was
 * not sent
 */
export const dispatch = (
  row: Row<"dispatches">,
  deliveries: readonly Row<"deliveries">[],
  isForStaff: boolean,
) => ({
  id: printId("dsp", row.id),
  channel: row.channel,
  type: row.type,
  org_id: row.org_id,
  batch_id: row.batch_id === null ? null : printId("batch", row.batch_id),
  status: row.status,
  mark: row.mark,
  error_code: row.error_code,
  error: row.error,
  ...(isForStaff || wasSent(row) ? textsOf(row) : textsOf(NO_TEXTS)),
  to_address: row.to_address,
  provider: row.provider,
  created_at: iso(row.created_at),
  scheduled_at: isoOrNull(row.scheduled_at),
  due_at: iso(row.due_at),
  expires_at: isoOrNull(row.expires_at),
  sent_at: isoOrNull(row.sent_at),
  delivered_at: isoOrNull(row.delivered_at),
  read_at: isoOrNull(row.read_at),
  archived_at: isoOrNull(row.archived_at),
  deliveries: deliveries.map(delivery),
  ...(isForStaff && {
    note: row.note,
    retry_note: row.retry_note,
    provider_message_id: row.provider_message_id,
    timeline: readTimeline(row.timeline).map(timed),
  }),
});
