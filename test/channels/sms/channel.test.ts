import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { DAY, HOUR, SECOND } from "../../../src/lib/clock.ts";
import { emptyTables, live } from "../../support/pipeline.ts";
import { givenChoices } from "../../support/preferences.ts";
import type { Fault } from "../../support/sandbox/steer.ts";
import { twilioError } from "../../support/sandbox/twilio.ts";
import { vonageError } from "../../support/sandbox/vonage.ts";
import {
  aNumber,
  createTextWorld,
  givenNumber,
  givenTextType,
  textsOf,
  textTo,
} from "../../support/texts.ts";
import { givenOrg } from "../../support/world.ts";

beforeEach(emptyTables);

const stateOf = async (type: string) =>
  (await textsOf(type)).map(({ status, error_code, provider, attempts }) => [
    status,
    error_code,
    provider,
    attempts,
  ]);

test("an event's message goes to the number in its words, and its report comes to the dispatch", async () => {
  const h = createTextWorld();
  const type = await givenTextType(h);
  const { id: user, phone } = await givenNumber();
  await textTo(h, type, [user]);
  const [dispatch] = await textsOf(type);
  expect(dispatch).toMatchObject({ status: "sent", provider: "twilio", attempts: 1, to_address: phone });
  const callback = `https://tidings.test/webhooks/twilio?dispatch=${dispatch?.id}`;
  expect(h.twilio.texts).toEqual([
    expect.objectContaining({ to: phone, text: "Order A-1 is on its way", from: "+15005550006", callback }),
  ]);
  expect(h.logged.join("\n")).not.toContain(phone);
  expect(h.logged.join("\n")).not.toContain("on its way");
});

describe("a user gets none", () => {
  test.each([
    ["no_number", { phone: null, country: null }],
    ["invalid_number", { phone: "ask at the desk", country: null }],
    ["number_unverified", { verified: false }],
    ["country_not_allowed", { phone: "+46701234567", country: "SE" }],
  ])("%s", async (code, more) => {
    const h = createTextWorld();
    const type = await givenTextType(h);
    const { id: user } = await givenNumber(more);
    const { skipped } = await textTo(h, type, [user]);
    expect(skipped).toEqual({ sms: { [code]: 1 } });
    // The same when it changes after the message was made.
    const { id: other, phone } = await givenNumber();
    await env.DB.prepare("UPDATE users SET phone = '' || phone WHERE id = ?").bind(other).run();
    await h.request("POST", "/api/v1/events", {
      body: { type, recipients: { users: [other] }, data: { order: "B-2" } },
    });
    const changed = { phone, country: "NO", verified: true, ...more };
    await env.DB.prepare("UPDATE users SET phone = ?, phone_country = ?, phone_verified = ? WHERE id = ?")
      .bind(changed.phone, changed.country, Number(changed.verified), other)
      .run();
    await h.drain();
    expect(await stateOf(type)).toEqual([["failed", code, "twilio", 0]]);
    expect(h.twilio.requests).toEqual([]);
  });

  test("without a country of the organization, unless one is allowed for all", async () => {
    const h = createTextWorld({ SMS_COUNTRIES: "" });
    const type = await givenTextType(h);
    const top = await givenOrg(h);
    const org = await givenOrg(h, top);
    const [{ id: near }, { id: far }] = [
      await givenNumber({ org }),
      await givenNumber({ org, phone: "+46701234568", country: "SE" }),
    ];
    expect((await textTo(h, type, [near])).skipped).toEqual({ sms: { no_country: 1 } });
    await env.DB.prepare("UPDATE orgs SET country = 'NO' WHERE id = ?").bind(top).run();
    const { skipped, message_count } = await textTo(h, type, [near, far]);
    expect([skipped, message_count]).toEqual([{ sms: { country_not_allowed: 1 } }, 1]);
    expect(h.twilio.texts).toHaveLength(1);
  });

  test("who has switched it off, who has unsubscribed, or whose text is too long", async () => {
    const h = createTextWorld({ SMS_MAX_SEGMENTS: "2" });
    const type = await givenTextType(h, "{{ data.order }}");
    const [off, stopped, long] = [await givenNumber(), await givenNumber(), await givenNumber()];
    await givenChoices(off.id, { cells: { orders: { sms: false } } });
    await env.DB.prepare(
      "INSERT INTO suppressions (email, reason, expires_at, created_at) VALUES (?, 'unsubscribed', NULL, 0)",
    )
      .bind(stopped.phone)
      .run();
    const { skipped } = await textTo(h, type, [off.id, stopped.id]);
    expect(skipped).toEqual({ sms: { unsubscribed: 1, suppressed: 1 } });
    await textTo(h, type, [long.id], { order: "x".repeat(307) });
    expect(await stateOf(type)).toEqual([["failed", "too_long", "twilio", 0]]);
  });
});

describe("what a provider says", () => {
  const TOO_MANY: Fault = {
    kind: "answer",
    ...twilioError(429, 20429),
    headers: { "retry-after": "30" },
  };

  test.each<[string, number, string]>([
    ["an invalid number", 21211, "invalid_recipient"],
    ["a landline", 21614, "invalid_recipient"],
    ["a country that the account may not send to", 21408, "country_not_enabled"],
  ])("%s ends the message, and counts against nobody", async (_, code, ours) => {
    const h = createTextWorld();
    const type = await givenTextType(h);
    const { id: user, phone } = await givenNumber();
    h.twilio.settings.errors.set(phone, code);
    await textTo(h, type, [user]);
    expect(await stateOf(type)).toEqual([["failed", ours, "twilio", 1]]);
    expect(h.vonage.requests).toEqual([]);
  });

  test("that a number has unsubscribed suppresses it", async () => {
    const h = createTextWorld();
    const type = await givenTextType(h);
    const { id: user, phone } = await givenNumber();
    h.twilio.settings.optedOut.add(phone);
    await textTo(h, type, [user]);
    expect(await stateOf(type)).toEqual([["failed", "unsubscribed", "twilio", 1]]);
    const found = await h.request("POST", "/api/v1/directory/suppressions/lookup", { body: { phone } });
    expect(found.body).toMatchObject({ phone, email: null, reason: "unsubscribed", expires_at: null });
    expect((await textTo(h, type, [user])).skipped).toEqual({ sms: { suppressed: 1 } });
    expect((await h.request("DELETE", `/api/v1/directory/suppressions/${found.body.id}`)).status).toBe(200);
    expect((await textTo(h, type, [user])).message_count).toBe(1);
  });

  test("that it is too much sends the next one through the other provider", async () => {
    const h = createTextWorld();
    const type = await givenTextType(h);
    h.twilio.failNext(TOO_MANY);
    await textTo(h, type, [(await givenNumber()).id]);
    await live(h, 1);
    expect(await stateOf(type)).toEqual([["sent", null, "vonage", 1]]);
    const [{ id } = { id: "" }] = await textsOf(type);
    expect(h.vonage.texts).toEqual([expect.objectContaining({ from: "Tidings", reference: id })]);
  });

  test.each<[string, Fault]>([
    ["a time-out", { kind: "hang" }],
    ["an error", { kind: "html", status: 503 }],
    ["a broken connection", { kind: "drop" }],
    ["nonsense", { kind: "garbage" }],
    ["credentials that it does not know", { kind: "answer", ...twilioError(401, 20003) }],
    ["a sender that it does not know", { kind: "answer", ...twilioError(400, 21659) }],
  ])("%s five times opens its circuit, and the other provider sends all", async (_, fault) => {
    // A time-out takes a while: it is short here.
    const h = createTextWorld({ LEASE_SECONDS: "1" });
    const type = await givenTextType(h);
    h.twilio.failNext(fault, 1_000);
    for (let i = 0; i < 6; i++) {
      await textTo(h, type, [(await givenNumber()).id]);
      h.clock.advance(SECOND);
    }
    expect((await h.ctx.gates("sms", "twilio").peek()).circuit).toBe("open");
    await live(h, 15);
    expect((await textsOf(type)).map(({ status, provider }) => [status, provider])).toEqual(
      Array.from({ length: 6 }, () => ["sent", "vonage"]),
    );
    expect(h.vonage.texts).toHaveLength(6);
  });

  test("that it took a message whose answer was lost is unknown: it is sent again", async () => {
    const h = createTextWorld({ SMS_PROVIDERS: "twilio" });
    const type = await givenTextType(h);
    h.twilio.failNext({ kind: "drop", accept: true });
    await textTo(h, type, [(await givenNumber()).id]);
    await live(h, 5);
    expect(await stateOf(type)).toEqual([["sent", null, "twilio", 2]]);
    expect(h.twilio.texts).toHaveLength(2);
  });

  test("Vonage's refusals end a message, too", async () => {
    const h = createTextWorld({ SMS_PROVIDERS: "vonage" });
    const type = await givenTextType(h);
    h.vonage.failNext({ kind: "answer", ...vonageError(422, 1170) });
    await textTo(h, type, [(await givenNumber()).id]);
    expect(await stateOf(type)).toEqual([["failed", "invalid_recipient", "vonage", 1]]);
  });
});

describe("the limits", () => {
  test("a user gets so many an hour; the rest waits", async () => {
    const h = createTextWorld({ SMS_LIMIT_PER_HOUR: "2" });
    const type = await givenTextType(h);
    const { id: user } = await givenNumber();
    for (let i = 0; i < 4; i++) await textTo(h, type, [user]);
    expect(h.twilio.texts).toHaveLength(2);
    h.clock.advance(HOUR);
    await live(h, 60);
    expect((await textsOf(type)).map(({ status }) => status)).toEqual(["sent", "sent", "sent", "sent"]);
  });

  test("an organization's segments of a day hold whoever sends at the same time; the rest waits for the next", async () => {
    const h = createTextWorld({ SMS_ORG_DAILY_LIMIT: "7" });
    const org = await givenOrg(h);
    const type = await givenTextType(h, "{{ data.order }}");
    const users = await Promise.all(Array.from({ length: 8 }, () => givenNumber({ org })));
    const order = "x".repeat(161);
    await Promise.all(
      users.map(({ id }) =>
        h.request("POST", "/api/v1/events", {
          body: { type, recipients: { users: [id] }, data: { order } },
        }),
      ),
    );
    await h.drain();
    // Two segments each.
    expect(h.twilio.texts).toHaveLength(3);
    const waiting = (await textsOf(type)).filter(({ status }) => status === "queued");
    expect(waiting.map(({ attempts }) => attempts)).toEqual([0, 0, 0, 0, 0]);
    const { results } = await env.DB.prepare(
      "SELECT timeline FROM dispatches WHERE type = ? AND status = 'queued'",
    )
      .bind(type)
      .all<{ timeline: string }>();
    expect(results.every(({ timeline }) => timeline.includes("org_sms_limit"))).toBe(true);
    h.clock.advance(DAY);
    await live(h, 90);
    expect(h.twilio.texts).toHaveLength(6);
  });

  test("what no provider took is given back to the day", async () => {
    const h = createTextWorld({ SMS_ORG_DAILY_LIMIT: "1" });
    const org = await givenOrg(h);
    const type = await givenTextType(h);
    const [bad, good] = [await givenNumber({ org }), await givenNumber({ org })];
    h.twilio.settings.errors.set(bad.phone, 21211);
    await textTo(h, type, [bad.id]);
    await textTo(h, type, [good.id]);
    expect(h.twilio.texts.map(({ to }) => to)).toEqual([good.phone]);
  });
});

test("a message that cannot be made costs itself alone", async () => {
  const h = createTextWorld();
  const type = await givenTextType(h, "{{ data.at | date: 'no such style' }}");
  const fine = await givenTextType(h);
  const [a, b] = [await givenNumber(), await givenNumber()];
  await h.request("POST", "/api/v1/events", {
    body: { type, recipients: { users: [a.id] }, data: { at: "2026-03-26T08:00:00Z" } },
  });
  await textTo(h, fine, [b.id]);
  expect((await textsOf(type)).map(({ status }) => status)).not.toContain("sent");
  expect((await textsOf(fine)).map(({ status }) => status)).toEqual(["sent"]);
});

test("100 text messages cost as many round trips as one, and a request each, six at a time", async () => {
  const trips = async (n: number) => {
    const h = createTextWorld();
    const type = await givenTextType(h);
    const users = await Promise.all(Array.from({ length: n }, () => givenNumber({ phone: aNumber() })));
    await h.request("POST", "/api/v1/events", {
      body: { type, recipients: { users: users.map(({ id }) => id) }, data: { order: "A-1" } },
    });
    h.meter.reset();
    await h.drain();
    expect(h.twilio.texts).toHaveLength(n);
    expect(h.twilio.requests).toHaveLength(n);
    return h.meter.trips;
  };
  // Claim, words that the isolate does not have, settle.
  const one = await trips(1);
  expect(one).toBeLessThanOrEqual(3);
  expect(await trips(100)).toBe(one);
});

test("explain says what each rule says, what it would cost, and how it would look", async () => {
  const h = createTextWorld({ SMS_PRICE_PER_SEGMENT: "0.05" });
  const type = await givenTextType(h, "Don’t miss it: {{ data.order }}");
  const { id: user } = await givenNumber();
  const { status, body } = await h.request("POST", "/api/v1/explain", {
    body: { type, user_id: user, data: { order: "A-1" } },
  });
  expect(status).toBe(200);
  const [channel] = body.channels;
  expect([channel.channel, channel.verdict]).toEqual(["sms", "send"]);
  const { rules }: { rules: { rule: string; verdict: string; details?: object }[] } = channel;
  expect(rules.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
  expect(rules.map(({ rule }) => rule)).toEqual(
    expect.arrayContaining(["number", "number_verified", "country", "suppressed", "length"]),
  );
  expect(rules.find(({ rule }) => rule === "length")?.details).toMatchObject({
    encoding: "ucs2",
    segments: 1,
    most: 3,
    needs_ucs2: ["’"],
    country: "NO",
    dollars: 0.05,
  });
  expect(channel.rendering).toMatchObject({ text: "Don’t miss it: A-1", segments: 1 });
  expect(h.twilio.requests).toEqual([]);
});
