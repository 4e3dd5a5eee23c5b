import { describe, expect, test } from "vitest";
import { upsertMany } from "../../src/directory/upsert.ts";
import { orgs } from "../../src/directory/orgs.ts";
import { DAY, MINUTE } from "../../src/lib/clock.ts";
import { removeOld } from "../../src/log/retention.ts";
import { createHarness, type Harness, mint } from "../support/harness.ts";
import { givenOrg, givenUser } from "../support/world.ts";
import { givenTopic, givenType, messagesOf, WORDS } from "./world.ts";

const EVENTS = "/api/v1/events";
const createWorld = () => createHarness({ autoDrain: false });
const IN_APP = { channels: [{ channel: "in_app" as const }] };

const post = async (h: Harness, body: object) => {
  const answer = await h.request("POST", EVENTS, { body: { data: {}, ...body } });
  expect(answer.status).toBe(202);
  return answer.body;
};

const rows = async (h: Harness, sql: string, ...params: string[]) =>
  (
    await h.deps.bindings.DB.prepare(sql)
      .bind(...params)
      .all()
  ).results;

test("erasing a user removes the keys of events and of messages that collect, and nobody else's", async () => {
  const h = createWorld();
  const type = await givenType(h, {
    ...IN_APP,
    dedupe: "recipient",
    batch: { window: 600, key: null },
  });
  const [a, b] = [await givenUser(h), await givenUser(h)];
  await post(h, { type, recipients: { users: [a.id, b.id] }, key: "k" });
  const keysOf = (id: string) => rows(h, "SELECT key FROM occasions WHERE instr(key, ?) > 0", id);
  expect(await keysOf(a.id)).toHaveLength(2);
  // A key may outlive its message.
  await rows(h, "DELETE FROM dispatches WHERE user_id = ?", a.id);
  expect((await h.request("DELETE", `/api/v1/directory/users/${a.id}`)).status).toBe(200);
  expect(await keysOf(a.id)).toEqual([]);
  expect(await keysOf(b.id)).toHaveLength(2);
});

test("retention removes an event once its messages are gone, and not before", async () => {
  const h = createWorld();
  const type = await givenType(h, IN_APP);
  const { id: user } = await givenUser(h);
  const far = new Date(h.clock.now() + 200 * DAY).toISOString();
  const waiting = await post(h, { type, recipients: { users: [user] }, send_at: far });
  const empty = await post(h, { type, recipients: { users: [mint("nobody")] } });
  const finished = await post(h, { type, recipients: { users: [user] } });
  await rows(
    h,
    "UPDATE dispatches SET status = 'failed', wake_at = NULL WHERE type = ? AND scheduled_at IS NULL",
    type,
  );
  const left = async () => {
    await removeOld(h.ctx);
    const { body } = await h.request("GET", `${EVENTS}?type=${type}`);
    return body.data.map(({ id }: { id: string }) => id);
  };
  h.clock.advance(h.ctx.config.retentionDays * DAY - MINUTE);
  expect(await left()).toEqual([finished.id, empty.id, waiting.id]);
  h.clock.advance(2 * MINUTE);
  expect(await left()).toEqual([waiting.id]);
  h.clock.advance(250 * DAY);
  // Its message is not finished, however old it is.
  expect(await left()).toEqual([waiting.id]);
  await rows(h, "UPDATE dispatches SET status = 'failed', wake_at = NULL WHERE type = ?", type);
  h.clock.advance(400 * DAY);
  expect(await left()).toEqual([]);
});

test.each(["before", "after"] as const)(
  "a fan-out that is cancelled %s any of its calls leaves no message that will be sent",
  async (when) => {
    let stops = 0;
    for (let nth = 1; nth <= 9; nth++) {
      const h = createWorld();
      const type = await givenType(h, IN_APP);
      const { topic } = await givenTopic(h, 2_100);
      const send_at = new Date(h.clock.now() + DAY).toISOString();
      const { id } = await post(h, { type, recipients: { topic }, send_at });
      const stopped = h.interrupts.stopAt(nth, when);
      const running = h.drain();
      if (await Promise.race([stopped.reached.then(() => true), running.then(() => false)])) stops++;
      stopped.cancel();
      expect((await h.request("DELETE", `${EVENTS}/${id}`)).body.status).toBe("cancelled");
      stopped.release();
      await running;
      await h.drain();
      h.clock.advance(3 * MINUTE);
      await h.tick();
      await h.tick();
      const statuses = new Set((await messagesOf(h, type)).map(({ status }) => status));
      expect([...statuses]).toEqual(["cancelled"]);
      expect((await h.request("GET", `${EVENTS}/${id}`)).body.status).toBe("cancelled");
    }
    // It was cancelled at each call: there are fewer than it was tried at.
    expect(stops).toBeGreaterThan(4);
    expect(stops).toBeLessThan(9);
  },
  120_000,
);

test.each([
  ["nothing", {}],
  ["a throttle", { throttle: { limit: 1, per: 60 } }],
  ["a window", { batch: { window: 600, key: "thread" } }],
  ["a key of each recipient", { dedupe: "recipient" as const }],
  [
    "all of them",
    { dedupe: "recipient" as const, throttle: { limit: 1, per: 60 }, batch: { window: 600, key: null } },
  ],
  [
    "an expiry before a step",
    {
      expires_after: 60,
      channels: [{ channel: "in_app" as const }, { channel: "push" as const, wait: 600 }],
    },
  ],
])("a dry run of a type with %s tells the same numbers as the real run after it", async (_, more) => {
  const h = createWorld();
  const type = await givenType(h, more);
  const [a, b, c] = [await givenUser(h), await givenUser(h, { devices: 0 }), await givenUser(h)];
  await post(h, { type, recipients: { users: [a.id, b.id] }, key: "k", data: { thread: "t" } });
  for (const key of ["k2", "k"]) {
    const users = [a.id, b.id, c.id, mint("nobody")];
    const body = { type, recipients: { users }, key, data: { thread: "t" } };
    const dry = await post(h, { ...body, dry_run: true });
    const real = await post(h, body);
    const numbers = ({ recipient_count, message_count, skipped, status }: typeof dry) => ({
      ...{ recipient_count, message_count, skipped, status },
    });
    expect(numbers(dry)).toEqual(numbers(real));
  }
});

test("an event's messages are shown to those in whose scope their users are, also where the event is theirs", async () => {
  const h = createWorld();
  const type = await givenType(h, IN_APP);
  const [org, other] = [await givenOrg(h), await givenOrg(h)];
  const below = await givenOrg(h, org);
  const users = [
    await givenUser(h, { org }),
    await givenUser(h, { org: below }),
    await givenUser(h, { org: other }),
  ];
  const ids = users.map(({ id }) => id);
  const { id } = await post(h, { type, org_id: org, recipients: { users: ids } });
  const seenBy = async (orgId: string) => {
    const as = { role: "org_admin" as const, sub: "admin", org: orgId };
    const { status, body } = await h.request("GET", `${EVENTS}/${id}/messages`, { as });
    return status === 200
      ? body.data.map((one: { recipient_user_id: string }) => one.recipient_user_id).toSorted()
      : status;
  };
  expect(await seenBy(org)).toEqual(ids.slice(0, 2).toSorted());
  expect(await seenBy(below)).toBe(404);
  expect(await seenBy(other)).toBe(404);
});

test("a user who moves within an organization's tree while it is gone through gets one message at most", async () => {
  for (const more of [{}, { batch: { window: 600, key: null } }, { throttle: { limit: 5, per: 60 } }]) {
    const h = createWorld();
    const type = await givenType(h, { ...IN_APP, ...more });
    const org = await givenOrg(h);
    const [first, last] = [await givenOrg(h, org, `${org}_a`), await givenOrg(h, org, `${org}_b`)];
    const db = h.deps.bindings.DB;
    await db
      .prepare(
        "INSERT INTO users (id, org_id, email_verified, created_at, updated_at) SELECT value, ?, 0, 0, 0 FROM json_each(?)",
      )
      .bind(
        first,
        JSON.stringify(Array.from({ length: 1_100 }, (_, i) => `${org}_u${String(i).padStart(4, "0")}`)),
      )
      .run();
    const { id, status } = await post(h, { type, recipients: { org_id: org, include_sub_orgs: true } });
    expect(status).toBe("running");
    await db.prepare("UPDATE users SET org_id = ? WHERE id = ?").bind(last, `${org}_u0000`).run();
    await h.drain();
    const messages = await messagesOf(h, type);
    expect(messages).toHaveLength(1_100);
    expect(new Set(messages.map(({ user_id }) => user_id)).size).toBe(1_100);
    expect(messages.every(({ payload }) => payload === null || JSON.parse(payload).count === 1)).toBe(true);
    expect((await h.request("GET", `${EVENTS}/${id}`)).body).toMatchObject({
      status: "done",
      message_count: 1_100,
      skipped: { in_app: { duplicate: 1 } },
    });
  }
});

describe("faults of the recipients", () => {
  test.each([
    [{ users: ["a", { id: "b", email: "x" }] }, ["/recipients/users/1/email"]],
    [
      { users: ["a", { id: "b", colour: "red", locale: "?" }] },
      ["/recipients/users/1/colour", "/recipients/users/1/locale"],
    ],
    [{ users: ["a", { name: "No id" }] }, ["/recipients/users/1/id"]],
    [
      { users: ["a", "no id", 3, {}] },
      ["/recipients/users/1", "/recipients/users/2", "/recipients/users/3/id"],
    ],
    [{ users: [] }, ["/recipients/users"]],
    [{ users: ["a"], topic: "t" }, ["/recipients"]],
    [{ topic: "t", more: 1 }, ["/recipients/more"]],
    [{ org_id: 3, include_sub_orgs: "yes" }, ["/recipients/org_id", "/recipients/include_sub_orgs"]],
    ["all", ["/recipients"]],
    [{}, ["/recipients"]],
  ])("have their exact place: %j", async (recipients, pointers) => {
    const h = createWorld();
    const { status, body } = await h.request("POST", EVENTS, { body: { type: "t", recipients, data: {} } });
    expect(status).toBe(400);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).toSorted()).toEqual(
      pointers.toSorted(),
    );
  });

  test("write nothing of the others into the directory", async () => {
    const h = createWorld();
    const type = await givenType(h, IN_APP);
    const id = mint("usr");
    const users = [
      { id, name: "Kari" },
      { id: mint("usr"), email: "none" },
    ];
    expect(
      (await h.request("POST", EVENTS, { body: { type, recipients: { users }, data: {} } })).status,
    ).toBe(400);
    expect(await rows(h, "SELECT id FROM users WHERE id = ?", id)).toEqual([]);
  });

  test("that only the database finds leave nothing half done", async () => {
    const h = createWorld();
    const [good, bad] = [mint("org"), mint("org")];
    const facts = [good, bad].map((id) => ({ id, name: "Org", parent_id: id === bad ? bad : null }));
    const refusals = await upsertMany(h.ctx, orgs, facts, { whole: true });
    expect(refusals.flatMap((one) => one.bad.map(({ id }) => id))).toEqual([bad]);
    expect(await rows(h, "SELECT id FROM orgs WHERE id IN (?, ?)", good, bad)).toEqual([]);
  });
});

test("a type's waits follow each other, and may become shorter", async () => {
  const h = createWorld();
  const type = mint("type")
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]/g, "_");
  const channels = [{ channel: "push" }, { channel: "in_app", wait: 600 }, { channel: "email", wait: 300 }];
  const { status } = await h.request("PUT", `/api/v1/types/${type}`, { body: { name: "Order", channels } });
  expect(status).toBe(201);
  for (const [channel, body] of Object.entries(WORDS))
    await h.request("PUT", `/api/v1/wordings/${type}/${channel}/en`, { body });
  const { id } = await givenUser(h, { email: `${mint("kari")}@example.com` });
  await post(h, { type, recipients: { users: [id] } });
  const due = Object.fromEntries(
    (await messagesOf(h, type)).map((one) => [one.channel, one.due_at - h.clock.now()]),
  );
  expect(due).toMatchObject({ push: 0, in_app: 600_000, email: 900_000 });
});
