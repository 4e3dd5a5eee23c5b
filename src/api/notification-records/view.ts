import type { z } from "@hono/zod-openapi";
import type { peerMentors } from "../../db/schema/index.ts";
import { iso, isoOrNull } from "../../lib/clock.ts";
import { printId } from "../../lib/ids.ts";
import type { RecordDetail, RecordEntry } from "../../notifications/pause/records.ts";
import type * as schemas from "./schemas.ts";

type Mentor = typeof peerMentors.$inferSelect;

export const printed = ({ id }: { id: string }): string => printId("nr", id);

export const createdView = (record: RecordEntry): z.infer<typeof schemas.created> => ({
  id: printed(record),
  peer_mentor_id: record.peer_mentor_id,
  event_type: record.event_type,
  coordinator_id: record.coordinator_id,
  channels_notified: record.channels_notified,
  sent_at: iso(record.sent_at),
});

export const listItemView = (record: RecordEntry): z.infer<typeof schemas.list>["data"][number] => ({
  ...createdView(record),
  peer_mentor_name: record.peer_mentor_name,
});

export const detailView = (record: RecordDetail): z.infer<typeof schemas.detail> => ({
  ...listItemView(record),
  effective_date: isoOrNull(record.effective_date),
  reason: record.reason,
  coordinator_name: record.coordinator_name,
  dispatch_ids:
    record.source === "flow" ? record.dispatch_ids.map((id) => printId("dsp", id)) : record.dispatch_ids,
  notes: record.notes,
});

export const changedView = (record: RecordDetail): z.infer<typeof schemas.changed> => ({
  id: printed(record),
  channels_notified: record.channels_notified,
  notes: record.notes,
  updated_at: iso(record.updated_at),
});

export const profileView = (mentor: Mentor): z.infer<typeof schemas.profile> => ({
  peer_mentor_id: mentor.id,
  full_name: mentor.full_name,
  email: mentor.email,
  phone: mentor.phone,
  coordinator_id: mentor.coordinator_id,
  org_id: mentor.org_id,
  current_status: mentor.status,
  pause_start_date: isoOrNull(mentor.pause_start_date),
});

export const historyView = (
  mentor: Mentor,
  events: readonly RecordEntry[],
  total: number,
): z.infer<typeof schemas.history> => ({
  peer_mentor_id: mentor.id,
  peer_mentor_name: mentor.full_name,
  history: events.map((event) => ({
    id: printed(event),
    event_type: event.event_type,
    effective_date: isoOrNull(event.effective_date),
    reason: event.reason,
    channels_notified: event.channels_notified,
    sent_at: iso(event.sent_at),
  })),
  total_events: total,
});
