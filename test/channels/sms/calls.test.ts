import { sql } from "drizzle-orm";
import { beforeEach, describe, expect, test } from "vitest";
import { HOUR } from "../../../src/lib/clock.ts";
import { requeueFailed } from "../../../src/outbox/change.ts";
import type { Harness } from "../../support/harness.ts";
import { emptyTables } from "../../support/pipeline.ts";
import { type AcceptedText, signAsTwilio } from "../../support/sandbox/twilio.ts";
import { signAsVonage } from "../../support/sandbox/vonage.ts";
import { createTextWorld, givenNumber, givenTextType, textsOf, textTo } from "../../support/texts.ts";

beforeEach(emptyTables);

const HOST = "https://tidings.test";

const callAsTwilio = async (
  h: Harness,
  form: URLSearchParams,
  { path = "/webhooks/twilio", token = undefined as string | undefined } = {},
) =>
  h.request("POST", path, {
    as: null,
    body: form.toString(),
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "x-twilio-signature": await signAsTwilio(`${HOST}${path}`, form, token),
    },
  });

/** A report goes where the message said. */
const reportAsTwilio = (h: Harness, text: AcceptedText, status: string, code?: number) =>
  callAsTwilio(h, h.twilio.report(text, status, code), { path: (text.callback ?? "").slice(HOST.length) });

const callAsVonage = async (h: Harness, payload: object, secret?: string) => {
  const body = JSON.stringify(payload);
  const authorization = await signAsVonage(body, h.clock.now(), secret);
  return h.request("POST", "/webhooks/vonage", { as: null, body, headers: { authorization } });
};

async function sent(vars: Record<string, string> = {}) {
  const h = createTextWorld(vars);
  const type = await givenTextType(h);
  const person = await givenNumber();
  await textTo(h, type, [person.id]);
  const [text] = [...h.twilio.texts, ...h.vonage.texts];
  if (text === undefined) throw new Error("Nothing was sent");
  const stateOf = async () => {
    const [{ status, error_code } = { status: "", error_code: null }] = await textsOf(type);
    return [status, error_code];
  };
  return { h, type, text, person, stateOf };
}

const isSuppressed = async (h: Harness, phone: string): Promise<boolean> =>
  (await h.request("POST", "/api/v1/directory/suppressions/lookup", { body: { phone } })).status === 200;

describe("Twilio's reports", () => {
  test.each([
    ["delivered", undefined, ["delivered", null], false],
    ["undelivered", 30003, ["bounced", "unreachable_handset"], false],
    ["undelivered", 30005, ["bounced", "unknown_handset"], true],
    ["undelivered", 30007, ["bounced", "carrier_filtered"], false],
    ["failed", 30008, ["failed", "unknown_error"], false],
    ["sent", undefined, ["sent", null], false],
    ["queued", undefined, ["sent", null], false],
  ])("%s %s", async (status, code, expected, suppressed) => {
    const { h, text, person, stateOf } = await sent();
    expect((await reportAsTwilio(h, text, status, code)).status).toBe(200);
    expect(await stateOf()).toEqual(expected);
    expect(await isSuppressed(h, person.phone)).toBe(suppressed);
  });

  test("may come twice and in any order", async () => {
    const { h, text, stateOf } = await sent();
    for (const status of ["delivered", "sent", "queued", "delivered"]) await reportAsTwilio(h, text, status);
    expect(await stateOf()).toEqual(["delivered", null]);
    await reportAsTwilio(h, text, "undelivered", 30005);
    await reportAsTwilio(h, text, "delivered");
    expect(await stateOf()).toEqual(["bounced", "unknown_handset"]);
  });

  test("say nothing of a message of another channel", async () => {
    const { h, text, type } = await sent();
    await h.deps.bindings.DB.prepare("UPDATE dispatches SET channel = 'email' WHERE type = ?")
      .bind(type)
      .run();
    await reportAsTwilio(h, text, "undelivered", 30005);
    expect((await textsOf(type)).map(({ status }) => status)).toEqual(["sent"]);
  });

  test("that come late, of a message that a person has repeated, do not finish the repetition", async () => {
    const { h, text, type, stateOf } = await sent();
    await reportAsTwilio(h, text, "undelivered", 30003);
    const [{ id } = { id: "" }] = await textsOf(type);
    h.clock.advance(HOUR);
    await h.ctx.db.write({ it: requeueFailed(h.ctx, sql`id = ${id}`) });
    // They have no time of their own. Before it is sent again, and while it is on its way:
    await reportAsTwilio(h, text, "failed", 30008);
    expect(await stateOf()).toEqual(["queued", null]);
    const stopped = h.interrupts.stopAtNext("fetch", "after");
    h.queues.put("email", { v: 1, channel: "sms", ids: [id] });
    const draining = h.drain();
    await stopped.reached;
    await reportAsTwilio(h, text, "delivered");
    stopped.release();
    await draining;
    expect(await stateOf()).toEqual(["sent", null]);
    // And when the repetition has a message of its own.
    await reportAsTwilio(h, text, "undelivered", 30005);
    expect(await stateOf()).toEqual(["sent", null]);
    const [, again] = h.twilio.texts;
    if (again === undefined) throw new Error("It was not sent again");
    await reportAsTwilio(h, again, "delivered");
    expect(await stateOf()).toEqual(["delivered", null]);
  });

  test("of the repetition count before it is settled", async () => {
    const { h, text, type, stateOf } = await sent();
    await reportAsTwilio(h, text, "undelivered", 30003);
    const [{ id } = { id: "" }] = await textsOf(type);
    await h.ctx.db.write({ it: requeueFailed(h.ctx, sql`id = ${id}`) });
    const stopped = h.interrupts.stopAtNext("fetch", "after");
    h.queues.put("email", { v: 1, channel: "sms", ids: [id] });
    const draining = h.drain();
    await stopped.reached;
    const [, again] = h.twilio.texts;
    if (again !== undefined) await reportAsTwilio(h, again, "delivered");
    stopped.release();
    await draining;
    expect(await stateOf()).toEqual(["delivered", null]);
  });

  test("of somebody else are refused, and so is a changed one", async () => {
    const { h, text, stateOf } = await sent();
    const form = h.twilio.report(text, "delivered");
    expect((await callAsTwilio(h, form, { token: "another" })).status).toBe(403);
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      "x-twilio-signature": await signAsTwilio(`${HOST}/webhooks/twilio`, form),
    };
    form.set("MessageStatus", "failed");
    const body = form.toString();
    expect((await h.request("POST", "/webhooks/twilio", { as: null, body, headers })).status).toBe(403);
    const elsewhere = await h.request("POST", "/webhooks/twilio?dispatch=1", { as: null, body, headers });
    expect(elsewhere.status).toBe(403);
    expect((await h.request("POST", "/webhooks/twilio", { as: null, body })).status).toBe(403);
    expect(await stateOf()).toEqual(["sent", null]);
  });

  test("are also accepted under the former token", async () => {
    const { h, text, stateOf } = await sent({ TWILIO_AUTH_TOKEN_PREVIOUS: "former" });
    const path = (text.callback ?? "").slice(HOST.length);
    await callAsTwilio(h, h.twilio.report(text, "delivered"), { path, token: "former" });
    expect(await stateOf()).toEqual(["delivered", null]);
  });
});

describe("Vonage's reports", () => {
  test.each([
    ["delivered", undefined, ["delivered", null], false],
    ["undeliverable", 1260, ["bounced", "unreachable_handset"], false],
    ["undeliverable", 1190, ["bounced", "absent_subscriber_permanent"], true],
    ["rejected", 1240, ["bounced", "unsubscribed"], true],
    ["rejected", 1030, ["failed", "unknown_error"], false],
    ["submitted", undefined, ["sent", null], false],
  ])("%s %s", async (status, code, expected, suppressed) => {
    const { h, text, person, stateOf } = await sent({ SMS_PROVIDERS: "vonage" });
    const payload = h.vonage.report(text, status, h.clock.now(), code);
    expect((await callAsVonage(h, payload)).status).toBe(200);
    expect(await stateOf()).toEqual(expected);
    expect(await isSuppressed(h, person.phone)).toBe(suppressed);
  });

  test("of somebody else are refused, and so are changed and old ones", async () => {
    const { h, text, stateOf } = await sent({ SMS_PROVIDERS: "vonage" });
    const payload = h.vonage.report(text, "delivered", h.clock.now());
    expect((await callAsVonage(h, payload, "of somebody else entirely")).status).toBe(403);
    const authorization = await signAsVonage(JSON.stringify(payload), h.clock.now());
    const call = (body: string, headers: Record<string, string> = { authorization }) =>
      h.request("POST", "/webhooks/vonage", { as: null, body, headers });
    expect((await call(JSON.stringify({ ...payload, status: "rejected" }))).status).toBe(403);
    expect((await call(JSON.stringify(payload), {})).status).toBe(403);
    h.clock.advance(3_600_000);
    expect((await call(JSON.stringify(payload))).status).toBe(403);
    expect(await stateOf()).toEqual(["sent", null]);
  });
});

describe("a report that the number has opted out", () => {
  test.each(["twilio", "vonage"])("(%s) suppresses it as STOP does, until START", async (provider) => {
    const { h, text, type, person } = await sent({ SMS_PROVIDERS: provider });
    const at = h.clock.now();
    if (provider === "twilio") {
      // What was a bounce before becomes the wish of its owner.
      await reportAsTwilio(h, text, "undelivered", 30005);
      await reportAsTwilio(h, text, "failed", 21610);
    } else await callAsVonage(h, h.vonage.report(text, "rejected", at, 1240));
    const found = await h.request("POST", "/api/v1/directory/suppressions/lookup", {
      body: { phone: person.phone },
    });
    expect(found.body).toMatchObject({ reason: "unsubscribed", expires_at: null });
    expect((await textTo(h, type, [person.id])).skipped).toEqual({ sms: { suppressed: 1 } });
    h.clock.advance(1_000);
    await callAsTwilio(h, h.twilio.inbound(person.phone, "START"));
    expect(await isSuppressed(h, person.phone)).toBe(false);
  });
});

describe("who texts", () => {
  test.each(["STOP", "stop", " Stop. ", "UNSUBSCRIBE", "Cancel", "END", "quit", "STOPALL"])(
    "%j gets no more, until START",
    async (word) => {
      const { h, type, person } = await sent();
      const stopped = await callAsTwilio(h, h.twilio.inbound(person.phone, word));
      expect([stopped.status, stopped.headers.get("content-type")]).toEqual([200, "text/xml; charset=UTF-8"]);
      expect((await textTo(h, type, [person.id])).skipped).toEqual({ sms: { suppressed: 1 } });
      // A carrier may hand it over twice.
      await callAsTwilio(h, h.twilio.inbound(person.phone, word));
      h.clock.advance(1_000);
      await callAsTwilio(h, h.twilio.inbound(person.phone, "Start"));
      expect((await textTo(h, type, [person.id])).message_count).toBe(1);
    },
  );

  test("something else changes nothing", async () => {
    const { h, person } = await sent();
    for (const text of ["Please stop the car", "Yes, please", "", "🛑"])
      expect((await callAsTwilio(h, h.twilio.inbound(person.phone, text))).status).toBe(200);
    expect(await isSuppressed(h, person.phone)).toBe(false);
  });

  test("START lifts neither a bounce nor a STOP that came after it", async () => {
    const { h, text, person } = await sent();
    await reportAsTwilio(h, text, "undelivered", 30005);
    await callAsTwilio(h, h.twilio.inbound(person.phone, "START"));
    expect(await isSuppressed(h, person.phone)).toBe(true);
    const early = h.clock.now();
    h.clock.advance(60_000);
    await callAsVonage(h, h.vonage.inbound(person.phone, "STOP", h.clock.now()));
    await callAsVonage(h, h.vonage.inbound(person.phone, "START", early));
    expect(await isSuppressed(h, person.phone)).toBe(true);
    await callAsVonage(h, h.vonage.inbound(person.phone, "START", h.clock.now()));
    expect(await isSuppressed(h, person.phone)).toBe(false);
  });

  test.each(["twilio", "vonage"] as const)(
    "is heard once: a call of %s that is repeated undoes nothing that came after it",
    async (by) => {
      const { h, person } = await sent();
      const say = (text: string) => {
        const at = h.clock.now();
        if (by === "vonage") {
          const payload = h.vonage.inbound(person.phone, text, at);
          // With a time that says nothing of the order, as Twilio's have none.
          return () => callAsVonage(h, { ...payload, timestamp: undefined });
        }
        const form = h.twilio.inbound(person.phone, text);
        return () => callAsTwilio(h, form);
      };
      const [first, start, stop] = [say("STOP"), say("START"), say("STOP")];
      for (const call of [first, start, stop]) {
        expect((await call()).status).toBe(200);
        h.clock.advance(1_000);
      }
      expect((await start()).status).toBe(200);
      expect(await isSuppressed(h, person.phone)).toBe(true);
      h.clock.advance(1_000);
      await say("START")();
      expect(await isSuppressed(h, person.phone)).toBe(false);
      await stop();
      expect(await isSuppressed(h, person.phone)).toBe(false);
    },
  );

  test("HELP is answered with the configured text, unless Twilio has answered it", async () => {
    const { h, person } = await sent({ SMS_HELP_TEXT: "Tidings <help> & more" });
    const answerTo = async (more: Record<string, string> = {}): Promise<string> => {
      const form = h.twilio.inbound(person.phone, "HELP", more);
      return String((await callAsTwilio(h, form)).body);
    };
    expect(await answerTo()).toContain("<Message>Tidings &lt;help&gt; &amp; more</Message>");
    expect(await answerTo({ OptOutType: "HELP" })).not.toContain("<Message>");
  });

  test("in words of their own stops by what Twilio says of them", async () => {
    const { h, person } = await sent();
    await callAsTwilio(h, h.twilio.inbound(person.phone, "Arrêt", { OptOutType: "STOP" }));
    expect(await isSuppressed(h, person.phone)).toBe(true);
  });
});

test("a provider that is not configured has no webhook", async () => {
  const h = createTextWorld({ VONAGE_SIGNATURE_SECRET: "" });
  expect((await callAsVonage(h, {})).status).toBe(404);
});
