import { z } from "@hono/zod-openapi";
import {
  ACTIVITY_STATUSES,
  DELIVERY_STATUSES,
  FREQUENCIES,
  PAUSE_EVENTS,
  PLATFORMS,
  CHAT_KINDS,
  SCHEDULE_KINDS,
  STATUSES,
  SUPPRESSION_REASONS,
  TIME_WINDOWS,
  WITHHELD_REASONS,
} from "../../../db/schema/index.ts";
import { printedTime } from "../../../http/schemas.ts";
import { entityId } from "../schemas.ts";

const text = z.string().nullable();
const time = printedTime.nullable();
/** JSON as it was given or made. */
const free = z.unknown();

const user = z.object({
  id: z.string(),
  org_id: text,
  name: text,
  email: text,
  email_verified: z.boolean(),
  phone: text,
  phone_country: text,
  phone_verified: z.boolean(),
  locale: text,
  timezone: text,
  created_at: printedTime,
  updated_at: printedTime,
});

const choice = z.boolean().nullable();

const preferences = z.object({
  email_notifications_enabled: choice,
  notification_frequency: z.enum(FREQUENCIES),
  new_match_notifications: choice,
  match_threshold: z.int(),
  deadline_notifications: choice,
  deadline_reminder_days: free,
  weekly_digest_enabled: choice,
  weekly_digest_day: z.int(),
  application_status_notifications: choice,
  cells: free.openapi({ description: "Further choices: category → channel → on or off." }),
  quiet_hours: free,
  created_at: printedTime,
  updated_at: printedTime,
});

const device = z.object({
  id: z.int(),
  token: z.string().openapi({ description: "Only its end.", example: "…t7xYz]" }),
  provider: z.string(),
  app: text,
  platform: z.enum(PLATFORMS),
  locale: text,
  timezone: text,
  app_version: text,
  registered_at: printedTime,
  last_used_at: time,
  invalidated_at: time,
  invalid_reason: text,
});

const suppression = z.object({
  id: z.string(),
  email: z.string().openapi({ description: "The address, or the number." }),
  reason: z.enum(SUPPRESSION_REASONS),
  created_at: printedTime,
  expires_at: time,
});

const delivery = z.object({
  device_id: z.int(),
  status: z.enum(DELIVERY_STATUSES),
  provider: z.string(),
  error: text,
  accepted_at: time,
});

const dispatch = z.object({
  id: z.string(),
  channel: z.string(),
  type: z.string(),
  org_id: text,
  batch_id: text,
  status: z.enum(STATUSES),
  mark: text,
  error_code: text,
  error: text,
  title: text,
  body: text,
  data: free,
  options: free,
  payload: free.openapi({ description: "What the text is made from." }),
  to_address: text,
  provider: text,
  created_at: printedTime,
  scheduled_at: time,
  due_at: printedTime,
  expires_at: time,
  sent_at: time,
  delivered_at: time,
  read_at: time,
  archived_at: time,
  deliveries: z.array(delivery),
  note: text.optional(),
  retry_note: text.optional(),
  provider_message_id: text.optional(),
  timeline: z.array(z.looseObject({ did: z.string(), at: printedTime })).optional(),
});

const subscription = z.object({
  id: z.string(),
  time_window: z.enum(TIME_WINDOWS),
  period: z.string(),
  total_activities: z.int(),
  completed_activities: z.int(),
  completed_hours: z.number(),
  last_refreshed_at: printedTime,
  created_at: printedTime,
});

const record = z.object({
  id: z.string(),
  peer_mentor_id: z.string(),
  event_type: z.enum(PAUSE_EVENTS),
  sent_at: printedTime,
});

const withheld = z.object({
  date: z.iso.date(),
  type: z.string(),
  channel: z.string(),
  reason: z.enum(WITHHELD_REASONS),
  count: z.int(),
});

const named = { id: z.string(), org_id: text };

export const document = z
  .object({
    user_id: z.string(),
    exported_at: printedTime,
    user: user.nullable(),
    preferences: preferences.nullable(),
    devices: z.array(device),
    suppressions: z.array(suppression),
    topics: z.array(z.object({ topic: z.string(), org_id: z.string(), name: text })),
    certifications: z.array(z.object({ ...named, name: z.string(), expires_at: printedTime })),
    activities: z.array(
      z.object({
        id: z.string(),
        status: z.enum(ACTIVITY_STATUSES),
        hours: z.number(),
        occurred_at: printedTime,
      }),
    ),
    chat_connections: z.array(
      z.object({
        id: z.string(),
        kind: z.enum(CHAT_KINDS),
        name: z.string(),
        channel: text,
        hint: z.string(),
        created_at: printedTime,
      }),
    ),
    applications: z.array(
      z.object({ id: z.string(), grant_id: z.string(), status: z.string(), updated_at: printedTime }),
    ),
    matches: z.array(
      z.object({ id: z.string(), grant_id: z.string(), score: z.int(), created_at: printedTime }),
    ),
    stats_subscriptions: z.array(subscription),
    schedules: z.array(z.object({ kind: z.enum(SCHEDULE_KINDS), period: text, next_at: printedTime })),
    withheld: z.array(withheld),
    email_totals: z.array(z.object({ type: z.string(), status: z.string(), count: z.int() })),
    coordinator_of: z.array(z.object({ peer_mentor_id: z.string(), org_id: text })),
    notification_records: z.array(record),
    events_caused: z.array(z.object({ ...named, type: z.string(), created_at: printedTime })),
    dispatches: z.array(dispatch),
    complete: z.boolean().openapi({
      description: "False when there was more than one request can read: some 180,000 messages.",
    }),
  })
  .openapi("UserExport");

export const params = z.object({
  id: entityId.openapi({
    param: { name: "id", in: "path" },
    description: "The caller's own id of the user.",
    example: "usr_4bc8d2",
  }),
});
