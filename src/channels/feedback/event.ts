import { addressIn } from "../../lib/address.ts";

/** What a provider reports about a message after it accepted it. */
export interface FeedbackEvent {
  /**
   * `delivered`: the receiving server accepted it. `bounced`: the server did not. `failed`: the provider gave up before it
   * tried. `maybe_bounced`: a temporary refusal, or an automatic reply to a message that arrived; some providers report
   * both as a transient bounce.
   */
  kind: "delivered" | "bounced" | "maybe_bounced" | "complained" | "failed";
  /** True when the address is dead or its owner does not want our mail. It should get no more. */
  permanent: boolean;
  /** Set when its owner has told the provider so. Unlike a dead address, that does not pass. */
  optedOut?: true;
  /** From the tags or metadata; null if the provider has none, or the message was not ours. */
  dispatchId: string | null;
  /** The provider's own id, from its answer when it accepted the message. */
  providerMessageId: string | null;
  /** The recipient that the event names, without a display name. Only a hint: the dispatch has the real address. */
  address: string | null;
  /** Epoch ms. */
  at: number;
  /** Set when the event has no time of its own, so that `at` is when it came. */
  untimed?: true;
  /** An error code: stable, `snake_case`, made from the provider's classification and never from a server's free text. */
  code: string;
}

/** Reads a provider's payload. @param receivedAt epoch ms, for an event without a time of its own */
export type FeedbackMapper = (payload: unknown, receivedAt: number) => FeedbackEvent[];

/** An ISO 8601 time as epoch ms, or `fallback` for any other text. */
export function timeOr(text: string | null | undefined, fallback: number): number {
  const at = Date.parse(text ?? "");
  return Number.isNaN(at) ? fallback : at;
}

/** The address in an event's text, which may be `Name <address>`; null if there is none. */
export const namedAddress = (text: string | null | undefined): string | null =>
  text === null || text === undefined ? null : addressIn(text);

/**
 * Turns a provider's classification (`CamelCase` or `Spaced Out`) into a code: `mailbox_full`. Any other text becomes
 * `unknown`, because a server's free text may contain addresses.
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
 * Whether a bounce may be an automatic reply. SES reports out-of-office replies as transient, general bounces, and other
 * replies as undetermined (https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html#bounce-types). Resend sends
 * through SES and reports the same.
 */
export const mayBeReply = (type: string | null | undefined, subType: string | null | undefined): boolean =>
  type === "Undetermined" || (type === "Transient" && (subType ?? "General") === "General");
