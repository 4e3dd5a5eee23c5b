import { expect, test } from "vitest";
import { createHarness, mint } from "../support/harness.ts";
import { givenOrg, givenUser } from "../support/world.ts";
import { givenTopic, givenType, messagesOf } from "./world.ts";

const EVENTS = "/api/v1/events";

test("an event makes a message for each recipient and channel, and counts why others were not made", async () => {
  const h = createHarness({ autoDrain: false });
  const type = await givenType(h);
  const a = await givenUser(h);
  const b = await givenUser(h, { devices: 0 });
  const unknown = mint("nobody");
  h.meter.reset();
  const { status, body } = await h.request("POST", EVENTS, {
    body: { type, recipients: { users: [a.id, b.id, a.id, unknown] }, data: { order: 1 } },
  });
  expect(status).toBe(202);
  expect(h.meter.trips).toBe(3);
  expect(body).toMatchObject({
    status: "done",
    recipient_count: 3,
    message_count: 3,
    skipped: { in_app: { unknown_user: 1 }, push: { unknown_user: 1, no_device: 1 } },
    recipients: { user_count: 3 },
  });
  const rows = await messagesOf(h, type);
  expect(rows.map((row) => [row.user_id, row.channel, row.status]).toSorted()).toEqual(
    [
      [a.id, "in_app", "queued"],
      [a.id, "push", "queued"],
      [b.id, "in_app", "queued"],
    ].toSorted(),
  );
  const { body: seen } = await h.request("GET", `${EVENTS}/${body.id}`);
  expect(seen.counts).toEqual({ in_app: { queued: 2 }, push: { queued: 1 } });
  const { body: page } = await h.request("GET", `${EVENTS}/${body.id}/messages?channel=push`);
  expect(page.data).toHaveLength(1);
  const { body: all } = await h.request("GET", `${EVENTS}?type=${type}`);
  expect(all.data.map(({ id }: { id: string }) => id)).toEqual([body.id]);
});

test("the same key is the same event, also when two requests come at once", async () => {
  const h = createHarness({ autoDrain: false });
  const type = await givenType(h);
  const { id } = await givenUser(h);
  const body = { type, recipients: { users: [id] }, data: {}, key: "order-1" };
  const headers = { "idempotency-key": mint("k") };
  const [one, two, three] = await Promise.all([
    h.request("POST", EVENTS, { body }),
    h.request("POST", EVENTS, { body, headers }),
    h.request("POST", EVENTS, { body: { ...body, data: { other: true } } }),
  ]);
  expect(new Set([one.body.id, two.body.id, three.body.id]).size).toBe(1);
  expect((await h.request("POST", EVENTS, { body, headers })).body.id).toBe(one.body.id);
  expect(await messagesOf(h, type)).toHaveLength(2);
});

test("a key of recipients notifies each once on a channel, and the others of a later event", async () => {
  const h = createHarness({ autoDrain: false });
  const type = await givenType(h, { dedupe: "recipient", channels: [{ channel: "in_app" }] });
  const [a, b] = [await givenUser(h), await givenUser(h)];
  const send = (users: string[]) =>
    h.request("POST", EVENTS, { body: { type, recipients: { users }, data: {}, key: "k" } });
  expect((await send([a.id])).body).toMatchObject({ message_count: 1, key: "k" });
  expect((await send([a.id, b.id])).body).toMatchObject({
    message_count: 1,
    skipped: { in_app: { duplicate: 1 } },
  });
  expect(await messagesOf(h, type)).toHaveLength(2);
});

test("over the type's throttle messages are skipped, until its time is over", async () => {
  const h = createHarness({ autoDrain: false });
  const type = await givenType(h, { throttle: { limit: 2, per: 60 }, channels: [{ channel: "in_app" }] });
  const { id } = await givenUser(h);
  const send = async (more: object = {}) =>
    (await h.request("POST", EVENTS, { body: { type, recipients: { users: [id] }, data: {}, ...more } }))
      .body;
  await Promise.all([send(), send(), send()]);
  expect(await messagesOf(h, type)).toHaveLength(2);
  expect(await send({ dry_run: true })).toMatchObject({
    message_count: 0,
    skipped: { in_app: { throttled: 1 } },
  });
  h.clock.advance(61_000);
  expect((await send()).message_count).toBe(1);
});

test("messages within the window become one, with the count and the items", async () => {
  const h = createHarness({ autoDrain: false });
  const type = await givenType(h, {
    batch: { window: 600, key: "thread" },
    channels: [{ channel: "in_app" }],
  });
  const { id } = await givenUser(h);
  const send = async (data: object) =>
    (await h.request("POST", EVENTS, { body: { type, recipients: { users: [id] }, data } })).body;
  const sent = await Promise.all([1, 2, 3].map((n) => send({ thread: "a", n })));
  expect(sent.reduce((sum, one) => sum + one.message_count, 0)).toBe(1);
  // A write that was committed and then reported as failed is repeated, and adds nothing more.
  h.meter.failNext("after");
  await send({ thread: "a", n: 4 });
  await send({ thread: "b", n: 5 });
  const [a, b, ...more] = await messagesOf(h, type);
  expect(more).toEqual([]);
  const payload = JSON.parse(a?.payload ?? "");
  expect(payload.count).toBe(4);
  expect(payload.items.map(({ n }: { n: number }) => n).toSorted()).toEqual([1, 2, 3, 4]);
  expect(JSON.parse(b?.payload ?? "")).toMatchObject({ count: 1, items: [{ n: 5 }] });
  expect(a?.due_at).toBe(h.clock.now() + 600_000 - (h.clock.now() - Date.UTC(2026, 2, 26, 8)));
  h.clock.advance(601_000);
  expect((await send({ thread: "a", n: 6 })).message_count).toBe(1);
});

test("a step with a wait comes after the others, and at once where there is none before it", async () => {
  const h = createHarness({ autoDrain: false });
  const type = await givenType(h, { channels: [{ channel: "push" }, { channel: "in_app", wait: 600 }] });
  const [a, b] = [await givenUser(h), await givenUser(h, { devices: 0 })];
  await h.request("POST", EVENTS, { body: { type, recipients: { users: [a.id, b.id] }, data: {} } });
  const rows = await messagesOf(h, type);
  const inApp = (user: string) => rows.find((row) => row.user_id === user && row.channel === "in_app");
  expect(inApp(a.id)).toMatchObject({ payload: '{"after":true}', due_at: h.clock.now() + 600_000 });
  expect(inApp(b.id)).toMatchObject({ payload: null, due_at: h.clock.now() });
});

test.each(["before", "after"] as const)(
  "a fan-out that is killed %s any call leaves nobody out and notifies nobody twice",
  async (when) => {
    let kills = 0;
    for (let nth = 1; nth <= 10; nth++) {
      const h = createHarness({ autoDrain: false });
      const type = await givenType(h, { channels: [{ channel: "in_app" }] });
      const { topic } = await givenTopic(h, 2_100);
      const at = new Date(h.clock.now() + 86_400_000).toISOString();
      const { body } = await h.request("POST", EVENTS, {
        body: { type, recipients: { topic }, data: {}, send_at: at },
      });
      const stopped = h.interrupts.stopAt(nth, when);
      const running = h.drain();
      if (await Promise.race([stopped.reached.then(() => true), running.then(() => false)])) kills++;
      stopped.cancel();
      h.clock.advance(3 * 60_000);
      await h.tick();
      await h.tick();
      // The one that was only slow goes on.
      stopped.release();
      await running;
      await h.tick();
      const rows = await messagesOf(h, type);
      expect(rows).toHaveLength(2_100);
      expect(new Set(rows.map(({ user_id }) => user_id)).size).toBe(2_100);
      expect((await h.request("GET", `${EVENTS}/${body.id}`)).body).toMatchObject({
        status: "done",
        message_count: 2_100,
        recipient_count: 2_100,
      });
    }
    // It was killed at each call: there are fewer than it was tried at.
    expect(kills).toBeGreaterThan(4);
    expect(kills).toBeLessThan(10);
  },
  120_000,
);

test("events are found by type and status, and a page leads on to older ones that fit", async () => {
  const h = createHarness({ autoDrain: false });
  const [type, other] = [await givenType(h), await givenType(h)];
  const send = async (type: string, more: object = {}) =>
    (
      await h.request("POST", EVENTS, {
        body: { type, recipients: { users: ["nobody"] }, data: {}, ...more },
      })
    ).body.id;
  const { topic } = await givenTopic(h, 1_001);
  const done = [await send(type), await send(type)];
  const running = await send(type, { recipients: { topic } });
  const cancelled = await send(type);
  await h.request("DELETE", `${EVENTS}/${cancelled}`);
  await send(other);
  const found = async (query: string) => {
    const { body } = await h.request("GET", `${EVENTS}?type=${type}&${query}`);
    return body.data.map(({ id }: { id: string }) => id);
  };
  expect(await found("status=done")).toEqual(done.toReversed());
  expect(await found("status=running")).toEqual([running]);
  expect(await found("status=cancelled")).toEqual([cancelled]);
  const { body } = await h.request("GET", `${EVENTS}?status=done&type=${type}&limit=1`);
  expect(await found(`status=done&cursor=${body.pagination.next_cursor}`)).toEqual(done.slice(0, 1));
  expect((await h.request("GET", `${EVENTS}?status=lost`)).status).toBe(400);
});

test("what is not there is named: the organization, the topic, or the organization of the recipients", async () => {
  const h = createHarness({ autoDrain: false });
  const type = await givenType(h);
  for (const [body, pointer] of [
    [{ org_id: "nowhere", recipients: { users: ["x"] } }, "/org_id"],
    [{ recipients: { topic: "nowhere" } }, "/recipients/topic"],
    [{ recipients: { org_id: "nowhere" } }, "/recipients/org_id"],
  ] as const) {
    const { status, body: problem } = await h.request("POST", EVENTS, { body: { type, data: {}, ...body } });
    expect([status, problem.errors[0].pointer]).toEqual([404, pointer]);
  }
});

test("cancelling ends the fan-out and what is queued, and may be repeated", async () => {
  const h = createHarness({ autoDrain: false });
  const type = await givenType(h, { channels: [{ channel: "in_app" }] });
  const { topic } = await givenTopic(h, 2_500);
  const at = new Date(h.clock.now() + 86_400_000).toISOString();
  const { body } = await h.request("POST", EVENTS, {
    body: { type, recipients: { topic }, data: {}, send_at: at },
  });
  expect(body.status).toBe("running");
  const { body: cancelled } = await h.request("DELETE", `${EVENTS}/${body.id}`);
  expect(cancelled).toMatchObject({ status: "cancelled", counts: { in_app: { cancelled: 1_000 } } });
  await h.drain();
  await h.tick();
  expect(await messagesOf(h, type)).toHaveLength(1_000);
  expect((await h.request("DELETE", `${EVENTS}/${body.id}`)).status).toBe(200);
});

test("a fan-out costs the same for each recipient, whatever their number", async () => {
  const costs = [];
  for (const n of [1_000, 2_000, 4_000]) {
    const h = createHarness({ autoDrain: false });
    const type = await givenType(h, { channels: [{ channel: "in_app" }] });
    const { topic } = await givenTopic(h, n);
    const at = new Date(h.clock.now() + 86_400_000).toISOString();
    h.meter.reset();
    h.interrupts.reset();
    await h.request("POST", EVENTS, { body: { type, recipients: { topic }, data: {}, send_at: at } });
    await h.drain();
    expect(await messagesOf(h, type)).toHaveLength(n);
    costs.push({
      read: h.meter.rowsRead / n,
      written: h.meter.rowsWritten / n,
      trips: h.meter.trips / n,
      queue: h.interrupts.calls.filter((call) => call.startsWith("queue")).length,
    });
  }
  // In trips: the request makes three and reads two statements more; each 1,000 recipients cost two.
  for (const { read, written, trips, queue } of costs) {
    expect(read).toBeLessThan(9.1);
    expect(written).toBeLessThan(6.1);
    expect(trips).toBeLessThanOrEqual(0.007);
    expect(queue).toBeLessThanOrEqual(1);
  }
});

test("an org_admin's event to an inherited topic shows nothing of the subscribers of others", async () => {
  const h = createHarness({ autoDrain: false });
  const type = await givenType(h);
  const { topic } = await givenTopic(h, 1_500);
  const org = await givenOrg(h);
  const below = await givenOrg(h, org);
  const ours = [
    await givenUser(h, { org, id: mint("AA") }),
    await givenUser(h, { org: below, id: mint("zz") }),
    await givenUser(h, { org: below }),
  ].map(({ id }) => id);
  const strangers = [await givenUser(h, { org: await givenOrg(h) }), await givenUser(h)];
  await h.request("PUT", `/api/v1/topics/${topic}/subscribers`, {
    body: { user_ids: [...ours, ...strangers.map(({ id }) => id)] },
  });
  const as = { role: "org_admin" as const, sub: "admin", org };
  const body = { type, recipients: { topic }, data: {} };
  const expected = { status: "done", recipient_count: 3, message_count: 6, skipped: {} };
  for (const dry_run of [true, false])
    expect((await h.request("POST", EVENTS, { as, body: { ...body, dry_run } })).body).toMatchObject(
      expected,
    );
  const rows = await messagesOf(h, type);
  expect(new Set(rows.map(({ user_id }) => user_id))).toEqual(new Set(ours));
  // Those who may reach everybody are told how many there are.
  const { body: all } = await h.request("POST", EVENTS, { body: { ...body, dry_run: true } });
  expect(all).toMatchObject({ status: "running", recipient_count: 1_000 });
});

test("an org_admin's event goes through a topic in portions of those in scope", async () => {
  const h = createHarness({ autoDrain: false });
  const type = await givenType(h, { channels: [{ channel: "in_app" }] });
  const { topic, prefix } = await givenTopic(h, 2_600);
  const org = await givenOrg(h);
  // Each second one.
  await h.deps.bindings.DB.prepare(
    "UPDATE users SET org_id = ? WHERE id >= ? AND id < ? || '`' AND substr(id, -1) IN ('0', '2', '4', '6', '8')",
  )
    .bind(org, `${prefix}_`, `${prefix}_`)
    .run();
  const as = { role: "org_admin" as const, sub: "admin", org };
  const body = { type, recipients: { topic }, data: {} };
  const { body: event } = await h.request("POST", EVENTS, { as, body });
  expect(event).toMatchObject({ status: "running", recipient_count: 1_000 });
  await h.drain();
  expect((await h.request("GET", `${EVENTS}/${event.id}`, { as })).body).toMatchObject({
    status: "done",
    recipient_count: 1_300,
    message_count: 1_300,
    skipped: {},
  });
});

test("an event to an organization goes to those below it, each user once", async () => {
  const h = createHarness({ autoDrain: false });
  const type = await givenType(h, { channels: [{ channel: "in_app" }] });
  const org = mint("org");
  const db = h.deps.bindings.DB;
  await db.batch([
    db.prepare("INSERT INTO orgs (id, parent_id, name) VALUES (?, NULL, 'Org')").bind(org),
    ...["a", "b", "c"].map((one) =>
      db.prepare("INSERT INTO orgs (id, parent_id, name) VALUES (?, ?, 'Org')").bind(`${org}_${one}`, org),
    ),
    db
      .prepare(
        `INSERT INTO users (id, org_id, email_verified, created_at, updated_at)
          SELECT value->>0, value->>1, 0, 0, 0 FROM json_each(?)`,
      )
      .bind(
        JSON.stringify(
          Array.from({ length: 2_400 }, (_, i) => [`${org}_u${i}`, `${org}_${"abc".charAt(i % 3)}`]),
        ),
      ),
  ]);
  const as = { role: "org_admin" as const, sub: "admin", org };
  h.meter.reset();
  const { body } = await h.request("POST", EVENTS, {
    as,
    body: {
      type,
      recipients: { org_id: org, include_sub_orgs: true },
      data: {},
      send_at: new Date(h.clock.now() + 86_400_000).toISOString(),
    },
  });
  await h.drain();
  // Of these, three look whether a user who has moved has the message already.
  expect(h.meter.rowsRead / 2_400).toBeLessThan(21.1);
  const rows = await messagesOf(h, type);
  expect(rows).toHaveLength(2_400);
  expect(new Set(rows.map(({ user_id }) => user_id)).size).toBe(2_400);
  expect((await h.request("GET", `${EVENTS}/${body.id}`, { as })).status).toBe(200);
  const other = { ...as, org: mint("other") };
  expect((await h.request("GET", `${EVENTS}/${body.id}`, { as: other })).status).toBe(404);
  const facts = { type, recipients: { users: [{ id: "x", name: "X" }] }, data: {} };
  expect((await h.request("POST", EVENTS, { as, body: facts })).status).toBe(403);
});
