import type { Settlement, Verdict } from "../../src/outbox/settlement.ts";

/** Outcomes as they travel on a queue, where only what a test is about need be said. Statuses may be nonsense. */
export function settlementOf({
  verdicts = [],
  ...more
}: Partial<Omit<Settlement, "verdicts">> & {
  verdicts?: readonly (Partial<Omit<Verdict, "status">> & { id: string; status: string })[];
}): Settlement {
  const full = verdicts.map((verdict) => ({
    error_code: null,
    error: null,
    provider: "expo",
    provider_message_id: null,
    targets: 1,
    spent: 0,
    due_at: 0,
    wake_at: null,
    slot_at: null,
    sent_at: null,
    chunk_id: null,
    frees_slot: false,
    ...verdict,
  }));
  return {
    channel: "push",
    claim_id: "claim",
    claimed_at: 0,
    deliveries: [],
    gone: [],
    ...more,
    verdicts: full as Verdict[],
  };
}
