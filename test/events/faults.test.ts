import { describe, expect, test } from "vitest";
import { deliverInApp } from "../../src/channels/in-app/deliver.ts";
import { HOUR, MINUTE, SECOND } from "../../src/lib/clock.ts";
import { holdOf, type Facts } from "../../src/preferences/decide.ts";
import { planOf } from "../../src/events/plan.ts";
import type { Recipient } from "../../src/events/facts.ts";
import { putWording } from "../../src/wordings/write.ts";
import { createHarness, type Harness, mint } from "../support/harness.ts";
import { live } from "../support/pipeline.ts";
import { givenOrg, givenUser } from "../support/world.ts";
import { givenTopic, givenType, messagesOf } from "./world.ts";

const EVENTS = "/api/v1/events";
const IN_APP = [{ channel: "in_app" as const }];
const WAITING = [{ channel: "in_app" as const }, { channel: "email" as const, wait: 3_600 }];
const createWorld = (vars: Record<string, string> = {}) =>
  createHarness({ vars: { EMAIL_PROVIDERS: "resend", ...vars }, autoDrain: false });

const send = async (h: Harness, body: object) => {
  const answer = await h.request("POST", EVENTS, { body: { data: {}, ...body } });
  expect(answer.status).toBe(202);
  return answer.body;
};

const inboxOf = async (h: Harness, user: string) =>
  (await h.request("GET", "/api/v1/inbox", { as: { role: "user", sub: user } })).body.data;

const givenWords = (h: Harness, type: string, fields: { title: string; body: string }, org = "") =>
  putWording(
    h.ctx,
    { actor: "service:test", requestId: "r" },
    { kind: "all" },
    { type, channel: "in_app", locale: "en", org_id: org },
    fields,
    true,
  );

describe("in-app messages with large data", () => {
  test("are delivered to all, and keep nobody else's waiting", async () => {
    const h = createWorld();
    const [large, small] = [
      await givenType(h, { channels: IN_APP }),
      await givenType(h, { channels: IN_APP }),
    ];
    const { topic } = await givenTopic(h, 99);
    const { id } = await givenUser(h);
    await send(h, { type: large, recipients: { topic }, data: { text: '"'.repeat(7_000) } });
    await send(h, { type: small, recipients: { users: [id] } });
    await live(h, 3);
    const statuses = [...(await messagesOf(h, large)), ...(await messagesOf(h, small))].map(
      ({ status }) => status,
    );
    expect(statuses).toEqual(Array.from({ length: 100 }, () => "delivered"));
  });

  test("keep it out of the inbox where a page could not hold it", async () => {
    const h = createWorld();
    const type = await givenType(h, { channels: IN_APP });
    const { id } = await givenUser(h);
    await send(h, { type, recipients: { users: [id] }, data: { text: "x".repeat(16_384) } });
    await h.drain();
    const [message] = await inboxOf(h, id);
    expect(Object.keys(message.data).toSorted()).toEqual(["action_url", "event_id"]);
  });
});

describe("a message that collects", () => {
  test("is told with what was added while it was being delivered", async () => {
    const h = createWorld();
    const type = await givenType(h, { channels: IN_APP, batch: { window: 60, key: null } });
    await givenWords(h, type, { title: "{{ count }}", body: "B" });
    const { id } = await givenUser(h);
    await send(h, { type, recipients: { users: [id] } });
    await h.drain();
    h.clock.advance(60 * SECOND);
    // The consumer has read it when a request that began before the window's end adds another event.
    const row = await h.deps.bindings.DB.prepare("SELECT id FROM dispatches WHERE type = ?")
      .bind(type)
      .first<{ id: string }>();
    const stop = h.interrupts.stopAtNext("d1", "after");
    const delivered = deliverInApp(h.ctx, h.deps.types, [[row?.id ?? ""]]);
    await stop.reached;
    await h.deps.bindings.DB.prepare(
      "UPDATE dispatches SET payload = json_set(payload, '$.count', 2) WHERE type = ?",
    )
      .bind(type)
      .run();
    stop.release();
    await delivered;
    expect(await inboxOf(h, id)).toEqual([]);
    await live(h, 2);
    expect(await inboxOf(h, id)).toMatchObject([{ title: "2" }]);
  });

  test("of a step that waits takes no event that the step before it does not tell", async () => {
    const h = createWorld();
    const type = await givenType(h, { channels: WAITING, batch: { window: 60, key: null } });
    const { id } = await givenUser(h, { email: `${mint("a")}@example.com` });
    await send(h, { type, recipients: { users: [id] } });
    await live(h, 2);
    const [first] = await inboxOf(h, id);
    await h.request("POST", `/api/v1/inbox/${first.id}/read`, { as: { role: "user", sub: id } });
    h.clock.advance(10 * MINUTE);
    await send(h, { type, recipients: { users: [id] } });
    await live(h, 80);
    // The first was read; the second was not, and comes by e-mail.
    const emails = (await messagesOf(h, type)).filter(({ channel }) => channel === "email");
    expect(emails.map(({ status }) => status)).toEqual(["cancelled", "sent"]);
  });

  test("expires with the last of its events, and is of one sender alone", async () => {
    const h = createWorld();
    const org = await givenOrg(h);
    const type = await givenType(h, { channels: IN_APP, batch: { window: 600, key: null } });
    const { id } = await givenUser(h, { org });
    const at = (ms: number) => new Date(h.clock.now() + ms).toISOString();
    await send(h, { type, recipients: { users: [id] }, expires_at: at(HOUR) });
    await send(h, { type, recipients: { users: [id] }, expires_at: at(2 * HOUR) });
    const expiry = async () =>
      (
        await h.deps.bindings.DB.prepare("SELECT expires_at FROM dispatches WHERE type = ?")
          .bind(type)
          .all<{ expires_at: number | null }>()
      ).results.map(({ expires_at }) => expires_at);
    expect(await expiry()).toEqual([h.clock.now() + 2 * HOUR]);
    await send(h, { type, recipients: { users: [id] } });
    expect(await expiry()).toEqual([null]);
    const as = { role: "org_admin", sub: "adm", org } as const;
    await h.request("POST", EVENTS, { as, body: { type, recipients: { users: [id] }, data: {} } });
    expect(await expiry()).toHaveLength(2);
  });

  test("spends the organization's quota once", async () => {
    const h = createWorld({ ORG_DAILY_QUOTA: "3" });
    const org = await givenOrg(h);
    const type = await givenType(h, { channels: IN_APP, batch: { window: 600, key: null } });
    const [a, b] = [await givenUser(h, { org }), await givenUser(h, { org })];
    for (let i = 0; i < 6; i++) await send(h, { type, recipients: { users: [a.id] } });
    const other = await givenType(h, { channels: IN_APP });
    await send(h, { type: other, recipients: { users: [b.id] } });
    expect((await messagesOf(h, other)).map(({ due_at }) => due_at)).toEqual([h.clock.now()]);
  });
});

describe("a step that waits", () => {
  const facts: Facts = {
    reader: {
      cells: {},
      quietHours: { enabled: true, start: "22:00", end: "08:00", days: [0, 1, 2, 3, 4, 5, 6] },
      timezone: "UTC",
    },
    reach: [],
    type: { category: "orders", critical: false },
    channel: "email",
    earlier: null,
    orgs: [],
    now: Date.parse("2026-03-27T23:00:00Z"),
  };

  test("waits once for all that it waits for", () => {
    const morning = Date.parse("2026-03-28T08:00:00Z");
    const hold = (openUntil: number | null, dueAt = facts.now) =>
      holdOf({ ...facts, earlier: { reached: false, openUntil, dueAt } });
    expect(hold(facts.now)).toMatchObject({ code: "quiet_hours", until: morning });
    expect(hold(morning)).toMatchObject({ code: "earlier_open", until: morning + MINUTE });
    expect(hold(null, morning + HOUR)).toMatchObject({ code: "earlier_open", until: morning + HOUR });
    expect(
      holdOf({ ...facts, earlier: { reached: true, openUntil: morning, dueAt: morning } }),
    ).toMatchObject({
      verdict: "skip",
    });
  });

  test("keeps its wait where its portion is made late", () => {
    const created = 1_000_000_000_000;
    const now = created + 2 * HOUR;
    const recipient: Recipient = {
      id: "u",
      place: "u",
      user: { orgId: null, reader: { cells: {}, quietHours: null, timezone: null }, reach: {} },
      orgs: [],
    };
    const type = { category: "orders", critical: false, id: "t" };
    const { messages } = planOf(
      {
        event: { id: "e", sender_org_id: null, send_at: null, expires_at: null, created_at: created },
        type: {
          ...type,
          org_id: "",
          name: "T",
          channels: WAITING,
          schema: null,
          sample: null,
          dedupe: "event",
          batch: null,
          throttle: null,
          expires_after: null,
        },
        steps: WAITING,
        worded: new Set(["in_app", "email"]),
        configured: new Set(["in_app", "email"]),
        windowMs: null,
        now,
      },
      [recipient],
    );
    expect(messages.map(({ sendAt }) => sendAt)).toEqual([null, now + HOUR]);
  });

  test("gives the same time to read a message that came late", async () => {
    const h = createWorld();
    const type = await givenType(h, { channels: WAITING });
    const { id } = await givenUser(h, { email: `${mint("a")}@example.com` });
    await send(h, { type, recipients: { users: [id] } });
    // As if its organization's quota had put the in-app message off.
    await h.deps.bindings.DB.prepare(
      "UPDATE dispatches SET due_at = due_at + ?, wake_at = due_at + ? WHERE type = ? AND channel = 'in_app'",
    )
      .bind(5 * HOUR, 5 * HOUR, type)
      .run();
    const email = async () => (await messagesOf(h, type)).find(({ channel }) => channel === "email")?.status;
    await live(h, 5 * 60 + 30);
    expect(await email()).toBe("queued");
    await live(h, 40);
    expect(await email()).toBe("sent");
  });
});

test("an event is said in the words of its type's owner, not in those of a sister's type with the same id", async () => {
  const h = createWorld();
  const parent = await givenOrg(h);
  const [a, b] = [await givenOrg(h, parent), await givenOrg(h, parent)];
  const type = await givenType(h, { channels: IN_APP, org_id: a }, []);
  await givenWords(h, type, { title: "A", body: "B" }, a);
  await givenWords(h, type, { title: "Of the sister", body: "B" }, b);
  const users = [
    await givenUser(h, { org: a }),
    await givenUser(h, { org: b }),
    await givenUser(h, { org: parent }),
  ];
  await send(h, { type, org_id: a, recipients: { users: users.map(({ id }) => id) } });
  await h.drain();
  for (const { id } of users) expect(await inboxOf(h, id)).toMatchObject([{ title: "A" }]);
});

test("what was cancelled with its event cannot be retried", async () => {
  const h = createWorld();
  const type = await givenType(h, { channels: IN_APP });
  const { id } = await givenUser(h);
  const event = await send(h, {
    type,
    recipients: { users: [id] },
    send_at: new Date(h.clock.now() + HOUR).toISOString(),
  });
  await h.request("DELETE", `${EVENTS}/${event.id}`);
  const { body } = await h.request("GET", `${EVENTS}/${event.id}/messages`);
  expect(body.data).toMatchObject([{ status: "cancelled", error_code: "event_cancelled" }]);
  const retried = await h.request("PUT", `/api/v1/admin/notifications/${body.data[0].dispatch_id}`, {
    body: { action: "retry" },
  });
  expect([retried.status, retried.body.code]).toEqual([409, "event_cancelled"]);
});

test("who caused an event is forgotten when the user is erased", async () => {
  const h = createWorld();
  const type = await givenType(h, { channels: IN_APP });
  const [actor, user] = [await givenUser(h), await givenUser(h)];
  const event = await send(h, { type, recipients: { users: [user.id] }, actor: actor.id });
  expect((await h.request("DELETE", `/api/v1/directory/users/${actor.id}`)).status).toBe(200);
  expect((await h.request("GET", `${EVENTS}/${event.id}`)).body.actor).toBeNull();
});
