import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { givenType } from "../events/world.ts";
import { type Caller, createHarness, mint, SERVICE } from "../support/harness.ts";
import { createMailWorld, givenMails, givenReader, mailNow } from "../support/mail.ts";
import { createWorld, deliverNow, emptyTables, givenDispatches, givenPushes } from "../support/pipeline.ts";
import { givenChoices, givenOrgSettings } from "../support/preferences.ts";
import { givenOrg, givenUser } from "../support/world.ts";
import { signIn, textOf } from "./browser.ts";
import { cardOf, formsOf, pathOf } from "./message-page.ts";

const ADMIN: Caller = { role: "global_admin", sub: "adm" };

beforeEach(emptyTables);

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
    expect(body).toContain(`href="/console/types/${type}?org_id=${org}"`);
    expect(body).toContain(`href="/console/events/${sent.body.id}"`);
    for (const path of [`types/${type}?org_id=${org}`, `events/${sent.body.id}`, `people/${user}`])
      expect([path, (await browser.get(`/console/${path}`)).status]).toEqual([path, 200]);
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
