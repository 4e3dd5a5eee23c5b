import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import type { Scope } from "../../src/auth/scope.ts";
import { countHours } from "../../src/insight/count-hours.ts";
import { figures, type Range } from "../../src/insight/figures.ts";
import { HOUR, MINUTE } from "../../src/lib/clock.ts";
import type { Harness } from "../support/harness.ts";
import { createWorld } from "../support/pipeline.ts";
import { expectNoScan } from "../support/plans.ts";
import { givenOrg } from "../support/world.ts";
import { change, emptyInsight, givenMade } from "./world.ts";

beforeEach(emptyInsight);

const ALL: Scope = { kind: "all" };
const NONE = { sent: 0, failed: 0, bounced: 0, deferred: 0, waiting: 0, cancelled: 0 };

/** The last `hours` hours, the current one included. */
const last = (h: Harness, hours: number, step = 1): Range => {
  const to = Math.floor(h.clock.now() / HOUR) + 1;
  return { from: to - hours, to, step };
};

const read = async (h: Harness, scope: Scope = ALL, range = last(h, 3)) =>
  (await h.ctx.db.read({ found: figures(scope, range) })).found;

describe("figures", () => {
  test("are the same before and after the job has counted", async () => {
    const h = createWorld();
    await givenMade(h, { n: 3 });
    await givenMade(h, { status: "delivered", channel: "email", provider: "ses" });
    await givenMade(h, { status: "bounced", channel: "email", provider: "ses" });
    h.clock.advance(HOUR);
    await givenMade(h, { n: 2, status: "failed" });
    await givenMade(h, { status: "queued", provider: null });
    await givenMade(h, { status: "cancelled", provider: null });
    h.clock.advance(HOUR);
    await givenMade(h, { n: 4 });
    const before = await read(h);
    expect(before).toEqual({
      range: last(h, 3),
      total: { sent: 8, failed: 3, bounced: 1, deferred: 0, waiting: 1, cancelled: 1 },
      steps: [
        { hour: last(h, 3).from, ...NONE, sent: 4, failed: 1, bounced: 1 },
        { hour: last(h, 3).from + 1, ...NONE, failed: 2, waiting: 1, cancelled: 1 },
        { hour: last(h, 3).from + 2, ...NONE, sent: 4 },
      ],
      routes: [
        {
          ...{ channel: "email", provider: "ses", ...NONE, sent: 1, failed: 1, bounced: 1 },
          steps: expect.any(Array),
        },
        {
          ...{ channel: "push", provider: null, ...NONE, waiting: 1, cancelled: 1 },
          steps: expect.any(Array),
        },
        {
          ...{ channel: "push", provider: "expo", ...NONE, sent: 7, failed: 2 },
          steps: [
            { hour: last(h, 3).from, ...NONE, sent: 3 },
            { hour: last(h, 3).from + 1, ...NONE, failed: 2 },
            { hour: last(h, 3).from + 2, ...NONE, sent: 4 },
          ],
        },
      ],
      isIncomplete: false,
    });
    await countHours(h.ctx);
    expect(await read(h)).toEqual(before);
  });

  test("come in steps, and of the range alone", async () => {
    const h = createWorld();
    h.clock.set(Date.UTC(2026, 3, 1, 0, 30));
    await givenMade(h, { n: 7 });
    h.clock.advance(HOUR);
    await givenMade(h, { n: 1 });
    h.clock.advance(6 * HOUR);
    await givenMade(h, { n: 2 });
    await countHours(h.ctx);
    const from = Date.UTC(2026, 3, 1) / HOUR;
    const { steps, total } = await read(h, ALL, { from, to: from + 12, step: 6 });
    expect(steps.map(({ hour, sent }) => [hour - from, sent])).toEqual([
      [0, 8],
      [6, 2],
    ]);
    expect(total.sent).toBe(10);
    const later = await read(h, ALL, { from: from + 6, to: from + 12, step: 6 });
    expect(later.total.sent).toBe(2);
    const earlier = await read(h, ALL, { from: from + 1, to: from + 6, step: 1 });
    expect(earlier.total.sent).toBe(1);
  });

  test("of an organization are those of its own tree, counted or not", async () => {
    const h = createWorld();
    const top = await givenOrg(h);
    const below = await givenOrg(h, top);
    const other = await givenOrg(h);
    const make = async () => {
      await givenMade(h, { n: 1, org: top });
      await givenMade(h, { n: 2, org: below });
      await givenMade(h, { n: 4, org: other });
      await givenMade(h, { n: 8, org: null });
    };
    await make();
    h.clock.advance(HOUR);
    const sent = async (scope: Scope) => (await read(h, scope)).total.sent;
    const all = async () => [
      await sent({ kind: "org", orgId: top }),
      await sent({ kind: "org", orgId: below }),
      await sent({ kind: "org", orgId: other }),
      await sent({ kind: "own", userId: "usr" }),
      await sent({ kind: "none" }),
      await sent(ALL),
    ];
    expect(await all()).toEqual([3, 2, 4, 0, 0, 15]);
    await countHours(h.ctx);
    expect(await all()).toEqual([3, 2, 4, 0, 0, 15]);
    await make();
    expect(await all()).toEqual([6, 4, 8, 0, 0, 30]);
  });

  test("show what was put off until it is sent", async () => {
    const h = createWorld();
    const [id = ""] = await givenMade(h, { status: "queued" });
    await env.DB.prepare("UPDATE dispatches SET due_at = due_at + 1000 WHERE id = ?").bind(id).run();
    expect((await read(h)).total).toEqual({ ...NONE, deferred: 1 });
    await change([id], { status: "sent" });
    expect((await read(h)).total).toEqual({ ...NONE, sent: 1 });
  });
});

describe("figures cost", () => {
  test("one round trip that goes through no table, in any scope", async () => {
    const h = createWorld();
    const org = await givenOrg(h);
    await givenMade(h, { org });
    h.clock.advance(HOUR);
    await countHours(h.ctx);
    await givenMade(h, { org });
    h.meter.reset();
    await read(h);
    await read(h, { kind: "org", orgId: org });
    expect(h.meter.trips).toBe(2);
    await expectNoScan(h, ({ sql }) => /GROUP BY/.test(sql));
  });

  test("an organization what is its own, however much others send", async () => {
    const h = createWorld();
    const org = await givenOrg(h);
    const costOf = async () => {
      h.meter.reset();
      await read(h, { kind: "org", orgId: org }, last(h, 24));
      return h.meter.rowsRead;
    };
    await givenMade(h, { org });
    h.clock.advance(HOUR);
    await givenMade(h, { org });
    h.clock.advance(30 * MINUTE);
    await countHours(h.ctx);
    const alone = await costOf();
    h.clock.advance(-30 * MINUTE);
    for (let i = 0; i < 20; i++) await givenMade(h, { n: 20, org: `other_${i}` });
    h.clock.advance(30 * MINUTE);
    await env.DB.prepare("UPDATE counted_hours SET recount_at = 0").run();
    await countHours(h.ctx);
    expect(await costOf()).toBe(alone);
  });

  test("a tree of organizations the rows of its own, not every hour of each", async () => {
    const h = createWorld();
    const top = await givenOrg(h);
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
       INSERT INTO orgs (id, name, parent_id) SELECT 'below_' || i, 'Below', ? FROM n`,
    )
      .bind(top)
      .run();
    await givenMade(h, { n: 2, org: "below_7" });
    h.clock.advance(HOUR);
    const range = last(h, 720);
    // A month in which others send each hour, and one of the 300 has once.
    await env.DB.batch([
      env.DB.prepare(
        `WITH RECURSIVE n(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
         INSERT INTO counted_hours SELECT i, 0, NULL FROM n`,
      ).bind(range.from, range.to - 3),
      env.DB.prepare(
        `INSERT INTO hourly_counts (hour, org_id, channel, provider, status, n)
         SELECT hour, o.value, 'push', 'expo', 'sent', 1 FROM counted_hours, json_each('["*", "other"]') AS o`,
      ),
    ]);
    await countHours(h.ctx);
    h.meter.reset();
    expect((await read(h, { kind: "org", orgId: top }, range)).total.sent).toBe(2);
    // Each organization is found, and looked up in the counts and in the newest messages.
    expect(h.meter.rowsRead).toBeLessThan(300 * 9);
  });
});
