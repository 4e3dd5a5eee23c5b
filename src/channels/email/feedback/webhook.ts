/** A call to `/webhooks/<provider>`. The body is read only when it is needed. */
export interface WebhookCall {
  headers: Headers;
  text(): Promise<string>;
}

/** What a call turned out to be. */
export type Received =
  /** From the provider. `payload` is for its events reader. */
  | { kind: "event"; payload: unknown }
  /** From the provider, but not JSON. */
  | { kind: "malformed" }
  /** From the provider, and not about messages. */
  | { kind: "nothing" }
  /** The provider asked to confirm that it may send here; `done` when it took our confirmation. */
  | { kind: "confirmation"; done: boolean }
  /** Not from the provider, for a reason that only the log shows. */
  | { kind: "forged"; code: string }
  /** Nobody can say now whether it is from the provider. */
  | { kind: "unverifiable" };

/** Tells the provider's calls from forgeries. It lives as long as the isolate: some remember keys. @param now epoch ms */
export type Webhook = (call: WebhookCall, now: number) => Promise<Received>;

/** Text as JSON; undefined when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
