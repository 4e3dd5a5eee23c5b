/** A call to `/webhooks/<provider>`. The body is read only when it is needed. */
export interface WebhookCall {
  /** Path and query, as they came. */
  target: string;
  headers: Headers;
  text(): Promise<string>;
}

/** The result of verifying a call. */
export type Received =
  /** From the provider. `payload` is for the provider's `events`. */
  | { kind: "event"; payload: unknown }
  /** From the provider, but not JSON. */
  | { kind: "malformed" }
  /** From the provider, and not about messages. */
  | { kind: "nothing" }
  /** The provider asked to confirm that it may send here; `done` when it took our confirmation. */
  | { kind: "confirmation"; done: boolean }
  /** Not from the provider. `code` says why, and is only logged. */
  | { kind: "forged"; code: string }
  /** It cannot be verified at the moment. */
  | { kind: "unverifiable" };

/** Verifies calls of a provider. It lives as long as the isolate, because some cache keys. @param now epoch ms */
export type Webhook = (call: WebhookCall, now: number) => Promise<Received>;
