import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { HOUR, MINUTE } from "../../src/lib/clock.ts";
import { printId } from "../../src/lib/ids.ts";
import { givenType } from "../events/world.ts";
import { type Caller, createHarness, type Harness, mint, SERVICE } from "../support/harness.ts";
import { createMailWorld, givenMails, givenReader, mailNow } from "../support/mail.ts";
import {
  createWorld,
  deliverNow,
  dispatchOf,
  emptyTables,
  givenDispatches,
  givenPushes,
} from "../support/pipeline.ts";
import { expectNoScan } from "../support/plans.ts";
import { givenChoices, givenOrgSettings } from "../support/preferences.ts";
import { givenOrg, givenUser } from "../support/world.ts";
import { type Browser, signIn, textOf } from "./browser.ts";
import { expectInert, payloads } from "./inert.ts";

const ADMIN: Caller = { role: "global_admin", sub: "adm" };

beforeEach(emptyTables);

const pathOf = (id: string) => `/console/messages/${printId("dsp", id)}`;

/** The text of the card with this title. */
function cardOf(html: unknown, title: string): string {
  const [, card = ""] =
    new RegExp(`<section class="card"[^>]* aria-label="${title}">([\\s\\S]*?)</section>`, "u").exec(
      String(html),
    ) ?? [];
  return textOf(card);
}

/** Where the page's forms are posted to. */
const formsOf = (html: unknown): string[] =>
  [...String(html).matchAll(/action="\/console\/messages\/dsp_[a-z0-9]+\/([a-z]+)"/gu)].map(
    ([, name]) => name ?? "",
  );

/** The page without what may be in it alone: frames of previews, which have no origin and no scripts. */
function withoutFrames(html: unknown): string {
  return String(html).replaceAll(
    /<iframe class="preview" sandbox="allow-popups" src="\/console\/[^"]+"[^>]*><\/iframe>/gu,
    "",
  );
}

/** Posts a form, which leads to a page, and reads that page. */
async function post(browser: Browser, path: string, fields: Record<string, string> = {}) {
  const { status, headers } = await browser.post(path, fields);
  expect(status).toBe(303);
  return browser.get(headers.get("location") ?? "");
}

describe("somebody got no push", () => {
  test("an admin finds it among those that failed, sees why, mends it, retries it, and sees it sent", async () => {
    const h = createWorld();
    const { id: user } = await givenUser(h, { devices: 0 });
    const [id = ""] = await givenDispatches(h, [user], { title: "Your order is on its way" });
    await deliverNow(h, [id]);
    const browser = await signIn(h, ADMIN);
    const list = await browser.get("/console/messages?status=unsent");
    expect(list.body).toContain(`href="${pathOf(id)}"`);

    const failed = await browser.get(pathOf(id));
    expect(failed.status).toBe(200);
    expect(cardOf(failed.body, "What happened")).toContain("The user has no registered device");
    const rules = cardOf(failed.body, "What the rules say now");
    expect(rules).toContain("If it were sent once more now, it could not be sent");
    expect(rules).toContain("Device refused The user has no registered device.");
    expect(rules).toContain("The app registers a device when the user allows notifications.");
    expect(failed.body).toContain(`href="/console/people/${user}"`);

    const refused = await browser.post(`${pathOf(id)}/retry`);
    expect(refused.status).toBe(409);
    expect(textOf(refused.body)).toContain("It could not be sent: The user has no registered device.");
    expect((await dispatchOf(id)).status).toBe("failed");

    await env.DB.prepare(
      "INSERT INTO device_tokens (token, user_id, provider, platform, registered_at, last_used_at) VALUES (?1, ?2, 'expo', 'ios', 1, 1)",
    )
      .bind(`ExponentPushToken[${user}]`, user)
      .run();
    const mended = await browser.get(pathOf(id));
    expect(cardOf(mended.body, "What the rules say now")).toContain(
      "If it were sent once more now, it would be sent",
    );
    const queued = await post(browser, `${pathOf(id)}/retry`);
    expect(textOf(queued.body)).toContain("It is in the queue again.");
    expect(formsOf(queued.body)).toEqual(["cancel", "note"]);

    await deliverNow(h, [id]);
    const sent = await browser.get(pathOf(id));
    const told = cardOf(sent.body, "What happened");
    expect(told).toContain("Put back into the queue by global_admin:adm, after no_device.");
    expect(told).toContain("Attempt 1: expo accepted it");
    expect(cardOf(sent.body, "Devices")).toContain("accepted expo");
    expect(formsOf(sent.body)).toEqual(["note"]);
  });

  test("it can be marked as resolved instead, and a note tells others why", async () => {
    const h = createWorld();
    const { id: user } = await givenUser(h, { devices: 0 });
    const [id = ""] = await givenDispatches(h, [user]);
    await deliverNow(h, [id]);
    const browser = await signIn(h, ADMIN);
    const resolved = await post(browser, `${pathOf(id)}/resolve`);
    expect(cardOf(resolved.body, "Facts")).toContain("failed resolved");
    expect(formsOf(resolved.body)).toEqual(["retry", "note"]);
    const noted = await post(browser, `${pathOf(id)}/note`, { note: "We have called them." });
    expect(textOf(noted.body)).toContain("The note is kept.");
    expect(cardOf(noted.body, "Note")).toContain("We have called them.");
    expect(cardOf(noted.body, "What happened")).toContain("global_admin:adm has written a note.");
  });
});

test.each([
  ["", "is missing"],
  [" \n ", "must not be blank"],
  ["x".repeat(2_001), "2000"],
])("the note %j is not kept, and the form says why", async (note, why) => {
  const h = createWorld();
  const { id: user } = await givenUser(h);
  const [id = ""] = await givenDispatches(h, [user]);
  const browser = await signIn(h, ADMIN);
  const { status, body } = await browser.post(`${pathOf(id)}/note`, { note });
  expect(status).toBe(400);
  expect(cardOf(body, "Note")).toContain(why);
  expect(body).toContain('aria-invalid="true"');
  expect((await dispatchOf(id)).note).toBeNull();
});

test("a queued message can be cancelled, and put back", async () => {
  const h = createWorld();
  const { id: user } = await givenUser(h);
  const at = h.clock.now() + HOUR;
  const [id = ""] = await givenDispatches(h, [user], { sendAt: at });
  const browser = await signIn(h, ADMIN);
  const planned = await browser.get(pathOf(id));
  expect(cardOf(planned.body, "What the rules say now")).toContain("It waits Until 26 Mar");
  const cancelled = await post(browser, `${pathOf(id)}/cancel`);
  expect(textOf(cancelled.body)).toContain("It is cancelled.");
  expect(formsOf(cancelled.body)).toEqual(["retry", "resolve", "note"]);
  const again = await browser.post(`${pathOf(id)}/cancel`);
  expect(again.status).toBe(409);
  expect(textOf(again.body)).toContain("Only what is queued can be cancelled; it is cancelled.");
  expect((await browser.post(`${pathOf(id)}/retry`)).status).toBe(303);
  expect((await dispatchOf(id)).status).toBe("queued");
});

test("times are those of the viewer's zone, and each tells how long after the one before it it came", async () => {
  const h = createWorld();
  h.clock.set(Date.parse("2026-03-26T08:00:00Z"));
  const [id = ""] = (await givenPushes(h)).ids;
  h.clock.advance(5 * MINUTE + 20_000);
  await deliverNow(h, [id]);
  const browser = await signIn(h, ADMIN);
  const { body } = await browser.get(pathOf(id), { cookie: `${browser.cookie}; tidings-zone=Europe%2FOslo` });
  const told = cardOf(body, "What happened");
  expect(told).toContain("26 Mar 2026, 09:00:00");
  expect(told).toContain("26 Mar 2026, 09:05:20 , 5 min 20 s later");
});

test("while a message is being sent, what happened is asked for again, alone and in one round trip", async () => {
  const h = createWorld();
  const [id = ""] = (await givenPushes(h)).ids;
  const browser = await signIn(h, ADMIN);
  const asking = `hx-get="${pathOf(id)}/happened"`;
  expect((await browser.get(pathOf(id))).body).toContain(asking);
  h.meter.reset();
  const meanwhile = await browser.get(`${pathOf(id)}/happened`);
  expect([meanwhile.status, h.meter.trips]).toEqual([200, 1]);
  expect(meanwhile.body).toContain(asking);
  expect(meanwhile.body).not.toContain("<html");
  // Nobody knows how long it waits: then it is left alone.
  h.clock.advance(3 * MINUTE);
  expect((await browser.get(pathOf(id))).body).not.toContain(asking);
  await deliverNow(h, [id]);
  const after = await browser.get(`${pathOf(id)}/happened`);
  expect(after.body).not.toContain("hx-get");
  expect(textOf(after.body)).toContain("Load the page anew");
  expect(textOf(after.body)).toContain("expo accepted it");
  expect(textOf((await browser.get(pathOf(id))).body)).not.toContain("Load the page anew");
});

test("every printed form of the id leads to the message, and no other text does", async () => {
  const h = createWorld();
  const [id = ""] = (await givenPushes(h)).ids;
  const browser = await signIn(h, ADMIN);
  for (const form of [id, printId("dsp", id), printId("notif", id)])
    expect((await browser.get(`/console/messages/${form}`)).status).toBe(200);
  for (const form of [printId("evt", id), "1", h.deps.ids.uuid()])
    expect((await browser.get(`/console/messages/${form}`)).status).toBe(404);
});

describe("the rules", () => {
  test("are told in words, with the one who has decided and what mends it", async () => {
    const h = createMailWorld();
    const org = await givenOrg(h);
    const reader = await givenReader(h, { org, timezone: "Europe/Oslo" });
    await givenChoices(reader.id, { cells: { certifications: { email: false } } });
    const [id = ""] = await givenMails(h, [reader.id], { orgId: org });
    const browser = await signIn(h, ADMIN);
    const rules = cardOf((await browser.get(pathOf(id))).body, "What the rules say now");
    expect(rules).toContain("It is not sent The user has switched this off.");
    expect(rules).toContain("Preferences not wanted The user has switched this off.");
    expect(rules).toContain("Category certifications.");
    expect(rules).toContain("It can be changed on their page when they ask for it.");
    expect(rules).toContain("Words passed It has the built-in words.");
    expect(rules).toContain("resend takes messages.");
    await givenChoices(reader.id, { cells: {} });
    await givenOrgSettings(org, { preferences: { certifications: { email: { on: false, locked: true } } } });
    const locked = cardOf((await browser.get(pathOf(id))).body, "What the rules say now");
    expect(locked).toContain(`Category certifications, decided by ${org}, which has locked it.`);
  });

  test("of a type without words lead to its words", async () => {
    const h = createHarness();
    const org = await givenOrg(h);
    const { id: user } = await givenUser(h, { org });
    const type = await givenType(h, { channels: [{ channel: "push" }] });
    const sent = await h.request("POST", "/api/v1/events", {
      as: SERVICE,
      body: { type, recipients: { users: [user] }, data: {} },
    });
    expect(sent.status).toBe(202);
    await h.drain();
    await env.DB.prepare("DELETE FROM wordings WHERE type = ?").bind(type).run();
    const found = await env.DB.prepare("SELECT id FROM dispatches WHERE type = ?")
      .bind(type)
      .first<{ id: string }>();
    const browser = await signIn(h, ADMIN);
    const { body } = await browser.get(pathOf(found?.id ?? ""));
    expect(cardOf(body, "What the rules say now")).toContain(
      "The type has no published words for this channel.",
    );
    expect(body).toContain(`href="/console/types/${type}"`);
    expect(body).toContain(`href="/console/events/${sent.body.id}"`);
  });
});

describe("the preview", () => {
  test("of an e-mail is what is sent, in a frame that may do nothing", async () => {
    const h = createMailWorld();
    const reader = await givenReader(h);
    const [id = ""] = await givenMails(h, [reader.id]);
    const browser = await signIn(h, ADMIN);
    const { body } = await browser.get(pathOf(id));
    expect(body).toContain(`<iframe class="preview" sandbox="allow-popups" src="${pathOf(id)}/preview"`);
    const preview = await browser.get(`${pathOf(id)}/preview`);
    expect(preview.status).toBe(200);
    expect(preview.headers.get("content-security-policy")).toContain(
      "sandbox allow-popups; default-src 'none'",
    );
    expect(preview.headers.get("x-frame-options")).toBe("SAMEORIGIN");
    await mailNow(h, [id]);
    const [mail] = h.resend.accepted;
    const plain = (html: unknown) => textOf(html).replaceAll(/\s+/gu, " ");
    expect(plain(preview.body)).toBe(plain(mail?.html));
    expect(cardOf(body, "As it would look now")).toContain(String(mail?.subject));
  });

  test("of a push is a card; of what cannot be made it says so", async () => {
    const h = createWorld();
    const [id = ""] = (await givenPushes(h, 1, { title: "Good news", body: "It is here." })).ids;
    const browser = await signIn(h, ADMIN);
    expect(String((await browser.get(pathOf(id))).body)).toMatch(
      /<div class="phone-card">.*<b>Good news<\/b>.*It is here\./su,
    );
    expect((await browser.get(`${pathOf(id)}/preview`)).status).toBe(404);
    const mails = createMailWorld();
    const nobody = await givenReader(mails, { email: null });
    const [mail = ""] = await givenMails(mails, [nobody.id]);
    const other = await signIn(mails, ADMIN);
    expect(textOf((await other.get(pathOf(mail))).body)).toContain("It cannot be shown");
  });
});

describe("an org_admin", () => {
  const adminOf = (org: string): Caller => ({ role: "org_admin", sub: mint("adm"), org });

  test("sees messages of the organization alone, and acts there", async () => {
    const h = createWorld();
    const [ours, theirs] = [await givenOrg(h), await givenOrg(h)];
    const { id: user } = await givenUser(h, { org: ours });
    const [id = ""] = await givenDispatches(h, [user], { orgId: ours });
    const own = await signIn(h, adminOf(ours));
    const other = await signIn(h, adminOf(theirs));
    expect((await other.get(pathOf(id))).status).toBe(404);
    expect((await other.post(`${pathOf(id)}/cancel`)).status).toBe(404);
    expect((await own.post(`${pathOf(id)}/cancel`)).status).toBe(303);
  });

  test("can see what was sent to somebody who has left, and is told kindly that no more can be done", async () => {
    const h = createWorld();
    const [ours, theirs] = [await givenOrg(h), await givenOrg(h)];
    const { id: user } = await givenUser(h, { org: ours, devices: 0 });
    const [id = ""] = await givenDispatches(h, [user], { orgId: ours });
    await deliverNow(h, [id]);
    await env.DB.prepare("UPDATE users SET org_id = ?, name = 'New Name' WHERE id = ?")
      .bind(theirs, user)
      .run();
    const browser = await signIn(h, adminOf(ours));
    const { status, body } = await browser.get(pathOf(id));
    expect(status).toBe(200);
    expect(textOf(body)).toContain("You can see this message, but do nothing with it");
    expect(textOf(body)).not.toContain("New Name");
    expect(formsOf(body)).toEqual([]);
    for (const action of ["retry", "cancel", "resolve", "note"]) {
      const refused = await browser.post(`${pathOf(id)}/${action}`, { note: "Mine" });
      expect([action, refused.status]).toEqual([action, 403]);
      expect(textOf(refused.body)).toContain("Its user belongs to none of your organizations now.");
    }
  });
});

/** A push with everything that others can write, and a user with a name. */
async function givenHostile(h: Harness, text: string) {
  const { id: user } = await givenUser(h, { devices: 1 });
  await env.DB.prepare("UPDATE users SET name = ? WHERE id = ?").bind(text, user).run();
  const [id = ""] = await givenDispatches(h, [user], {
    title: text,
    body: text,
    data: { [text]: text },
    failure: { code: text, message: text },
  });
  const timeline = JSON.stringify([
    { did: "attempted", at: 1, n: 1, outcome: "rejected", provider: text, code: text, message: text },
    { did: "retried", at: 2, by: text, code: text },
    { did: "marked", at: 3, by: text, mark: text },
  ]);
  await env.DB.batch([
    env.DB.prepare(
      "UPDATE dispatches SET note = ?1, mark = ?1, provider = ?1, provider_message_id = ?1, timeline = ?2 WHERE id = ?3",
    ).bind(text, timeline, id),
    env.DB.prepare(
      "INSERT INTO deliveries (dispatch_id, device_id, status, provider, error) VALUES (?1, 1, 'failed', ?2, ?2)",
    ).bind(id, text),
  ]);
  return id;
}

describe("what others have written runs nowhere", () => {
  test.each(payloads("canary"))("%s", async (text) => {
    const h = createWorld();
    const id = await givenHostile(h, text);
    const browser = await signIn(h, ADMIN);
    const pages = [
      await browser.get(pathOf(id)),
      await browser.post(`${pathOf(id)}/note`, { note: `${text}${"x".repeat(2_000)}` }),
      await browser.post(`${pathOf(id)}/cancel`),
    ];
    for (const { body } of pages) {
      await expectInert(withoutFrames(body));
      expect(textOf(body)).toContain("canary");
    }
    expect(pages.map(({ status }) => status)).toEqual([200, 400, 409]);
  });

  test.each(payloads("canary"))(
    "nor as the words of a type, an event or an organization: %s",
    async (text) => {
      const h = createHarness();
      const org = await givenOrg(h);
      const { id: user } = await givenUser(h, { org });
      const type = await givenType(h, { channels: [{ channel: "push" }] });
      await env.DB.batch([
        env.DB.prepare("UPDATE orgs SET name = ? WHERE id = ?").bind(text, org),
        env.DB.prepare("UPDATE wording_versions SET fields = ? WHERE type = ?").bind(
          JSON.stringify({ title: text, body: text }),
          type,
        ),
      ]);
      const body = { type, recipients: { users: [user] }, data: { [text]: text }, key: text };
      expect((await h.request("POST", "/api/v1/events", { as: SERVICE, body })).status).toBe(202);
      await h.drain();
      await env.DB.prepare("UPDATE events SET created_by = ? WHERE type = ?").bind(text, type).run();
      const found = await env.DB.prepare("SELECT id FROM dispatches WHERE type = ?")
        .bind(type)
        .first<{ id: string }>();
      const page = await (await signIn(h, ADMIN)).get(pathOf(found?.id ?? ""));
      await expectInert(withoutFrames(page.body));
      for (const card of ["Facts", "What happened", "As it would look now"])
        expect(cardOf(page.body, card)).toContain("canary");
    },
  );

  test("nor in an e-mail's preview, which has neither scripts nor an origin", async () => {
    const h = createMailWorld();
    const reader = await givenReader(h, { name: "<script>alert(1)</script>" });
    const [id = ""] = await givenMails(h, [reader.id]);
    const browser = await signIn(h, ADMIN);
    await expectInert(withoutFrames((await browser.get(pathOf(id))).body));
    const { body } = await browser.get(`${pathOf(id)}/preview`);
    expect(body).not.toContain("<script>alert");
  });
});

describe("what a page costs", () => {
  test("two round trips; a third for words that the isolate does not have", async () => {
    const h = createHarness();
    const org = await givenOrg(h);
    const { id: user } = await givenUser(h, { org });
    const type = await givenType(h, { channels: [{ channel: "push" }] });
    await h.request("POST", "/api/v1/events", {
      as: SERVICE,
      body: { type, recipients: { users: [user] }, data: {} },
    });
    await h.drain();
    const found = await env.DB.prepare("SELECT id FROM dispatches WHERE type = ?")
      .bind(type)
      .first<{ id: string }>();
    const browser = await signIn(h, ADMIN);
    h.meter.reset();
    expect((await browser.get(pathOf(found?.id ?? ""))).status).toBe(200);
    expect(h.meter.trips).toBeLessThanOrEqual(3);
    const [id = ""] = await givenDispatches(h, [user]);
    h.meter.reset();
    await browser.get(pathOf(id));
    expect([h.meter.trips, h.meter.rowsWritten]).toEqual([2, 0]);
    // It goes through no table. The line of the organizations above is short.
    await expectNoScan(h, ({ sql }) => sql.includes("ORDER BY line.distance"));
  });

  test("a retry that is refused: three", async () => {
    const h = createWorld();
    const { id: user } = await givenUser(h, { devices: 0 });
    const [id = ""] = await givenDispatches(h, [user]);
    await deliverNow(h, [id]);
    const browser = await signIn(h, ADMIN);
    h.meter.reset();
    expect((await browser.post(`${pathOf(id)}/retry`)).status).toBe(409);
    expect([h.meter.trips, h.meter.rowsWritten]).toEqual([3, 0]);
  });

  test("less than 60 KB, however much there is to tell", async () => {
    const h = createWorld();
    const { ids, users } = await givenPushes(h, 1, {
      title: "x".repeat(500),
      body: "y".repeat(3_000),
      data: Object.fromEntries(Array.from({ length: 80 }, (_, i) => [`key${i}`, "z".repeat(30)])),
    });
    const [id = ""] = ids;
    const message = "m".repeat(200);
    const entries = Array.from({ length: 32 }, (_, i) => ({
      ...{
        did: "attempted",
        at: i,
        n: i,
        outcome: "retry",
        provider: "expo",
        ms: 1,
        until: 5,
        code: "code",
        message,
      },
    }));
    await env.DB.batch([
      env.DB.prepare("UPDATE dispatches SET timeline = ?, note = ? WHERE id = ?").bind(
        JSON.stringify(entries),
        "n".repeat(2_000),
        id,
      ),
      ...Array.from({ length: 100 }, (_, i) =>
        env.DB.prepare(
          "INSERT INTO deliveries (dispatch_id, device_id, status, provider, error) VALUES (?, ?, 'failed', 'expo', 'DeviceNotRegistered')",
        ).bind(id, i),
      ),
    ]);
    const { body } = await (await signIn(h, ADMIN)).get(pathOf(id));
    expect(textOf(body)).toContain("The first 30 of 100.");
    expect(new TextEncoder().encode(String(body)).length).toBeLessThan(60_000);
    expect(users).toHaveLength(1);
  });
});
