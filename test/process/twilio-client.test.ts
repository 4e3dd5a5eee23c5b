import { Hono } from "hono";
import twilio from "twilio";
import type { RequestOptions } from "twilio/lib/base/RequestClient.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { twilioSignature } from "../../src/channels/sms/providers/twilio/signature.ts";
import { listen, type Listening } from "../support/sandbox/listen.ts";
import {
  createTwilioSandbox,
  signAsTwilio,
  TWILIO_FROM,
  TWILIO_SID,
  TWILIO_TOKEN,
} from "../support/sandbox/twilio.ts";

// Runs Twilio's own client against the sandbox, and its own validator against signatures: ours and the sandbox's.

const sandbox = createTwilioSandbox();
let served: Listening;

beforeAll(async () => {
  served = await listen(sandbox.app, new Hono());
});
afterAll(() => served.close());

/** Twilio's requests go to this machine. */
class ToSandbox extends twilio.RequestClient {
  override request<TData>(options: RequestOptions<TData>) {
    return super.request<TData>(
      Object.assign(options, { uri: options.uri.replace("https://api.twilio.com", served.url) }),
    );
  }
}

const client = (token = TWILIO_TOKEN) => twilio(TWILIO_SID, token, { httpClient: new ToSandbox() });

test("Twilio's client takes the sandbox's answers: a message, and errors with their codes", async () => {
  const message = await client().messages.create({ to: "+4740000000", from: TWILIO_FROM, body: "Hello" });
  expect(message).toMatchObject({ status: "queued", to: "+4740000000", body: "Hello", errorCode: null });
  expect(message.sid).toBe(sandbox.texts[0]?.id);
  const fails = (to: string, token?: string) =>
    client(token)
      .messages.create({ to, from: TWILIO_FROM, body: "Hello" })
      .then(
        () => null,
        (error: { status: number; code: number }) => [error.status, error.code],
      );
  sandbox.settings.optedOut.add("+4740000001");
  expect(await fails("+4740000001")).toEqual([400, 21610]);
  expect(await fails("400")).toEqual([400, 21211]);
  expect(await fails("+4740000000", "wrong")).toEqual([401, 20003]);
});

test("Twilio's validator accepts what we and the sandbox sign, and nothing else", async () => {
  const url = "https://tidings.test/webhooks/twilio?dispatch=01999999-0000-7000-8000-000000000001";
  const forms = [
    sandbox.inbound("+4740000000", "STOP & more: æøå 😀 ’"),
    sandbox.inbound("+4740000000", ""),
    new URLSearchParams({ B: "2", a: "1", A: "0", MessageStatus: "delivered" }),
  ];
  for (const form of forms) {
    const params = Object.fromEntries(form);
    const ours = await twilioSignature(TWILIO_TOKEN, url, form);
    expect(ours).toBe(await signAsTwilio(url, form));
    expect(twilio.validateRequest(TWILIO_TOKEN, ours, url, params)).toBe(true);
    expect(twilio.validateRequest("another", ours, url, params)).toBe(false);
    expect(twilio.validateRequest(TWILIO_TOKEN, ours, url, { ...params, More: "1" })).toBe(false);
  }
});
