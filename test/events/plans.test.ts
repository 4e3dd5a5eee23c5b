import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import { goOnWithEvents } from "../../src/events/continue.ts";
import { DAY, MINUTE } from "../../src/lib/clock.ts";
import { removeOld } from "../../src/log/retention.ts";
import { createHarness, type Harness, mint } from "../support/harness.ts";
import { expectNoScan, plansOf } from "../support/plans.ts";
import { givenOrg, givenUser } from "../support/world.ts";
import { givenTopic, givenType } from "./world.ts";

const EVENTS = "/api/v1/events";
const createWorld = () => createHarness({ autoDrain: false });

/** What is sorted, or counted by groups, although its rows are many: it is one event's, a page's, a portion's, or a tree's. */
const BOUNDED =
  /GROUP BY channel, status, error_code|GROUP BY channel, outcome|GROUP BY user_id, type, status|ORDER BY line\.distance|u\.org_id = t\.id|CROSS JOIN "events" AS e/;
const isBounded = ({ sql }: { sql: string }) => BOUNDED.test(sql);

const post = async (h: Harness, body: object) => {
  const answer = await h.request("POST", EVENTS, { body: { data: { thread: "a" }, ...body } });
  expect(answer.status).toBe(202);
  return answer.body;
};

/** Each rule of a type that only the database can decide. */
const RULES = [
  {},
  { throttle: { limit: 2, per: 60 } },
  { batch: { window: 600, key: "thread" } },
  { dedupe: "recipient" as const, throttle: { limit: 2, per: 60 }, batch: { window: 600, key: null } },
];

beforeAll(async () => {
  const h = createWorld();
  const type = await givenType(h, { channels: [{ channel: "in_app" }] });
  const { topic } = await givenTopic(h, 3_000);
  await post(h, { type, recipients: { topic } });
  await h.drain();
  // Enough organizations that to go through them costs more than to look them up.
  await env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
      INSERT INTO orgs (id, name, parent_id)
      SELECT 'org_many_' || i, 'Many', 'org_many_' || (i / 2) FROM n`,
  ).run();
  // As D1 does after many writes: the planner then knows how many rows there are.
  await env.DB.prepare("PRAGMA optimize").run();
}, 240_000);

test.each(RULES)("sending goes through no table, and sorts none: %j", async (rules) => {
  const h = createWorld();
  const type = await givenType(h, { ...rules, expires_after: 86_400 });
  const org = await givenOrg(h);
  const below = await givenOrg(h, org);
  const users = [await givenUser(h, { org }), await givenUser(h, { org: below }), await givenUser(h)];
  const { topic } = await givenTopic(h, 1_001);
  h.meter.reset();
  const common = { type, key: mint("k") };
  for (const dry_run of [true, false])
    for (const recipients of [
      { users: users.map(({ id }) => id) },
      { topic },
      { org_id: org },
      { org_id: org, include_sub_orgs: true },
    ])
      await post(h, { ...common, key: mint("k"), recipients, dry_run });
  await post(h, { ...common, recipients: { users: [{ id: mint("usr"), name: "New" }] } });
  await post(h, { ...common, recipients: { users: [mint("usr")] } });
  const as = { role: "org_admin" as const, sub: "admin", org };
  const ofAdmin = { ...common, key: mint("k"), recipients: { topic }, data: { thread: "a" } };
  expect((await h.request("POST", EVENTS, { as, body: ofAdmin })).status).toBe(202);
  const [portion] = (await plansOf(h)).filter(({ sql }) => /^SELECT r\..*\+u\.org_id/.test(sql));
  // In the order of the key, and each user once, however many organizations there are.
  expect(portion?.steps.filter((step) => / (?:s|u) USING /.test(step)).slice(0, 2)).toEqual([
    "SEARCH s USING PRIMARY KEY (topic=? AND user_id>?)",
    "SEARCH u USING PRIMARY KEY (id=?)",
  ]);
  await expectNoScan(h, isBounded);
});

test("going on and cancelling go through no table, and sort none", async () => {
  const h = createWorld();
  const type = await givenType(h, { channels: [{ channel: "in_app" }] });
  const { topic } = await givenTopic(h, 2_001);
  const send_at = new Date(h.clock.now() + DAY).toISOString();
  const { id } = await post(h, { type, recipients: { topic }, send_at });
  h.clock.advance(3 * MINUTE);
  h.meter.reset();
  expect(await goOnWithEvents(h.ctx)).toBeGreaterThan(0);
  await h.request("DELETE", `${EVENTS}/${id}`);
  const plans = await plansOf(h);
  expect(plans.flatMap(({ steps }) => steps).join()).toContain("events_to_continue");
  await expectNoScan(h, isBounded);
});

test("a list of events and of messages reads an index in its order, whoever asks, and however it is filtered", async () => {
  const h = createWorld();
  const type = await givenType(h);
  const org = await givenOrg(h);
  await givenOrg(h, org);
  const { id: user } = await givenUser(h, { org });
  const { id } = await post(h, { type, org_id: org, recipients: { users: [user] } });
  const admin = { role: "org_admin" as const, sub: "admin", org };
  h.meter.reset();
  for (const as of [undefined, admin])
    for (const path of [
      EVENTS,
      `${EVENTS}?type=${type}`,
      `${EVENTS}?status=running`,
      `${EVENTS}?type=${type}&status=done`,
      `${EVENTS}/${id}`,
      ...["", "?status=queued", "?channel=push", "?channel=push&status=failed&limit=1"].map(
        (query) => `${EVENTS}/${id}/messages${query}`,
      ),
    ])
      expect((await h.request("GET", path, as && { as })).status).toBe(200);
  await expectNoScan(h, isBounded);
});

test("the page of an organization sorts the newest events of each organization alone, however many there are", async () => {
  const h = createWorld();
  const type = await givenType(h, { channels: [{ channel: "in_app" }] });
  const org = await givenOrg(h);
  const below = await givenOrg(h, org);
  const { id: user } = await givenUser(h, { org });
  const { id } = await post(h, { type, org_id: below, recipients: { users: [user] } });
  const admin = { role: "org_admin" as const, sub: "admin", org };
  const read = async () => {
    h.meter.reset();
    expect((await h.request("GET", `${EVENTS}?limit=5`, { as: admin })).body.data).toHaveLength(
      Math.min(5, await count()),
    );
    return h.meter.rowsRead;
  };
  const count = async () =>
    (await env.DB.prepare("SELECT count(*) AS n FROM events WHERE org_id = ?")
      .bind(below)
      .first<number>("n")) ?? 0;
  const columns = (
    await env.DB.prepare("SELECT name FROM pragma_table_info('events')").all<{ name: string }>()
  ).results
    .map(({ name }) => name)
    .filter((name) => name !== "id");
  const copy = (n: number) =>
    env.DB.prepare(
      `INSERT INTO events (id, ${columns.join()}) SELECT e.id || '-' || v.value, ${columns.map((name) => `e.${name}`).join()}
        FROM json_each(?) AS v JOIN (SELECT * FROM events WHERE org_id = ? LIMIT 1) AS e`,
    )
      .bind(JSON.stringify(Array.from({ length: n }, (_, i) => `${n}-${i}`)), below)
      .run();
  expect(id).toMatch(/^evt_/);
  await copy(10);
  const few = await read();
  await copy(1_000);
  expect(await read()).toBeLessThanOrEqual(few + 10);
});

test("retention looks each old event up once in the index of its messages", async () => {
  const h = createWorld();
  const type = await givenType(h, { channels: [{ channel: "in_app" }] });
  const { id: user } = await givenUser(h);
  await post(h, { type, recipients: { users: [user] } });
  h.meter.reset();
  await removeOld(h.ctx);
  const plan = (await plansOf(h)).find(({ sql }) => sql.startsWith('DELETE FROM "events"'));
  expect(plan?.steps.join("\n")).toContain(
    "SEARCH dispatches USING COVERING INDEX dispatches_by_batch (batch_id=?)",
  );
  expect(plan?.steps.filter((step) => step.startsWith("SCAN "))).toEqual([]);
});
