import type { Pace, SendReport } from "../../delivery/outcome.ts";
import type { PushOptionName, PushOptions } from "./options.ts";

/** The keys of a Web Push subscription (RFC 8291), base64url: its public key, and its secret. */
export interface SubscriptionKeys {
  p256dh: string;
  auth: string;
}

/** One push to one device. Without title and body it is silent. */
export interface PushMessage {
  token: string;
  /** Which app the token is of; null for the default one. */
  app: string | null;
  /** Null where sending to the token needs none. */
  keys: SubscriptionKeys | null;
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

/**
 * A push service, with the credentials of one app: there is one of these for each app. It knows neither D1 nor the variables,
 * and gets `fetch` handed in.
 */
export interface PushProvider {
  /** Made by `nameOf`. Its gate, its receipts and the log have this name. */
  readonly name: string;
  /** Whose devices it sends to: those whose token is its own, or all, as a provider for development does. */
  readonly devices: "own" | "all";
  /**
   * Where several push services share a kind of tokens, each by itself with a gate of its own: whose tokens these are (a name
   * made by `nameOf`), and which of them are this one's. Absent: the tokens of its own name, all of them.
   */
  readonly part?: { readonly of: string; has(token: string): boolean };
  /** The options that it has. */
  readonly options: readonly PushOptionName[];
  readonly pace: Pace;
  /** Messages that one request takes. */
  readonly maxPerRequest: number;
  /** Sends up to `maxPerRequest` messages in one request (more only where the provider's answer forces a split). */
  send(messages: readonly PushMessage[]): Promise<SendReport>;
  /**
   * Whether each message is a request of its own. A round is then spread over the connections that a Worker may have, and
   * `send` sends its share one after the other.
   */
  readonly sendsSingly?: boolean;
  /** Gets what the requests of a round share, once before them. It fails in silence: each request then tells. */
  prepare?(): Promise<void>;
  /** Fetches receipts for up to 1,000 tickets; absent where the provider has none. */
  receipts?(tickets: readonly string[]): Promise<ReceiptReport>;
}

/** Whose a device's token is. */
export interface TokenOwner {
  /** The push service. */
  provider: string;
  /** The app; null for the default one. */
  app: string | null;
}

/** The name of what sends to the tokens of an app: `fcm`, or `fcm:kiosk`. No push service has a colon in its name. */
export const nameOf = ({ provider, app }: TokenOwner): string =>
  app === null ? provider : `${provider}:${app}`;

/** Whether `sender` sends to tokens of this owner, and to this one. @param owner without a token: to any of them */
export const takes = (
  { name, devices, part }: Pick<PushProvider, "name" | "devices" | "part">,
  { token, ...owner }: TokenOwner & { token?: string },
): boolean =>
  devices === "all" ||
  ((part?.of ?? name) === nameOf(owner) && (part === undefined || token === undefined || part.has(token)));
