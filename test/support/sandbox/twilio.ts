import { createSteering, type SeenRequest } from "./steer.ts";

export const TWILIO_SID = `AC${"0".repeat(31)}1`;
export const TWILIO_TOKEN = "twilio-test-token";
export const TWILIO_FROM = "+15005550006";

/** A text message that the provider took. */
export interface AcceptedText {
  id: string;
  to: string;
  from: string;
  text: string;
  /** Where its reports go; null where nobody asked for them. */
  callback: string | null;
  /** The reference that its reports carry; null where the provider has none. */
  reference: string | null;
}

/** An error document of Twilio (www.twilio.com/docs/usage/requests-to-twilio). */
export const twilioError = (status: number, code: number, message = "As the test wants it.") => ({
  status,
  body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status },
});

const refused = (status: number, code: number, message?: string): Response =>
  Response.json(twilioError(status, code, message).body, { status });

const isAuthorized = ({ headers }: SeenRequest): boolean =>
  headers["authorization"] === `Basic ${btoa(`${TWILIO_SID}:${TWILIO_TOKEN}`)}`;

const freshSettings = () => ({
  /** Senders of the account. */
  senders: [TWILIO_FROM, `MG${"0".repeat(32)}`],
  /** Numbers that have sent STOP. */
  optedOut: new Set<string>(),
  /** The error code for messages to a number, whatever else they are. */
  errors: new Map<string, number>(),
});

/** Twilio's signature of a call, made apart from ours: each name of the form and its value after the address. */
export async function signAsTwilio(
  url: string,
  form: URLSearchParams,
  token = TWILIO_TOKEN,
): Promise<string> {
  const pairs = [...form].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const bytes = new TextEncoder().encode(url + pairs.flat().join(""));
  const raw = new TextEncoder().encode(token);
  const key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-1" }, false, ["sign"]);
  return btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes))));
}

/** Twilio's Messages resource, as its documentation describes it, and misbehaving when it is told to. */
export function createTwilioSandbox() {
  const steering = createSteering();
  const settings = freshSettings();
  const texts: AcceptedText[] = [];
  const { app } = steering;

  function take(form: URLSearchParams, account: string): Response {
    const [to, body, callback] = ["To", "Body", "StatusCallback"].map((name) => form.get(name));
    const from = form.get("MessagingServiceSid") ?? form.get("From");
    if (to == null || to === "") return refused(400, 21604, "A 'To' phone number is required.");
    if (from === null || from === "") return refused(400, 21603, "A 'From' phone number is required.");
    if (body == null || body === "") return refused(400, 21602, "Message body is required.");
    if (!/^\+[1-9]\d{6,14}$/.test(to))
      return refused(400, 21211, "Invalid 'To' Phone Number: it is not in E.164.");
    const wanted = settings.errors.get(to);
    if (wanted !== undefined) return refused(400, wanted);
    if (!settings.senders.includes(from) && !/[A-Za-z]/.test(from))
      return refused(400, 21659, `'${from}' is not a Twilio phone number or Short Code.`);
    if (settings.optedOut.has(to)) return refused(400, 21610, "Attempt to send to unsubscribed recipient");
    if (body.length > 1_600) return refused(400, 21617, "The concatenated message body exceeds 1600.");
    if (callback != null && !callback.startsWith("https://"))
      return refused(400, 21609, "The 'StatusCallback' URL is not a valid URL.");
    const sid = `SM${crypto.randomUUID().replaceAll("-", "")}`;
    texts.push({ id: sid, to, from, text: body, callback: callback ?? null, reference: null });
    const isService = form.has("MessagingServiceSid");
    return Response.json(
      {
        sid,
        account_sid: account,
        api_version: "2010-04-01",
        to,
        from: isService ? null : from,
        messaging_service_sid: isService ? from : null,
        body,
        status: isService ? "accepted" : "queued",
        direction: "outbound-api",
        num_segments: isService ? "0" : "1",
        num_media: "0",
        price: null,
        price_unit: "USD",
        error_code: null,
        error_message: null,
        date_created: "Thu, 26 Mar 2026 08:00:00 +0000",
        date_updated: "Thu, 26 Mar 2026 08:00:00 +0000",
        date_sent: null,
        uri: `/2010-04-01/Accounts/${account}/Messages/${sid}.json`,
        subresource_uris: { media: `/2010-04-01/Accounts/${account}/Messages/${sid}/Media.json` },
      },
      { status: 201 },
    );
  }

  app.post("/2010-04-01/Accounts/:account/Messages.json", (context) =>
    steering.handle(context, (request, text) => {
      if (!isAuthorized(request)) return refused(401, 20003, "Authenticate");
      const account = context.req.param("account");
      if (account !== TWILIO_SID) return refused(404, 20404, "The requested resource was not found");
      return take(new URLSearchParams(text), account);
    }),
  );

  return {
    ...steering,
    settings,
    texts,
    /** The form of a status callback about a message (www.twilio.com/docs/messaging/guides/track-outbound-message-status). */
    report: (text: AcceptedText, status: string, errorCode?: number): URLSearchParams =>
      new URLSearchParams({
        AccountSid: TWILIO_SID,
        ApiVersion: "2010-04-01",
        From: text.from,
        To: text.to,
        MessageSid: text.id,
        MessageStatus: status,
        SmsSid: text.id,
        SmsStatus: status,
        ...(errorCode !== undefined && { ErrorCode: String(errorCode) }),
      }),
    /** The form of a message that somebody sends to us (www.twilio.com/docs/messaging/guides/webhook-request). */
    inbound: (from: string, body: string, more: Record<string, string> = {}): URLSearchParams =>
      new URLSearchParams({
        AccountSid: TWILIO_SID,
        ApiVersion: "2010-04-01",
        Body: body,
        From: from,
        To: TWILIO_FROM,
        MessageSid: `SM${crypto.randomUUID().replaceAll("-", "")}`,
        NumMedia: "0",
        NumSegments: "1",
        SmsStatus: "received",
        ...more,
      }),
    reset() {
      steering.forget();
      texts.length = 0;
      Object.assign(settings, freshSettings());
    },
  };
}
