import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { givenType } from "../events/world.ts";
import { type Caller, createHarness, type Harness, SERVICE } from "../support/harness.ts";
import { createMailWorld, givenMails, givenReader } from "../support/mail.ts";
import { createWorld, deliverNow, emptyTables, givenDispatches, givenPushes } from "../support/pipeline.ts";
import { expectNoScan } from "../support/plans.ts";
import { givenOrg, givenUser } from "../support/world.ts";
import { signIn, textOf } from "./browser.ts";
import { expectInert, payloads } from "./inert.ts";
import { cardOf, pathOf, withoutFrames } from "./message-page.ts";

const ADMIN: Caller = { role: "global_admin", sub: "adm" };

beforeEach(emptyTables);

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
