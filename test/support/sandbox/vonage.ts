import { SignJWT } from "jose";
import { z } from "zod";
import { createSteering, type SeenRequest } from "./steer.ts";
import type { AcceptedText } from "./twilio.ts";

export const VONAGE_KEY = "vonage-key";
export const VONAGE_SECRET = "vonage-secret";
export const VONAGE_SIGNATURE_SECRET = "vonage-signature-secret";
export const VONAGE_FROM = "Tidings";

/** The body of POST /v1/messages for a text by SMS, as the published definition has it. */
const body = z.strictObject({
  message_type: z.literal("text"),
  channel: z.literal("sms"),
  to: z.string().regex(/^[1-9]\d{6,14}$/),
  from: z.string().min(1),
  text: z.string().min(1).max(1_000),
  client_ref: z.string().max(100).optional(),
  ttl: z.int().min(20).max(604_800).optional(),
});

/** An error document of Vonage (RFC 7807). */
export const vonageError = (status: number, code: number, title = "As the test wants it") => ({
  status,
  body: {
    type: `https://developer.vonage.com/api-errors/messages#${code}`,
    title,
    detail: title,
    instance: "bf0ca0bf927b3b52e3cb03217e1a1ddf",
  },
});

const refused = (status: number, code: number, title?: string): Response =>
  Response.json(vonageError(status, code, title).body, { status });

const isAuthorized = ({ headers }: SeenRequest): boolean =>
  headers["authorization"] === `Basic ${btoa(`${VONAGE_KEY}:${VONAGE_SECRET}`)}`;

/** The header of a signed webhook. @param now epoch ms */
export async function signAsVonage(text: string, now: number, secret = VONAGE_SIGNATURE_SECRET) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  const hash = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const token = await new SignJWT({ api_key: VONAGE_KEY, payload_hash: hash })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuer("Vonage")
    .setIssuedAt(Math.floor(now / 1_000))
    .setJti(crypto.randomUUID())
    .sign(new TextEncoder().encode(secret));
  return `Bearer ${token}`;
}

/** Vonage's Messages API, as its documentation describes it, and misbehaving when it is told to. */
export function createVonageSandbox() {
  const steering = createSteering();
  const texts: AcceptedText[] = [];

  steering.app.post("/v1/messages", (context) =>
    steering.handle(context, (request) => {
      if (!isAuthorized(request))
        return Response.json(
          { type: "https://developer.vonage.com/api-errors#unauthorized", title: "Unauthorized" },
          { status: 401 },
        );
      const parsed = body.safeParse(request.body);
      if (!parsed.success) return refused(422, 1020, "Invalid params");
      const id = crypto.randomUUID();
      const { to, from, text, client_ref: reference = null } = parsed.data;
      texts.push({ id, to: `+${to}`, from, text, callback: null, reference });
      return Response.json({ message_uuid: id }, { status: 202 });
    }),
  );

  return {
    ...steering,
    texts,
    /** The body of a status webhook about a message. */
    report: (text: AcceptedText, status: string, at: number, error?: number) => ({
      message_uuid: text.id,
      to: text.to.slice(1),
      from: text.from,
      timestamp: new Date(at).toISOString(),
      status,
      channel: "sms",
      client_ref: text.reference,
      ...(error !== undefined && {
        error: {
          type: `https://developer.vonage.com/api-errors/messages#${error}`,
          title: String(error),
          detail: "As the test wants it",
          instance: "bf0ca0bf927b3b52e3cb03217e1a1ddf",
        },
      }),
      usage: { currency: "EUR", price: "0.0333" },
      sms: { count_total: "1" },
    }),
    /** The body of a message that somebody sends to us. */
    inbound: (from: string, text: string, at: number) => ({
      channel: "sms",
      message_uuid: crypto.randomUUID(),
      to: "447700900000",
      from: from.slice(1),
      timestamp: new Date(at).toISOString(),
      text,
      sms: { num_messages: "1", keyword: text.split(" ")[0]?.toUpperCase() },
      usage: { currency: "EUR", price: "0.0333" },
    }),
  };
}
