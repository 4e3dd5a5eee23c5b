import { z } from "@hono/zod-openapi";
import type { Event } from "../../db/schema/index.ts";
import type { Counts } from "../../events/read.ts";
import { readRecipients, type To } from "../../events/recipients.ts";
import { readSkipped } from "../../events/skipped.ts";
import { iso, isoOrNull } from "../../lib/clock.ts";
import { printId } from "../../lib/ids.ts";
import type { Linked } from "../../log/read.ts";
import { SERVICE } from "../../preferences/org-settings.ts";
import type * as schemas from "./schemas.ts";

const channelsIn = z.array(z.string());

function printedTo(to: To): z.infer<typeof schemas.event>["recipients"] {
  if (to.kind === "users") return { user_count: to.count };
  if (to.kind === "connections") return { connection_count: to.count };
  return to.kind === "topic" ? { topic: to.topic } : { org_id: to.orgId, include_sub_orgs: to.withSubOrgs };
}

export function eventView(event: Event): z.infer<typeof schemas.event> {
  const { to, key } = readRecipients(event.recipients);
  return {
    id: printId("evt", event.id),
    type: event.type,
    org_id: event.org_id === SERVICE ? null : event.org_id,
    key: event.key ?? key,
    status: event.status,
    recipients: printedTo(to),
    recipient_count: event.recipient_count,
    message_count: event.message_count,
    skipped: readSkipped(event.skipped),
    channels: event.channels === null ? null : channelsIn.parse(JSON.parse(event.channels)),
    actor: event.actor,
    dry_run: event.dry_run,
    send_at: isoOrNull(event.send_at),
    expires_at: isoOrNull(event.expires_at),
    created_at: iso(event.created_at),
  };
}

export const countedView = ({
  event,
  counts,
  errors,
  countedAt,
}: { event: Event } & Counts): z.infer<typeof schemas.counted> => ({
  ...eventView(event),
  counts,
  errors,
  counted_at: iso(countedAt),
});

export const messageView = (dispatch: Linked): z.infer<typeof schemas.messages>["data"][number] => ({
  dispatch_id: printId("dsp", dispatch.id),
  org_id: dispatch.org_id,
  channel: dispatch.channel,
  recipient_user_id: dispatch.user_id,
  status: dispatch.status,
  due_at: iso(dispatch.due_at),
  sent_at: isoOrNull(dispatch.sent_at),
  ...(dispatch.error !== null && { error: dispatch.error }),
  ...(dispatch.error_code !== null && { error_code: dispatch.error_code }),
});
