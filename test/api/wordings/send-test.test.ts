import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { type Caller, createHarness, type Harness, mint } from "../../support/harness.ts";
import { givenReader } from "../../support/mail.ts";
import { givenOrg, givenUser } from "../../support/world.ts";
import { adminOf, type At, givenType, pathOf, put } from "./calls.ts";

/** An org_admin who is a user of the organization, with an address and a device; and a type of the organization above. */
async function given(more: object = {}) {
  const h = createHarness({ vars: { EMAIL_PROVIDERS: "ses" } });
  const parent = await givenOrg(h);
  const org = await givenOrg(h, parent);
  const me: Caller = { ...adminOf(org), sub: mint("adm") };
  await givenUser(h, { id: me.sub ?? "", org, email: `${me.sub}@example.com` });
  const type = mint("t");
  await givenType(h, type, parent, more);
  const at = (channel: string, owner: string | null = org, locale = "en"): At => [
    `${type}/${channel}/${locale}`,
    owner,
  ];
  return { h, parent, org, me, id: me.sub ?? "", type, at };
}

const tryOut = (h: Harness, at: At, body: object, as: Caller, headers: Record<string, string> = {}) =>
  h.request("POST", pathOf(at, "/test"), { body, as, headers });

const rowsOf = async (userId: string) =>
  (await env.DB.prepare("SELECT * FROM dispatches WHERE user_id = ? ORDER BY id").bind(userId).all()).results;

const DRAFT = {
  push: { title: "Order {{ data.order }}", body: "{{ data.items }} for {{ user.name }}" },
  in_app: {
    title: "Order {{ data.order }}",
    body: "It comes",
    action_url: "https://shop.example/{{ data.order }}",
  },
  email: { subject: "Order {{ data.order }}", body: "# Hi\n\n**{{ user.name }}**, of {{ event.type }}" },
};

describe("a test of words that are not written yet", () => {
  test("by push goes to the caller's devices, and leaves the words as they are", async () => {
    const { h, me, id, type, at } = await given();
    const { status, body } = await tryOut(h, at("push"), { fields: DRAFT.push }, me);
    expect(status).toBe(200);
    expect(body).toEqual({
      ...{ type, channel: "push", locale: "en", source: "draft", version: null, status: "sent" },
      dispatch_id: expect.stringMatching(/^dsp_/u),
    });
    expect(h.expo.accepted).toMatchObject([
      { message: { title: "Order A-1042", body: "3 for Kari Nordmann" } },
    ]);
    expect(await rowsOf(id)).toMatchObject([{ type: "test", channel: "push", status: "sent", attempts: 1 }]);
    expect((await h.request("GET", pathOf(at("push")), { as: me })).status).toBe(404);
    const told = await h.request("GET", `/api/v1/dispatches/${body.dispatch_id}/timeline`, { as: me });
    expect(told.body.data.entries.at(-1)).toMatchObject({ did: "attempted", outcome: "accepted" });
  });

  test("in the app lies in the caller's inbox", async () => {
    const { h, me, id, at } = await given();
    const { body } = await tryOut(h, at("in_app"), { fields: DRAFT.in_app, data: { order: "B-2" } }, me);
    expect(body).toMatchObject({ status: "delivered", source: "draft" });
    const inbox = await h.request("GET", "/api/v1/inbox", { as: { role: "user", sub: id } });
    expect(inbox.body.data).toMatchObject([
      { title: "Order B-2", body: "It comes", data: { action_url: "https://shop.example/B-2" } },
    ]);
  });

  test("by e-mail looks as a message of the type, with the reader's name and the link that ends it", async () => {
    const { h, me, id, type, at } = await given({ category: "orders" });
    h.meter.reset();
    const { body } = await tryOut(h, at("email"), { fields: DRAFT.email }, me);
    expect(h.meter.trips).toBeLessThanOrEqual(7);
    expect(body).toMatchObject({ status: "sent" });
    const [mail] = h.ses.accepted;
    expect(mail).toMatchObject({ subject: "Order A-1042" });
    expect(mail?.html).toContain(`<strong>Kari Nordmann</strong>, of ${type}`);
    expect(mail?.text).toContain("/unsubscribe/");
    expect(await rowsOf(id)).toMatchObject([{ to_address: `${id}@example.com`, title: "Order A-1042" }]);
  });

  test("is in one's own words also of a built-in type, and without any in the built-in ones with one's data", async () => {
    const { h, me, org } = await given();
    const at: At = ["certification_reminder/email/en", org];
    const fields = { subject: "Ours: {{ data.certifications[0].name }}", body: "Renew it." };
    expect((await tryOut(h, at, { fields }, me)).body).toMatchObject({ source: "draft", status: "sent" });
    expect((await tryOut(h, at, {}, me)).body).toMatchObject({ source: "built_in", status: "sent" });
    const [own, builtIn] = h.ses.accepted;
    expect(own?.subject).toMatch(/^Ours: ./u);
    expect(own?.text).toContain("Renew it.");
    expect(builtIn?.subject).not.toContain("Ours");
  });
});

test("the words are chosen as for a preview: a version, the latest, the inherited ones", async () => {
  const { h, parent, me, at } = await given();
  const titles = () => h.expo.accepted.map(({ message }) => message.title);
  await put(h, at("push", parent), { title: "Of the parent", body: "B" });
  expect((await tryOut(h, at("push"), {}, me)).body).toMatchObject({ source: "inherited", version: 1 });
  await put(h, at("push"), { title: "One", body: "B" });
  await put(h, at("push"), { title: "Two", body: "B" }, "&publish=false");
  expect((await tryOut(h, at("push"), {}, me)).body).toMatchObject({ source: "version", version: 2 });
  expect((await tryOut(h, at("push"), { version: 1 }, me)).body).toMatchObject({ version: 1 });
  expect(titles()).toEqual(["Of the parent", "Two", "One"]);
});

describe("a test is refused", () => {
  test("at each field that is wrong, before anything is sent", async () => {
    const { h, me, id, at } = await given();
    for (const [body, pointer] of [
      [{ fields: { title: "{{ data.order", body: "B" } }, "/fields/title"],
      [{ fields: { title: "T" } }, "/fields/body"],
      [{ fields: { title: "T", body: "B" }, data: { order: 1 } }, "/data/order"],
      [{ fields: { title: "T", body: "B" }, data: { order: "x".repeat(33_000) } }, "/data"],
      [{ fields: { title: "T", body: "B" }, version: 1 }, "/version"],
      [{ fields: { title: "T", body: "B" }, user_id: "usr_other" }, "/user_id"],
      [{}, "/fields"],
    ] as const)
      expect(await tryOut(h, at("push"), body, me)).toMatchObject({
        status: 400,
        body: { errors: [{ pointer }] },
      });
    expect((await tryOut(h, at("push"), { version: 7 }, me)).status).toBe(404);
    expect(await tryOut(h, at("sms"), { fields: { text: "T" } }, me)).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: "channel", detail: "is not configured: nothing can be sent on it" }] },
    });
    expect(await rowsOf(id)).toEqual([]);
  });

  test("to whoever the directory does not know in the caller's scope, and to a service", async () => {
    const { h, me, org, id, at } = await given();
    const stranger: Caller = { ...adminOf(org), sub: mint("adm") };
    const of = (as: Caller) => tryOut(h, at("push"), { fields: DRAFT.push }, as);
    expect(await of(stranger)).toMatchObject({ status: 404, body: { code: "no_user" } });
    expect(await of({ role: "service", sub: "svc" })).toMatchObject({
      status: 403,
      body: { code: "no_user" },
    });
    await env.DB.prepare("UPDATE users SET org_id = 'elsewhere' WHERE id = ?").bind(id).run();
    expect(await of(me)).toMatchObject({ status: 404, body: { code: "no_user" } });
    expect(h.expo.accepted).toEqual([]);
  });

  test("by e-mail to an address that is not verified, whether or not it is suppressed", async () => {
    const { h, org, type } = await given();
    const { id, email } = await givenReader(h, { org, verified: false });
    const as: Caller = { ...adminOf(org), sub: id };
    const of = () => tryOut(h, [`${type}/email/en`, org], { fields: DRAFT.email }, as);
    const before = (await of()).body;
    expect(before).toMatchObject({ status: "failed", error_code: "unverified" });
    await env.DB.prepare("INSERT INTO suppressions (email, reason, created_at) VALUES (?, 'complaint', 0)")
      .bind(email)
      .run();
    expect({ ...(await of()).body, dispatch_id: "" }).toEqual({ ...before, dispatch_id: "" });
    expect(h.ses.accepted).toEqual([]);
  });

  test("after five an hour, on all channels together, and with those of other tests", async () => {
    const { h, me, id, at } = await given();
    await h.request("POST", "/api/v1/notifications/test", { as: { role: "user", sub: id } });
    const statuses: number[] = [];
    for (const channel of ["push", "in_app", "email", "push", "push"] as const)
      statuses.push((await tryOut(h, at(channel), { fields: DRAFT[channel] }, me)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 429]);
  });
});

test("a repeat with the same Idempotency-Key is the same test; with other words it is refused", async () => {
  const { h, me, id, at } = await given();
  const key = { "idempotency-key": mint("k") };
  const first = await tryOut(h, at("push"), { fields: DRAFT.push }, me, key);
  const again = await tryOut(h, at("push"), { fields: DRAFT.push }, me, key);
  expect(again.body).toEqual(first.body);
  expect(again.headers.get("idempotency-replayed")).toBe("true");
  const other = { ...DRAFT.push, title: "Other" };
  expect((await tryOut(h, at("push"), { fields: other }, me, key)).status).toBe(422);
  expect(await rowsOf(id)).toHaveLength(1);
});

test("a provider that cannot be reached is told, and costs no test", async () => {
  const { h, me, at } = await given();
  h.expo.failNext({ kind: "status", status: 500 });
  const failed = await tryOut(h, at("push"), { fields: DRAFT.push }, me);
  expect(failed).toMatchObject({ status: 500, body: { code: "service_error" } });
});

test("is explained as a message in words on trial", async () => {
  const { h, me, at } = await given();
  const { body } = await tryOut(h, at("push"), { fields: DRAFT.push }, me);
  const explained = await h.request("POST", "/api/v1/explain", {
    body: { dispatch: body.dispatch_id },
    as: me,
  });
  expect(explained.body.channels[0].rendering).toMatchObject({ title: "Order A-1042" });
  const wording = explained.body.channels[0].rules.find(({ rule }: { rule: string }) => rule === "wording");
  expect(wording).toMatchObject({ verdict: "pass", details: { source: "trial", locale: "en" } });
  expect(wording.message).toContain("on trial");
});
