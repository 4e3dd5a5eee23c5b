import type { z } from "@hono/zod-openapi";
import type { Endpoint } from "../../channels/webhook/endpoint.ts";
import { bodyOf } from "../../channels/webhook/events.ts";
import type { Dispatch } from "../../db/schema/index.ts";
import { DAY, iso, isoOrNull } from "../../lib/clock.ts";
import { printId } from "../../lib/ids.ts";
import { readTimeline } from "../../outbox/timeline.ts";
import { SERVICE } from "../../preferences/org-settings.ts";
import type * as messageSchemas from "./message-schemas.ts";
import type * as schemas from "./schemas.ts";

export const endpointView = (found: Endpoint, now: number): z.infer<typeof schemas.endpoint> => ({
  id: printId("whe", found.id),
  org_id: found.org_id === SERVICE ? null : found.org_id,
  url: found.url,
  types: found.types,
  description: found.description,
  enabled: found.enabled,
  disabled_reason: found.disabled_reason,
  disabled_at: isoOrNull(found.disabled_at),
  failing_since: isoOrNull(found.failing_since),
  previous_secret_until: isoOrNull((found.previous_until ?? 0) > now ? found.previous_until : null),
  queued_today: found.queued_on === Math.floor(now / DAY) ? found.queued_count : 0,
  created_at: iso(found.created_at),
  updated_at: iso(found.updated_at),
});

type Message = z.infer<typeof messageSchemas.message>;

export const messageView = (message: Dispatch): Message => ({
  id: printId("whm", message.id),
  type: message.type,
  status: statusOf(message),
  code: message.error_code,
  created_at: iso(message.created_at),
  next_attempt_at: message.status === "queued" ? iso(message.due_at) : null,
  attempts: readTimeline(message.timeline).flatMap((entry) =>
    entry.did !== "attempted"
      ? []
      : [
          {
            at: iso(entry.at),
            outcome: entry.outcome,
            ...(entry.http !== undefined && { status: entry.http }),
            ...(entry.ms !== undefined && { duration_ms: entry.ms }),
            ...(entry.code !== undefined && { code: entry.code }),
          },
        ],
  ),
  body: { ...bodyOf(message) },
});

/** A webhook is never delivered or bounced: nobody reports on it but its receiver's answer. */
const statusOf = ({ status }: Dispatch): Message["status"] =>
  status === "delivered" ? "sent" : status === "bounced" ? "failed" : status;
