import { z } from "@hono/zod-openapi";
import { PAUSE_EVENTS } from "../../db/schema/index.ts";
import { pageQuery, pagination } from "../../http/pagination.ts";
import { between, directoryId, inOrder, instant, listOf, printedTime } from "../../http/schemas.ts";
import { RECORD_CHANNELS } from "../../notifications/pause/records.ts";
import { plainText } from "../../lib/text.ts";

/** Events that a history shows at once. */
const MAX_HISTORY = 1_000;
const HISTORY = 100;

/** Dispatches that one record names. */
const MAX_DISPATCH_IDS = 100;

const recordId = z.string().openapi({ example: "nr_01jq8z3k5te8v9m4p2r7x6w1yd" });
const eventType = z.enum(PAUSE_EVENTS);
const channels = z.array(z.enum(RECORD_CHANNELS)).openapi({
  description:
    "Only those that worked. Where we sent the messages ourselves, it follows what becomes of them.",
});

/** The channels on which someone was notified: at least one. */
const givenChannels = listOf(z.enum(RECORD_CHANNELS), RECORD_CHANNELS.length).refine(
  (given) => new Set(given).size === given.length,
  "must not name a channel twice",
);

const summary = {
  id: recordId,
  peer_mentor_id: z.string(),
  event_type: eventType,
  coordinator_id: z.string().nullable(),
  channels_notified: channels,
  sent_at: printedTime,
};

const mentorName = z
  .string()
  .nullable()
  .openapi({ description: "Null when the directory has no such mentor." });

export const list = z
  .object({
    data: z.array(z.object({ ...summary, peer_mentor_name: mentorName }).openapi("NotificationRecordEntry")),
    pagination,
  })
  .openapi("NotificationRecords");

export const detail = z
  .object({
    ...summary,
    peer_mentor_name: mentorName,
    effective_date: printedTime.nullable(),
    reason: z.string().nullable(),
    coordinator_name: z.string().nullable(),
    dispatch_ids: z.array(z.string()),
    notes: z.string().nullable().openapi({ description: "Such as why a channel did not work." }),
  })
  .openapi("NotificationRecord");

export const createBody = z
  .strictObject({
    peer_mentor_id: directoryId,
    event_type: eventType,
    effective_date: instant
      .nullable()
      .default(null)
      .openapi({ type: ["string", "null"], format: "date-time" }),
    reason: plainText(1_000).nullable().default(null),
    coordinator_id: directoryId.optional().openapi({
      description: "The mentor's coordinator, or a user in the caller's scope. Left out: the mentor's.",
    }),
    channels_notified: givenChannels,
    dispatch_ids: listOf(plainText(128), MAX_DISPATCH_IDS, { min: 0 })
      .default([])
      .openapi({ description: "The caller's own; kept as they are." }),
  })
  .openapi("NotificationSent");

export const created = z.object(summary).openapi("NotificationRecorded");

export const changeBody = z
  .strictObject({
    channels_notified: givenChannels
      .optional()
      .openapi({ description: "From now on it says this, whatever becomes of the messages." }),
    notes: plainText(2_000).nullable().optional(),
  })
  .refine(
    (body) => body.channels_notified !== undefined || body.notes !== undefined,
    "channels_notified or notes is needed",
  )
  .openapi("NotificationRecordChange");

export const changed = z
  .object({
    id: recordId,
    channels_notified: channels,
    notes: z.string().nullable(),
    updated_at: printedTime,
  })
  .openapi("NotificationRecordChanged");

export const deleted = z
  .object({
    message: z.literal("Notification record deleted"),
    deleted_id: recordId,
    deleted_at: printedTime,
  })
  .openapi("NotificationRecordDeleted");

export const profile = z
  .object({
    peer_mentor_id: z.string(),
    full_name: z.string(),
    email: z.string().nullable(),
    phone: z.string().nullable(),
    coordinator_id: z.string().nullable(),
    org_id: z.string().nullable(),
    current_status: z.string(),
    pause_start_date: printedTime.nullable(),
  })
  .openapi("PeerMentorProfile");

export const history = z
  .object({
    peer_mentor_id: z.string(),
    peer_mentor_name: z.string(),
    history: z.array(
      z.object({
        id: recordId,
        event_type: eventType,
        effective_date: printedTime.nullable(),
        reason: z.string().nullable(),
        channels_notified: channels,
        sent_at: printedTime,
      }),
    ),
    total_events: z.int().openapi({ description: "All there are, also beyond `limit`." }),
  })
  .openapi("NotificationHistory");

export const listQuery = z
  .object({
    ...pageQuery,
    peer_mentor_id: directoryId.optional(),
    event_type: eventType.optional(),
    coordinator_id: directoryId.optional().openapi({ description: "The coordinator who was notified." }),
    ...between("Sent"),
  })
  .refine(...inOrder);

export const historyQuery = z.object({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_HISTORY)
    .default(HISTORY)
    .openapi({ description: "Older events are in the list of records." }),
});

/** A text that is no id of ours gets 404, like an unknown id. */
export const idParam = z.object({ id: recordId.openapi({ param: { name: "id", in: "path" } }) });

export const mentorParam = z.object({
  peerMentorId: directoryId.openapi({
    param: { name: "peerMentorId", in: "path" },
    example: "pm_551e8400",
  }),
});
