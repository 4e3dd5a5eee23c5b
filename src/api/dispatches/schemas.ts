import { z } from "@hono/zod-openapi";
import { DELIVERY_STATUSES, STATUSES } from "../../db/schema/index.ts";
import { anyDispatchId, printedTime } from "../../http/schemas.ts";

export const idParam = z.object({ id: anyDispatchId.openapi({ param: { name: "id", in: "path" } }) });

const entry = z
  .object({
    at: printedTime,
    did: z.string().openapi({
      description:
        "created, scheduled, reserved, attempted, postponed, ended, delivered, taken_over, woken, reported_late, receipt, reported, cancelled, retried, marked, noted, changed, chained, followed, resting, collected, left_out. Later versions may have further ones.",
    }),
    text: z.string().openapi({ description: "What happened, in English." }),
    until: printedTime.optional().openapi({ description: "When it is looked at or tried again." }),
    wait: z.string().optional().openapi({
      description:
        "What it waits for: slot, quota, quiet_hours, earlier_step, provider, lease_over, limiter_away, fault.",
    }),
    claimed_at: printedTime.optional().openapi({
      description:
        "Of attempted, postponed and ended: when a consumer took it from its queue. Not in entries that earlier versions wrote.",
    }),
    woken_by: z.enum(["call", "sweep"]).optional().openapi({
      description:
        "What had woken it then: a wake-up call (or the request that waits for it), or the sweep, which wakes what is due later and what was lost.",
    }),
    attempt: z.int().optional().openapi({ description: "Of attempted: which one. Not of a trial." }),
    trial: z.literal(true).optional().openapi({
      description:
        "Of attempted: it was a trial of a provider that had failed, and it failed again. No attempt was spent.",
    }),
    outcome: z.string().optional().openapi({ description: "accepted, retry, rejected, gone, unwanted." }),
    provider: z.string().optional(),
    duration_ms: z.int().optional().openapi({ description: "How long the provider took to answer." }),
    devices: z.int().optional(),
    devices_reached: z.int().optional(),
    status: z.string().optional(),
    kind: z.string().optional().openapi({
      description: "Of a webhook: delivered, bounced, maybe_bounced, complained, failed.",
    }),
    event_at: printedTime.optional().openapi({ description: "By the provider's clock." }),
    code: z.string().optional(),
    message: z.string().optional(),
    by: z.string().optional().openapi({ description: "Who did it, as `role:id`. Staff only." }),
    mark: z.string().optional(),
    change: z.string().optional().openapi({ description: "read, unread, archive, unarchive." }),
    source: z.string().optional().openapi({ description: "event, fallback, batch, api, service." }),
    event_id: z.string().optional(),
    key: z.string().optional(),
    batch_id: z.string().optional(),
    dispatch_id: z.string().optional(),
    channel: z.string().optional(),
    n: z.int().optional().openapi({ description: "How many entries are not kept." }),
  })
  .openapi("TimelineEntry");

const at = (second: number) => `2026-03-26T08:00:${String(second).padStart(2, "0")}.000Z`;

export const timeline = z
  .object({
    data: z.object({
      dispatch_id: z.string(),
      user_id: z.string(),
      org_id: z.string().nullable(),
      channel: z.string(),
      type: z.string(),
      status: z.enum(STATUSES),
      due_at: printedTime
        .optional()
        .openapi({ description: "While it is queued: when it is looked at next." }),
      expires_at: printedTime.nullable(),
      entries: z.array(entry).openapi({ description: "In order of time; at most about 45." }),
      deliveries: z
        .array(
          z.object({
            device_id: z.int(),
            status: z.enum(DELIVERY_STATUSES),
            provider: z.string(),
            error: z.string().optional(),
            accepted_at: printedTime.optional(),
            receipt_due_at: printedTime.optional(),
          }),
        )
        .openapi({ description: "Of a push: what became of it on each device." }),
      provider_message_id: z.string().nullable().optional().openapi({ description: "Staff only." }),
      dedupe_keys: z.array(z.string()).optional().openapi({ description: "The first 20. Staff only." }),
    }),
  })
  .openapi("Timeline", {
    example: {
      data: {
        dispatch_id: "dsp_01jq8z3k5te8v9m4p2r7x6w1yd",
        user_id: "usr_4bc8d2",
        org_id: "org_9c1d4e",
        channel: "email",
        type: "order_shipped",
        status: "delivered",
        expires_at: null,
        entries: [
          {
            at: at(0),
            did: "created",
            text: 'Made for evt_01jq8z3k5te8v9m4p2r7x6w1yd with the key "order-1042-shipped", which service:shop sent.',
            source: "event",
            event_id: "evt_01jq8z3k5te8v9m4p2r7x6w1yd",
            key: "order-1042-shipped",
            by: "service:shop",
          },
          {
            at: at(2),
            did: "attempted",
            text: "Attempt 1: resend accepted it after 143 ms.",
            attempt: 1,
            outcome: "accepted",
            provider: "resend",
            duration_ms: 143,
            claimed_at: at(1),
            woken_by: "call",
          },
          {
            at: at(5),
            did: "reported",
            text: "The receiving server accepted it.",
            kind: "delivered",
            event_at: at(4),
          },
        ],
        deliveries: [],
        provider_message_id: "4ef9a417-02e9-4d39-ad75-9611e0fcc33c",
        dedupe_keys: [],
      },
    },
  });
