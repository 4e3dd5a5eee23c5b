/**
 * What a provider made of one message. Providers return outcomes; they throw only on a bug.
 * `code` is stable and for programs, `message` is for people; neither holds an address, a token or a secret.
 */
export type Outcome =
  /** The provider has it. `messageId` is the provider's own id, for receipts and webhooks. */
  | { kind: "accepted"; messageId: string | null }
  /** A passing failure that spends an attempt: it failed, or nobody knows (time-outs). `afterMs`: wait at least so long. */
  | { kind: "retry"; code: string; message: string; afterMs?: number }
  /** The provider did not look at the message (429, quota): no attempt is spent. */
  | { kind: "deferred"; code: string; message: string; afterMs: number }
  /** It will never be accepted as it is. */
  | { kind: "rejected"; code: string; message: string }
  /** Nobody wants it any more (switched off by its user): it ends without having failed. */
  | { kind: "unwanted"; code: string; message: string }
  /** The device token or address is dead. */
  | { kind: "gone"; code: string; message: string };

/** The outcome when a late-bound message has no content left: withdrawn, deleted, over, or no longer wanted. */
export const NOTHING_TO_SAY = {
  kind: "unwanted",
  code: "nothing_to_say",
  message: "There is nothing left to tell",
} as const satisfies Outcome;

/** What requests have shown of the provider itself, for its gate. */
export type ProviderHealth =
  | { kind: "ok" }
  /** It could not be reached, timed out, answered 5xx or nonsense. */
  | { kind: "error" }
  /** It asked us to pause. */
  | { kind: "throttled"; afterMs: number };

/** What a provider's `send` returns: one outcome a message, in order, and the provider's health. */
export interface SendReport {
  outcomes: Outcome[];
  health: ProviderHealth;
}

/** Pace of a provider: at most `ratePerSecond` messages a second on average, `burst` at once. */
export interface Pace {
  ratePerSecond: number;
  burst: number;
}
