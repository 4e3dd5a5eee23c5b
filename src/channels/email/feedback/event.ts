import { addressIn } from "../../../lib/address.ts";

/** What a provider tells about a message after it has taken it. */
export interface FeedbackEvent {
  /**
   * `delivered`: the receiving server took it. `bounced`: it did not. `failed`: the provider gave up before trying.
   * `maybe_bounced`: it was refused for now, or it arrived and an automatic reply came back; some providers call both a
   * passing bounce.
   */
  kind: "delivered" | "bounced" | "maybe_bounced" | "complained" | "failed";
  /** The address is dead, or its owner does not want our mail: nothing more should be sent to it. */
  permanent: boolean;
  /** From the tags or metadata; null where the provider has none, or the message was not ours. */
  dispatchId: string | null;
  /** What the provider answered when it took the message. */
  providerMessageId: string | null;
  /** Whom the event names, without a display name. Personal data, and only a hint: whom we wrote to stands in the dispatch. */
  address: string | null;
  /** Epoch ms. */
  at: number;
  /** Stable, `snake_case`; made from the provider's own classification, never from a server's free text. */
  code: string;
}

/** Reads what came. `receivedAt` (epoch ms) stands in where the event has no time of its own. */
export type FeedbackMapper = (payload: unknown, receivedAt: number) => FeedbackEvent[];

/** An ISO 8601 time as epoch ms, or `fallback` where it is none. */
export function timeOr(text: string | null | undefined, fallback: number): number {
  const at = Date.parse(text ?? "");
  return Number.isNaN(at) ? fallback : at;
}

/** The address that an event names, also in the display form `Name <address>`; null where there is none. */
export const namedAddress = (text: string | null | undefined): string | null =>
  text === null || text === undefined ? null : addressIn(text);

/**
 * A provider's `CamelCase` or `Spaced Out` classification as a code: `mailbox_full`. Anything else becomes `unknown`: a
 * server's own words may hold addresses.
 */
export function codeOf(...parts: readonly (string | null | undefined)[]): string {
  const words = parts.filter((part) => part !== undefined && part !== null && part !== "").join("_");
  const code = words
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[ _-]+/g, "_")
    .toLowerCase();
  return /^[a-z][a-z0-9_]{0,63}$/.test(code) ? code : "unknown";
}

/**
 * SES reports out-of-office replies as transient, general bounces, and knows nothing of what is undetermined
 * (https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html#bounce-types). So does Resend, which sends by SES.
 */
export const mayBeReply = (type: string | null | undefined, subType: string | null | undefined): boolean =>
  type === "Undetermined" || (type === "Transient" && (subType ?? "General") === "General");
