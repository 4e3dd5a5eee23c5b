import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../../src/lib/clock.ts";
import { printId } from "../../../src/lib/ids.ts";
import { givenType } from "../../events/world.ts";
import { type Caller, createHarness, type Harness, mint, SERVICE } from "../../support/harness.ts";
import { givenMails, givenReader } from "../../support/mail.ts";
import { consumeAll, deliverNow, emptyTables, givenPushes } from "../../support/pipeline.ts";
import { givenChoices, givenOrgSettings } from "../../support/preferences.ts";
import { expectNoScan } from "../../support/plans.ts";
import { givenOrg, givenUser } from "../../support/world.ts";

beforeEach(emptyTables);

const createWorld = (vars: Record<string, string> = {}) =>
  createHarness({ vars: { EMAIL_PROVIDERS: "resend", ...vars }, autoDrain: false });

const explain = (h: Harness, body: object, as: Caller = SERVICE) =>
  h.request("POST", "/api/v1/explain", { body, as });

interface Rule {
  rule: string;
  verdict: string;
  code?: string;
  message: string;
  until?: string;
  details?: Record<string, unknown>;
}

const ruleOf = (rules: readonly Rule[], name: string) => rules.find(({ rule }) => rule === name);

const adminOf = (org: string): Caller => ({ role: "org_admin", sub: mint("adm"), org });

describe("a message that nobody has made", () => {
  test("is explained rule by rule, in order, with how it would look", async () => {
    const h = createWorld();
    const reader = await givenReader(h, { locale: "de-AT" });
    const { status, body } = await explain(h, { type: "certification_reminder", user_id: reader.id });
    expect(status).toBe(200);
    expect(body).toMatchObject({ user_id: reader.id, dispatch: null, type: "certification_reminder" });
    const [channel] = body.channels;
    expect(channel).toMatchObject({ channel: "email", verdict: "send", code: null, until: null });
    expect(channel.rules.map(({ rule, verdict }: Rule) => `${rule} ${verdict}`)).toEqual(
      [
        ...["in_scope", "expiry", "attempts", "known", "address", "verified", "suppressed", "wanted"],
        ...["needed", "quiet_hours", "content", "quota", "slot", "provider", "wording", "rendering"],
      ].map((rule) => `${rule} pass`),
    );
    expect(ruleOf(channel.rules, "wording")?.details).toMatchObject({
      source: "built_in",
      locale: "de-AT",
      tried: ["de-AT", "de", "en"],
    });
    expect(channel.rendering.text).toContain("Guten Tag");
    expect(channel.rendering.html).toContain("<html");
    // Whoever sees the preview must not be able to unsubscribe its reader.
    expect(channel.rendering.html).toContain("/unsubscribe/preview");
  });

  test("of an own type is said on each of its channels, in the words of the organization, with the data that are given", async () => {
    const h = createWorld();
    const org = await givenOrg(h);
    const { id: user } = await givenUser(h, { org, devices: 0 });
    const type = await givenType(h, {
      org_id: org,
      channels: [{ channel: "in_app" }, { channel: "push" }, { channel: "email", wait: 3_600 }],
      schema: { type: "object", required: ["order"], properties: { order: { type: "string" } } },
    });
    await env.DB.prepare("UPDATE wordings SET org_id = ? WHERE type = ?").bind(org, type).run();
    await env.DB.prepare(
      "UPDATE wording_versions SET org_id = ?, fields = replace(fields, 'Body', ?) WHERE type = ?",
    )
      .bind(org, "Order {{ data.order }} is yours", type)
      .run();
    const { body } = await explain(h, { type, user_id: user, data: { order: "1042" } });
    expect(body.channels).toMatchObject([
      { channel: "in_app", verdict: "send", rendering: { body: "Order 1042 is yours" } },
      { channel: "push", verdict: "reject", code: "no_device" },
      { channel: "email", verdict: "reject", code: "no_address", rendering: null },
    ]);
    expect(ruleOf(body.channels[0].rules, "wording")?.details).toMatchObject({ org_id: org, version: 1 });
    expect(ruleOf(body.channels[2].rules, "due")).toMatchObject({
      verdict: "wait",
      code: "later_step",
      until: new Date(h.clock.now() + HOUR).toISOString(),
    });
    const wrong = await explain(h, { type, user_id: user, data: { order: 1042 } });
    expect(wrong.status).toBe(400);
    expect(wrong.body.errors[0].pointer).toBe("/data/order");
  });

  test("names who has switched it off, and what is critical all the same", async () => {
    const h = createWorld();
    const org = await givenOrg(h);
    const reader = await givenReader(h, { org });
    await givenOrgSettings(org, { preferences: { orders: { email: { on: false, locked: true } } } });
    await givenChoices(reader.id, { cells: { orders: { email: true } } });
    const type = await givenType(h, { org_id: org, channels: [{ channel: "email" }] });
    const off = await explain(h, { type, user_id: reader.id }, adminOf(org));
    expect(off.body.channels[0]).toMatchObject({ verdict: "skip", code: "unsubscribed" });
    expect(ruleOf(off.body.channels[0].rules, "wanted")?.details).toEqual({
      category: "orders",
      critical: false,
      on: false,
      by: "org",
      org_id: org,
      locked: true,
    });
    const critical = await givenType(h, { org_id: org, channels: [{ channel: "email" }], critical: true });
    const on = await explain(h, { type: critical, user_id: reader.id });
    expect(ruleOf(on.body.channels[0].rules, "wanted")).toMatchObject({
      verdict: "pass",
      message: "It is critical, and sent though it is switched off",
    });
  });

  test("may be sent at another time", async () => {
    const h = createWorld();
    h.clock.set(Date.parse("2026-03-27T12:00:00Z"));
    const reader = await givenReader(h);
    await givenChoices(reader.id, {
      quietHours: { enabled: true, start: "22:00", end: "07:00", days: [0, 1, 2, 3, 4, 5, 6] },
    });
    const ask = { type: "certification_reminder", user_id: reader.id };
    expect((await explain(h, ask)).body.channels[0].verdict).toBe("send");
    const night = await explain(h, { ...ask, at: "2026-03-27T23:00:00Z" });
    expect(night.body).toMatchObject({
      at: "2026-03-27T23:00:00.000Z",
      channels: [{ verdict: "wait", code: "quiet_hours", until: "2026-03-28T07:00:00.000Z" }],
    });
    for (const at of ["2026-03-27T11:59:00Z", "2027-03-28T12:00:00Z"])
      expect((await explain(h, { ...ask, at })).body.errors).toMatchObject([{ pointer: "/at" }]);
  });

  test("to a user who is not there is refused, and of a type or channel that is not there is an error", async () => {
    const h = createWorld();
    const { id: user } = await givenUser(h);
    const unknown = await explain(h, { type: "certification_reminder", user_id: "usr_nobody" });
    expect(unknown.body.channels).toMatchObject([
      { verdict: "reject", code: "no_recipient", rendering: null },
    ]);
    expect((await explain(h, { type: "no_such_type", user_id: user })).status).toBe(404);
    const channel = await explain(h, { type: "certification_reminder", user_id: user, channel: "push" });
    expect(channel.body.errors).toMatchObject([{ pointer: "/channel" }]);
  });

  test.each([
    ["nothing", {}, ["/type"]],
    ["a type to nobody", { type: "push" }, ["/user_id"]],
    [
      "both",
      { type: "push", user_id: "u", dispatch: "dsp_01jq8z3k5te8v9m4p2r7x6w1yd" },
      ["/type", "/user_id"],
    ],
    ["data of a dispatch", { dispatch: "dsp_01jq8z3k5te8v9m4p2r7x6w1yd", data: {} }, ["/data"]],
  ])("is not asked for by %s", async (_, ask, pointers) => {
    const { status, body } = await explain(createWorld(), ask);
    expect(status).toBe(400);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(pointers);
  });
});

describe("a message that there is", () => {
  test("has its state first, and is found by any id that is printed", async () => {
    const h = createWorld();
    const reader = await givenReader(h, { verified: false });
    const [id = ""] = await givenMails(h, [reader.id]);
    await consumeAll(h, [{ v: 1, channel: "email", ids: [id] }], "tidings-email");
    for (const printed of [id, printId("dsp", id), printId("notif", id)]) {
      const { body } = await explain(h, { dispatch: printed });
      expect(body.dispatch).toMatchObject({
        id: printId("dsp", id),
        status: "failed",
        error_code: "unverified",
        timeline: `/api/v1/dispatches/${printId("dsp", id)}/timeline`,
      });
      expect(body.channels[0]).toMatchObject({ verdict: "skip", code: "failed" });
      expect(body.channels[0].rules[0]).toMatchObject({ rule: "state", verdict: "skip", code: "failed" });
      expect(ruleOf(body.channels[0].rules, "verified")).toMatchObject({
        verdict: "reject",
        code: "unverified",
      });
    }
    expect((await explain(h, { dispatch: "no id at all" })).status).toBe(404);
  });

  test("that is over is explained as it would be after a retry: in time, and without the slot that it had", async () => {
    const h = createWorld();
    const now = h.clock.now();
    const { ids } = await givenPushes(h, 1);
    await env.DB.prepare(
      "UPDATE dispatches SET status = 'cancelled', claims = 10, created_at = ?, due_at = ?, slot_at = ?",
    )
      .bind(now - 80 * HOUR, now - 80 * HOUR, now + HOUR)
      .run();
    const { body } = await explain(h, { dispatch: ids[0] });
    expect(body.channels[0]).toMatchObject({ verdict: "skip", code: "cancelled" });
    const others = body.channels[0].rules.slice(1).filter(({ verdict }: Rule) => verdict !== "pass");
    expect(others).toEqual([]);
    await env.DB.prepare("UPDATE dispatches SET status = 'queued'").run();
    expect((await explain(h, { dispatch: ids[0] })).body.channels[0]).toMatchObject({ code: "abandoned" });
  });

  test("waits for its time, and for the consumer that has it", async () => {
    const h = createWorld();
    const {
      ids: [id = ""],
    } = await givenPushes(h, 1, { sendAt: h.clock.now() + HOUR });
    const until = new Date(h.clock.now() + HOUR).toISOString();
    expect((await explain(h, { dispatch: id })).body.channels[0]).toMatchObject({
      verdict: "wait",
      code: "not_due",
      until,
    });
    await env.DB.prepare("UPDATE dispatches SET status = 'sending', lease_until = ? WHERE id = ?")
      .bind(h.clock.now() + MINUTE, id)
      .run();
    expect((await explain(h, { dispatch: id })).body.channels[0]).toMatchObject({ code: "sending" });
  });

  test("of a user who has left is shown to those who have the user now, and to nobody else", async () => {
    const h = createWorld();
    const [old, fresh] = [await givenOrg(h), await givenOrg(h)];
    const { id: user } = await givenUser(h, { org: fresh });
    const { ids } = await givenPushes(h, 1, { orgId: old });
    await env.DB.prepare("UPDATE dispatches SET user_id = ?").bind(user).run();
    const answer = await explain(h, { dispatch: ids[0] }, adminOf(old));
    expect([answer.status, answer.body.code]).toEqual([403, "user_moved"]);
    expect((await explain(h, { dispatch: ids[0] }, adminOf(fresh))).status).toBe(404);
    expect((await explain(h, { dispatch: ids[0] })).status).toBe(200);
  });
});

describe("what a message depends upon outside the database", () => {
  const givenRest = async (h: Harness) => {
    h.expo.failNext({ kind: "status", status: 500 }, 5);
    for (let i = 0; i < 5; i++) await deliverNow(h, (await givenPushes(h)).ids);
  };

  test("a provider that rests makes a message wait, which staff sees and a user does not", async () => {
    const h = createWorld();
    await givenRest(h);
    const { id: user } = await givenUser(h);
    const ask = { type: "push", user_id: user };
    const staff = await explain(h, ask);
    expect(staff.body.channels[0]).toMatchObject({
      verdict: "wait",
      code: "provider_rests",
      until: new Date(h.clock.now() + 30 * SECOND).toISOString(),
    });
    h.interrupts.reset();
    const own = await explain(h, ask, { role: "user", sub: user });
    expect(own.body.channels[0]).toMatchObject({ verdict: "send" });
    expect(ruleOf(own.body.channels[0].rules, "provider")).toBeUndefined();
    expect(h.interrupts.calls.filter((name) => name.startsWith("gate"))).toEqual([]);
  });

  test("a limiter that does not answer is unknown, and nothing else is", async () => {
    const h = createWorld();
    const { id: user } = await givenUser(h);
    const away = vi.spyOn(h.deps.bindings.USER_RATE_LIMITER, "getByName").mockImplementation(() => {
      throw new Error("The limiter is away");
    });
    const { status, body } = await explain(h, { type: "push", user_id: user });
    away.mockRestore();
    expect(status).toBe(200);
    expect(body.channels[0]).toMatchObject({ verdict: "unknown", code: "no_answer" });
    expect(ruleOf(body.channels[0].rules, "device")?.verdict).toBe("pass");
  });
});

test("users ask about themselves, and do not learn which organization has decided", async () => {
  const h = createWorld();
  const org = await givenOrg(h);
  const reader = await givenReader(h, { org });
  await givenOrgSettings(org, { preferences: { orders: { email: { on: false, locked: false } } } });
  const type = await givenType(h, { org_id: org, channels: [{ channel: "email" }] });
  const me: Caller = { role: "user", sub: reader.id, org };
  const { status, body } = await explain(h, { type }, me);
  expect(status).toBe(200);
  expect(body).toMatchObject({ user_id: reader.id, channels: [{ verdict: "skip", code: "unsubscribed" }] });
  expect(JSON.stringify(body)).not.toContain(org);
  expect((await explain(h, { type, user_id: "usr_other" }, me)).status).toBe(404);
});

describe("a user who asks sees", () => {
  const givenSecret = async (h: Harness) => {
    const org = await givenOrg(h);
    const { id } = await givenUser(h, { org });
    const type = await givenType(h, {
      channels: [{ channel: "in_app" }],
      schema: { type: "object", properties: { x: { enum: ["the secret", "the sample"] } } },
      sample: { x: "the sample" },
    });
    await env.DB.prepare("UPDATE wording_versions SET fields = replace(fields, 'Body', ?) WHERE type = ?")
      .bind("Our words: {{ data.x }}", type)
      .run();
    return { admin: adminOf(org), me: { role: "user", sub: id, org } as const, type };
  };
  const givenSent = async (
    h: Harness,
    { admin, me, type }: Awaited<ReturnType<typeof givenSecret>>,
    more = {},
  ) => {
    const body = { type, recipients: { users: [me.sub] }, data: { x: "the secret" }, ...more };
    expect((await h.request("POST", "/api/v1/events", { as: admin, body })).status).toBe(202);
    await h.drain();
    const row = await env.DB.prepare("SELECT id FROM dispatches").first<{ id: string }>();
    return row?.id ?? "";
  };
  const isTold = async (h: Harness, ask: object, as: Caller) => {
    const { status, body } = await explain(h, ask, as);
    expect(status).toBe(200);
    expect(body.channels[0].rules.at(-1)).toMatchObject({ rule: "rendering", verdict: "pass" });
    const [channel] = body.channels;
    return [channel.rendering !== null, /secret|sample|Our words/u.test(JSON.stringify(body))];
  };

  test("nothing of a message that is for later, nor of one that was stopped or has failed; staff does", async () => {
    const h = createWorld();
    const world = await givenSecret(h);
    const id = await givenSent(h, world, { send_at: new Date(h.clock.now() + HOUR).toISOString() });
    const ask = { dispatch: printId("dsp", id) };
    for (const status of ["queued", "sending", "cancelled", "failed"]) {
      await env.DB.prepare("UPDATE dispatches SET status = ?").bind(status).run();
      expect([status, await isTold(h, ask, world.me)]).toEqual([status, [false, false]]);
      expect([status, await isTold(h, ask, world.admin)]).toEqual([status, [true, true]]);
    }
    const later = { at: new Date(h.clock.now() + 2 * HOUR).toISOString() };
    expect(await isTold(h, { ...ask, ...later }, world.me)).toEqual([false, false]);
  });

  test("nothing of a push by API that waits, whose words are in the message", async () => {
    const h = createWorld();
    const { ids, users } = await givenPushes(h, 1, { sendAt: h.clock.now() + HOUR });
    const me: Caller = { role: "user", sub: users[0] ?? "" };
    const { body } = await explain(h, { dispatch: ids[0] });
    const { title, body: text } = body.channels[0].rendering;
    const own = await explain(h, { dispatch: ids[0] }, me);
    expect(own.body.channels[0]).toMatchObject({ verdict: "wait", code: "not_due", rendering: null });
    for (const said of [title, text]) expect(JSON.stringify(own.body)).not.toContain(said);
  });

  test("a message that has been sent as it looks", async () => {
    const h = createWorld();
    const world = await givenSecret(h);
    const ask = { dispatch: await givenSent(h, world) };
    for (const status of ["sent", "delivered", "bounced"]) {
      await env.DB.prepare("UPDATE dispatches SET status = ?").bind(status).run();
      expect([status, await isTold(h, ask, world.me)]).toEqual([status, [true, true]]);
    }
  });

  test("of an own type the rules alone: neither words nor sample nor schema", async () => {
    const h = createWorld();
    const { me, admin, type } = await givenSecret(h);
    expect((await h.request("GET", `/api/v1/types/${type}`, { as: me })).status).toBe(403);
    expect(await isTold(h, { type }, me)).toEqual([false, false]);
    expect(await isTold(h, { type, user_id: me.sub }, admin)).toEqual([true, true]);
    for (const data of [{ x: "a guess" }, { x: "the secret" }]) {
      const { status, body } = await explain(h, { type, data }, me);
      expect([status, body.errors]).toEqual([400, [expect.objectContaining({ pointer: "/data" })]]);
      expect(JSON.stringify(body)).not.toContain("secret");
    }
    expect((await explain(h, { type: "no_such_type" }, me)).status).toBe(404);
  });

  test("a built-in type with its sample, which everybody may read", async () => {
    const h = createWorld();
    const { me } = await givenSecret(h);
    const { body } = await explain(h, { type: "push" }, me);
    expect(body.channels[0].rendering).toMatchObject({ title: expect.any(String) });
  });
});

test("three channels cost three round trips and nothing is written, and two once the isolate has the words", async () => {
  const h = createWorld();
  const org = await givenOrg(h, await givenOrg(h));
  const { id: user } = await givenUser(h, { org, email: "kari@example.com" });
  const type = await givenType(h, {
    channels: [{ channel: "in_app" }, { channel: "push" }, { channel: "email" }],
  });
  const cost = async () => {
    h.meter.reset();
    h.interrupts.reset();
    const { body } = await explain(h, { type, user_id: user });
    expect(body.channels.map(({ verdict }: { verdict: string }) => verdict)).toEqual([
      "send",
      "send",
      "send",
    ]);
    const objects = h.interrupts.calls.filter((name) => /^(?:limiter|quota|gate)/u.test(name));
    return [h.meter.trips, h.meter.rowsWritten, objects.length];
  };
  expect(await cost()).toEqual([3, 0, 7]);
  expect(await cost()).toEqual([2, 0, 7]);
  // Three channels read the same few rows of the user, the organizations and the type; a message is a row of JSON each time.
  expect(h.meter.rowsRead).toBeLessThan(130);
  // The line of those above is short, and of its types with this id the nearest counts.
  await expectNoScan(h, ({ sql }) => sql.includes("ORDER BY line.distance"));
});
