import { isOneOf } from "../../../../lib/constant-time.ts";
import type { Webhook } from "../../../feedback/webhook.ts";

const HEADER = "x-twilio-signature";

/** A call with more parameters than this is only meant to make us work. */
const MAX_PARAMETERS = 200;

/**
 * Twilio's signature: base64 of HMAC-SHA1, by the account's auth token, over the URL that it called and each parameter of the
 * form, by name, with its value (www.twilio.com/docs/usage/security#validating-requests). A name that stands twice counts once
 * for each value.
 */
export async function twilioSignature(secret: string, url: string, form: URLSearchParams): Promise<string> {
  const names = [...new Set(form.keys())].toSorted((a, b) => (a < b ? -1 : 1));
  const signed = names.reduce((text, name) => {
    const values = [...new Set(form.getAll(name))].toSorted((a, b) => (a < b ? -1 : 1));
    return text + values.map((value) => name + value).join("");
  }, url);
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-1" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, ["sign"]);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(signed)));
  return btoa(String.fromCharCode(...mac));
}

/** The form of a call as its payload, with the query of its address: the dispatch's id is there. */
export type TwilioPayload = Readonly<Record<string, string>>;

/** Twilio's webhook; null without a token. Calls are signed with our own address, so what a proxy has made of it does not count. */
export function createTwilioWebhook(tokens: readonly string[], publicUrl: string): Webhook | null {
  if (tokens.length === 0) return null;
  return async (call) => {
    const given = call.headers.get(HEADER);
    if (given === null) return { kind: "forged", code: "missing_headers" };
    const form = new URLSearchParams(await call.text());
    if (form.size > MAX_PARAMETERS) return { kind: "forged", code: "too_many_parameters" };
    const url = `${publicUrl}${call.target}`;
    const expected = await Promise.all(tokens.map((token) => twilioSignature(token, url, form)));
    if (!(await isOneOf(given, expected))) return { kind: "forged", code: "signature" };
    const query = new URL(url).searchParams;
    const payload: TwilioPayload = { ...Object.fromEntries(query), ...Object.fromEntries(form) };
    return { kind: "event", payload };
  };
}
