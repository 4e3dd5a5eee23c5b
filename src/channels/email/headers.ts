import { canonicalAddress, isAsciiAddress } from "../../lib/address.ts";
import type { EmailMessage } from "./provider.ts";
import { BIDI_CONTROLS } from "../../content/clean.ts";

/** A display name, and an address. */
export interface Mailbox {
  name: string | null;
  address: string;
}

/** A provider's limits for a message. */
export interface MessageLimits {
  /** Whether the part before the @ must be ASCII, because the provider has no SMTPUTF8. */
  asciiLocalPart: boolean;
  /** The number of headers that a message may set. */
  headers: number;
  /** Characters of a header's name and of its value (after encoding). */
  headerName: number;
  headerValue: number;
}

/** Why a message must not be sent. */
export type Defect =
  | "invalid_sender"
  | "invalid_recipient"
  | "unsupported_recipient"
  | "invalid_subject"
  | "invalid_header";

export type CheckedMessage = { ok: true; message: EmailMessage } | { ok: false; defect: Defect };

/** An encoded-word has at most 75 characters (RFC 2047, §2): 12 for `=?UTF-8?B?` and `?=`, and 60 of base64, for 45 bytes. */
const WORD_BYTES = 45;
const MAX_NAME = 80;

const PRINTABLE_ASCII = /^[ -~]*$/;
const HEADER_NAME = /^[!-9;-~]+$/;
// oxlint-disable-next-line no-control-regex -- these are what must not reach a header
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
const UNSAFE_RUN = new RegExp(`(?:${UNSAFE.source}|\\s)+`, "g");
/** Headers that the provider makes from other fields. Set here, they would add recipients or break the message. */
const RESERVED =
  /^(?:from|to|cc|bcc|sender|reply-to|subject|date|message-id|mime-version|return-path|received|dkim-signature|content-.*|resent-.*)$/i;

const encoder = new TextEncoder();

const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

/** Cuts `text` into pieces of at most `size` bytes of UTF-8, never inside a character. */
function* pieces(text: string, size: number): Generator<Uint8Array> {
  let piece: number[] = [];
  for (const character of text) {
    const bytes = encoder.encode(character);
    if (piece.length + bytes.length > size) {
      yield Uint8Array.from(piece);
      piece = [];
    }
    piece.push(...bytes);
  }
  if (piece.length > 0) yield Uint8Array.from(piece);
}

/**
 * Text for an unstructured header or a display name, in printable ASCII. Other text becomes RFC 2047 encoded-words (UTF-8,
 * base64). So does text that looks like an encoded-word, because clients would decode it into another text.
 */
export function encodeWord(text: string): string {
  const whole = text.toWellFormed();
  if (PRINTABLE_ASCII.test(whole) && !whole.includes("=?")) return whole;
  return [...pieces(whole, WORD_BYTES)].map((piece) => `=?UTF-8?B?${base64(piece)}?=`).join(" ");
}

/**
 * A display name on one line, of at most 80 characters. Control characters and white space become one space. Characters
 * that could reverse the address after the name are removed.
 */
export function cleanName(name: string | null): string | null {
  const clean = (name ?? "").toWellFormed().replace(BIDI_CONTROLS, "").replace(UNSAFE_RUN, " ").trim();
  return clean === "" ? null : Array.from(clean).slice(0, MAX_NAME).join("").trimEnd();
}

/**
 * `Name <address>` for a header or a provider's field (RFC 5322, §3.4). With `ascii` a name becomes encoded-words where
 * needed; `utf8` is for providers that encode it themselves. The address must have passed `checkMessage`.
 */
export function formatAddress({ name, address }: Mailbox, charset: "ascii" | "utf8"): string {
  const clean = cleanName(name);
  if (clean === null) return address;
  const word = charset === "ascii" ? encodeWord(clean) : clean;
  const isEncoded = word !== clean;
  return `${isEncoded ? word : `"${word.replace(/["\\]/g, "\\$&")}"`} <${address}>`;
}

/** Whether a message may set this header: the name is a token (RFC 5322, §2.2), and the provider does not write it itself. */
const isOwnHeader = (name: string, limits: MessageLimits): boolean =>
  HEADER_NAME.test(name) && name.length <= limits.headerName && !RESERVED.test(name);

/** The headers with values in ASCII, or null when one of them must not be sent. */
function checkHeaders(
  headers: EmailMessage["headers"],
  limits: MessageLimits,
): Record<string, string> | null {
  const entries = Object.entries(headers).map(([name, value]) => [name, encodeWord(value), value] as const);
  const isSafe = entries.every(
    ([name, encoded, value]) =>
      isOwnHeader(name, limits) &&
      !UNSAFE.test(value) &&
      encoded !== "" &&
      encoded.length <= limits.headerValue,
  );
  return isSafe && entries.length <= limits.headers
    ? Object.fromEntries(entries.map(([name, encoded]) => [name, encoded]))
    : null;
}

/** An address to which replies can go: a mail without it is better than none. Null where it is not one that every host takes. */
function replyAddress(given: string | null): string | null {
  const address = given === null ? null : canonicalAddress(given);
  return address !== null && isAsciiAddress(address) ? address : null;
}

/**
 * Checks a message before it is sent. Refuses what could inject headers or recipients, and what the provider never accepts.
 * Otherwise returns the message with addresses and headers in ASCII, without a Reply-To that cannot be used.
 */
export function checkMessage(message: EmailMessage, limits: MessageLimits): CheckedMessage {
  const from = canonicalAddress(message.from.address);
  if (from === null || !isAsciiAddress(from)) return { ok: false, defect: "invalid_sender" };
  const to = canonicalAddress(message.to.address);
  if (to === null) return { ok: false, defect: "invalid_recipient" };
  if (limits.asciiLocalPart && !isAsciiAddress(to)) return { ok: false, defect: "unsupported_recipient" };
  if (UNSAFE.test(message.subject) || message.subject.trim() === "")
    return { ok: false, defect: "invalid_subject" };
  const headers = checkHeaders(message.headers, limits);
  if (headers === null) return { ok: false, defect: "invalid_header" };
  return {
    ok: true,
    message: {
      ...message,
      from: { name: message.from.name, address: from },
      to: { name: message.to.name, address: to },
      replyTo: replyAddress(message.replyTo),
      subject: message.subject.toWellFormed(),
      headers,
    },
  };
}
