import type { Settlement, Verdict } from "../../src/outbox/settlement.ts";

type WithStatus<S extends string> = Omit<Verdict, "status"> & { status: S };

/** Outcomes as they travel on a queue, where only what a test is about need be said. Statuses may be nonsense. */
export function settlementOf<S extends string = Verdict["status"]>({
  verdicts = [],
  ...more
}: Partial<Omit<Settlement, "verdicts">> & {
  verdicts?: readonly (Partial<WithStatus<S>> & { id: string; status: S })[];
}): Omit<Settlement, "verdicts"> & { verdicts: WithStatus<S>[] } {
  return {
    channel: "push",
    claim_id: "claim",
    claimed_at: 0,
    deliveries: [],
    gone: [],
    ...more,
    verdicts: verdicts.map((verdict) => ({
      error_code: null,
      error: null,
      provider: "expo",
      provider_message_id: null,
      targets: 1,
      spent: 0,
      due_at: 0,
      wake_at: null,
      slot_at: null,
      follow_at: null,
      sent_at: null,
      chunk_id: null,
      frees_slot: false,
      entry: null,
      ...verdict,
    })),
  };
}
