import type { Pace, SendReport } from "../../delivery/outcome.ts";
import type { PushOptionName, PushOptions } from "./options.ts";

/** One push to one device. Without title and body it is silent. */
export interface PushMessage {
  token: string;
  title: string | null;
  body: string | null;
  /** JSON for the app; null for none. */
  data: Record<string, unknown> | null;
  /** A provider leaves out those that it does not have. `ttl` is in `expiresAt` already. */
  options: PushOptions;
  /** The dispatch's: a repeat replaces the message on the device, instead of showing it twice. */
  collapseId: string;
  /** Epoch ms after which the push service may drop it; null for its default. */
  expiresAt: number | null;
}

/** What became of a ticket, 15 minutes to 24 hours later. */
export type Receipt =
  | { kind: "ok" }
  | { kind: "gone"; code: string; message: string }
  | { kind: "failed"; code: string; message: string };

export type ReceiptReport =
  /** Receipts by ticket; a ticket without one is missing from the map. */
  { kind: "ok"; receipts: Map<string, Receipt> } | { kind: "error"; code: string };

/** A push service. It knows neither D1 nor the variables, and gets `fetch` handed in. */
export interface PushProvider {
  readonly name: string;
  /** Whose devices it sends to: those whose token is its own, or all, as a provider for development does. */
  readonly devices: "own" | "all";
  /** The options that it has. */
  readonly options: readonly PushOptionName[];
  readonly pace: Pace;
  /** Messages that one request takes. */
  readonly maxPerRequest: number;
  /** Sends up to `maxPerRequest` messages in one request (more only where the provider's answer forces a split). */
  send(messages: readonly PushMessage[]): Promise<SendReport>;
  /** Fetches receipts for up to 1,000 tickets; absent where the provider has none. */
  receipts?(tickets: readonly string[]): Promise<ReceiptReport>;
}
