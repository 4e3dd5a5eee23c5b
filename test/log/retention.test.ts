import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { type Batch, type Rows, rowsByName, statementsOf } from "../../src/db/statement.ts";
import { removeOld } from "../../src/log/retention.ts";
import { DAY } from "../../src/lib/clock.ts";
import {
  createWorld,
  deliverNow,
  dispatchesOf,
  emptyTables,
  givenDispatches,
  givenPushes,
  givenUsers,
} from "../support/pipeline.ts";

beforeEach(emptyTables);

const rowsOf = (table: string) => env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first<number>("n");

describe("the removal", () => {
  test("takes what is past its days with its deliveries, and leaves what is younger", async () => {
    const h = createWorld({ RETENTION_DAYS: "60" });
    const old = await givenPushes(h, 3, { devices: 2 });
    await deliverNow(h, old.ids);
    h.clock.advance(DAY);
    const young = await givenPushes(h, 2, { devices: 2 });
    await deliverNow(h, young.ids);
    h.clock.advance(59 * DAY + 1);
    expect(await removeOld(h.ctx)).toBe(3);
    expect(await dispatchesOf(old.ids)).toEqual([]);
    expect(await dispatchesOf(young.ids)).toHaveLength(2);
    expect(await rowsOf("deliveries")).toBe(4);
  });

  test("leaves what is not finished, however old", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 2, { sendAt: h.clock.now() + 300 * DAY });
    h.clock.advance(200 * DAY);
    expect(await removeOld(h.ctx)).toBe(0);
    expect(await dispatchesOf(ids)).toHaveLength(2);
  });

  test("goes by the time of sending: what was scheduled far ahead is kept for its days, too", async () => {
    const h = createWorld({ RETENTION_DAYS: "60" });
    const { ids } = await givenPushes(h, 1, { sendAt: h.clock.now() + 61 * DAY });
    h.clock.advance(61 * DAY);
    await deliverNow(h, ids);
    h.clock.advance(59 * DAY);
    expect(await removeOld(h.ctx)).toBe(0);
    h.clock.advance(DAY + 1);
    expect(await removeOld(h.ctx)).toBe(1);
  });

  test("takes tokens that have been dead for so long, and no living one", async () => {
    const h = createWorld();
    const { tokens } = await givenUsers(h, 3, 1);
    const kill = (token: string | undefined, at: number) =>
      env.DB.prepare("UPDATE device_tokens SET invalidated_at = ? WHERE token = ?").bind(at, token).run();
    await kill(tokens[0], h.clock.now());
    await kill(tokens[1], h.clock.now() + 2 * DAY);
    h.clock.advance(61 * DAY);
    await removeOld(h.ctx);
    const { results } = await env.DB.prepare("SELECT token FROM device_tokens ORDER BY id").all();
    expect(results).toEqual([{ token: tokens[1] }, { token: tokens[2] }]);
  });

  test.each([
    [60, 400],
    [500, 500],
  ])("of %i days keeps dedupe keys for %i", async (days, keptDays) => {
    const h = createWorld({ RETENTION_DAYS: String(days) });
    const [id = ""] = (await givenPushes(h)).ids;
    await env.DB.prepare("INSERT INTO occasions (key, dispatch_id) VALUES ('welcome:kari', ?)")
      .bind(id)
      .run();
    await deliverNow(h, [id]);
    h.clock.advance(keptDays * DAY);
    await removeOld(h.ctx);
    expect(await rowsOf("occasions")).toBe(1);
    h.clock.advance(DAY);
    await removeOld(h.ctx);
    expect(await rowsOf("occasions")).toBe(0);
  });

  test("goes by portions, a round trip each, and ends when nothing is left", async () => {
    const h = createWorld();
    const { users } = await givenUsers(h, 4_500, 0);
    await givenDispatches(h, users, { failure: { code: "x", message: "x" } });
    h.clock.advance(100 * DAY);
    h.meter.reset();
    expect(await removeOld(h.ctx)).toBe(4_500);
    expect(h.meter.trips).toBe(3);
    expect(await rowsOf("dispatches")).toBe(0);
    h.meter.reset();
    expect(await removeOld(h.ctx)).toBe(0);
    expect(h.meter.trips).toBe(1);
  });

  test("is bounded: it stays inside the platform's thousand statements, and the rest is tomorrow's", async () => {
    const h = createWorld();
    let statements = 0;
    function write<B extends Batch>(batch: B): Promise<Rows<B>>;
    function write<B extends Batch, R extends Batch>(
      batch: B,
      ifRepeated: R,
    ): Promise<Rows<B> & Partial<Rows<R>>>;
    async function write<B extends Batch>(batch: B): Promise<Rows<B>> {
      const all = statementsOf(batch);
      statements += all.length;
      // As if there were no end of rows.
      const rows = Array.from({ length: 2_000 }, () => ({}));
      return rowsByName(batch, all.map(() => rows).values());
    }
    await removeOld({ ...h.ctx, db: { ...h.ctx.db, write } });
    expect(statements).toBeGreaterThan(0);
    expect(statements).toBeLessThanOrEqual(1_000);
  });
});
