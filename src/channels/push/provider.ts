import type { Pace, SendReport } from "../../delivery/outcome.ts";
import type { PushOptionName, PushOptions } from "./options.ts";

/** One push to one device. Without title and body it is silent. */
export interface PushMessage {
  token: string;
  title: string | null;
  body: string | null;
  /** JSON for the app; null for none. */
  data: Record<string, unknown> | null;
  /** A provider leaves out what it does not have. Its `ttl` is in `expiresAt`. */
  options: PushOptions;
  /** Made from the dispatch: a repeat of the same dispatch replaces on the device and does not stack. */
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

/** A push service. Knows neither D1 nor env; gets `fetch` handed in. */
export interface PushProvider {
  readonly name: string;
  /** Whose devices it sends to: those whose token is its own, or all, as a provider for development does. */
  readonly devices: "own" | "all";
  /** The options that it has. */
  readonly options: readonly PushOptionName[];
  readonly pace: Pace;
  /** How many messages one request takes: what the round is cut into. */
  readonly maxPerRequest: number;
  /** Sends up to `maxPerRequest` messages in one request (more only where the provider's answer forces a split). */
  send(messages: readonly PushMessage[]): Promise<SendReport>;
  /** Fetches receipts for up to 1,000 tickets; absent where the provider has none. */
  receipts?(tickets: readonly string[]): Promise<ReceiptReport>;
}

/** Whether `provider` sends to devices whose token belongs to the provider called `owner`. */
export const takes = (provider: Pick<PushProvider, "name" | "devices">, owner: string): boolean =>
  provider.devices === "all" || provider.name === owner;
