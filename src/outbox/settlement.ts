import { z } from "zod";
import { timelineEntry } from "./timeline.ts";

const verdict = z.object({
  id: z.uuid(),
  status: z.enum(["queued", "sent", "failed", "cancelled"]),
  error_code: z.string().nullable(),
  error: z.string().nullable(),
  provider: z.string().nullable(),
  provider_message_id: z.string().nullable(),
  targets: z.number().int(),
  /** Attempts to add. */
  spent: z.number().int(),
  due_at: z.number().int(),
  wake_at: z.number().int().nullable(),
  slot_at: z.number().int().nullable(),
  /** When its fallback follows, where its user made it wait; null: as before. */
  follow_at: z.number().int().nullable().default(null),
  sent_at: z.number().int().nullable(),
  chunk_id: z.string().nullable(),
  /** Whether it ended before any attempt, so that its slot is free again. */
  frees_slot: z.boolean().default(false),
  /** For the timeline. One of another version that this one cannot read costs the entry, not the outcome. */
  entry: timelineEntry.nullable().default(null).catch(null),
});

const delivered = z.object({
  dispatch_id: z.uuid(),
  device_id: z.number().int(),
  status: z.enum(["accepted", "retry", "failed"]),
  provider: z.string(),
  ticket_id: z.string().nullable(),
  error: z.string().nullable(),
  accepted_at: z.number().int().nullable(),
  receipt_due_at: z.number().int().nullable(),
});

/** The outcomes of a round, as they are written to D1. Ids and codes only, so that they can wait on a queue while D1 is away. */
export const settlement = z.object({
  channel: z.string(),
  claim_id: z.string(),
  /** Epoch ms of the claim. */
  claimed_at: z.number().int(),
  verdicts: z.array(verdict),
  deliveries: z.array(delivered),
  /** Devices whose token the provider called dead, unless registered again since the claim. */
  gone: z.array(z.object({ device_id: z.number().int(), reason: z.string() })),
});

/** The state in which a round leaves one dispatch. */
export type Verdict = z.infer<typeof verdict>;
/** What became of a dispatch at one device. */
export type DeliveryRecord = z.infer<typeof delivered>;
export type Settlement = z.infer<typeof settlement>;
