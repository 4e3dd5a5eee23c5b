import type { Pace, SendReport } from "../../delivery/outcome.ts";

/** The dispatch's id travels under this name in the provider's tags or metadata (Postmark allows 20 characters). */
export const DISPATCH_TAG = "tidings_dispatch";

/** One e-mail to one address, rendered. */
export interface EmailMessage {
  /** The dispatch, which travels in the provider's tags or metadata, so that a webhook finds its row. */
  dispatchId: string;
  /** Stays the same when the same attempt is repeated after a time-out: for providers with idempotency keys. */
  idempotencyKey: string;
  from: { name: string; address: string };
  to: { name: string | null; address: string };
  /** Without CR or LF, at most 200 characters. */
  subject: string;
  html: string;
  text: string;
  /** Printable ASCII: List-Unsubscribe, List-Unsubscribe-Post, List-Id, Auto-Submitted, X-Entity-Ref-ID. */
  headers: Readonly<Record<string, string>>;
}

/** What a provider's own account endpoint says of it. */
export type ProviderProbe =
  | { kind: "ok" }
  | { kind: "degraded"; code: string }
  | { kind: "unreachable"; code: string };

/** An e-mail service. Knows neither D1 nor env; gets `fetch` (or a binding) handed in. */
export interface EmailProvider {
  readonly name: string;
  readonly pace: Pace;
  /** How many messages one request takes: what the round is cut into. */
  readonly maxPerRequest: number;
  /** Sends up to `maxPerRequest` messages in one request: one outcome a message, in order. */
  send(messages: readonly EmailMessage[]): Promise<SendReport>;
  /** Asks the provider's account endpoint; absent where it has none. */
  probe?(): Promise<ProviderProbe>;
}
