import type { Pace, SendReport } from "../../delivery/outcome.ts";

/** The name of the tag or metadata field that carries the dispatch's id (Postmark allows 20 characters). */
export const DISPATCH_TAG = "tidings_dispatch";

/** One e-mail to one address, rendered. */
export interface EmailMessage {
  /** Sent in the provider's tags or metadata, so that a webhook finds the dispatch. */
  dispatchId: string;
  /** For providers that accept idempotency keys: the same in all attempts. */
  idempotencyKey: string;
  from: { name: string; address: string };
  to: { name: string | null; address: string };
  /** Null: the sender. */
  replyTo: string | null;
  /** Without CR or LF, at most 200 characters. */
  subject: string;
  html: string;
  text: string;
  /** Printable ASCII: List-Unsubscribe, List-Unsubscribe-Post, List-Id, Auto-Submitted, X-Entity-Ref-ID. */
  headers: Readonly<Record<string, string>>;
}

/** The answer of a provider's account endpoint. */
export type ProviderProbe =
  | { kind: "ok" }
  | { kind: "degraded"; code: string }
  | { kind: "unreachable"; code: string };

/** An e-mail service. It knows neither D1 nor the variables; `fetch` (or a binding) is passed in. */
export interface EmailProvider {
  readonly name: string;
  readonly pace: Pace;
  /** The most messages in one request. */
  readonly maxPerRequest: number;
  /** Sends up to `maxPerRequest` messages in one request. Returns an outcome for each message, in order. */
  send(messages: readonly EmailMessage[]): Promise<SendReport>;
  /** Calls the provider's account endpoint; absent where it has none. */
  probe?(): Promise<ProviderProbe>;
}
