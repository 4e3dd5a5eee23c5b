import { type SQL, sql } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import { type IdempotencyKey, keyOf, releaseKey, once, type Repeatable } from "../../src/idempotency/once.ts";
import { DAY } from "../../src/lib/clock.ts";
import { createHarness, mint } from "../support/harness.ts";

/** What is made here: an occasion, which is a table of two texts. */
interface Note {
  key: string;
  dispatch_id: string;
}

const NOTE: Repeatable<Note, Note> = {
  find: (id) => sql<Note>`SELECT * FROM occasions WHERE key = ${id}`,
  replay: ([note]) => note ?? null,
};

const insert = (id: string, text: string, isMine: SQL): SQL =>
  sql`INSERT INTO occasions (key, dispatch_id) SELECT ${id}, ${text} WHERE ${isMine} ON CONFLICT DO NOTHING`;

function world() {
  const h = createHarness();
  const name = mint("key");
  const keyFor = (body: unknown = "body") => keyOf(["caller", name], body, h.clock.now());
  /** A request that reads, then makes a note called `id`, and reads it again. */
  async function request(key: IdempotencyKey | null, id: string) {
    const own = once(h.deps.open("first-primary"), key, NOTE);
    const before = await own.read({ one: sql`SELECT 1 AS one`, two: sql`SELECT 2 AS two` });
    if (before.earlier !== null) return before;
    return own.write(id, {
      first: insert(id, "first", own.isMine(id)),
      second: insert(`${id}-second`, "second", own.isMine(id)),
      notes: sql`SELECT key FROM occasions WHERE key LIKE ${`${id}%`} ORDER BY key`,
      three: sql`SELECT 3 AS three`,
    });
  }
  const notes = async (ids: readonly string[]) => {
    const { rows } = await h.ctx.db.read({
      rows: sql<Note>`SELECT key FROM occasions WHERE key IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`,
    });
    return rows.map(({ key }) => key);
  };
  return { h, keyFor, request, notes };
}

describe("a request", () => {
  test.each([[true], [false]])("gets the rows that it asked for, with a key: %s", async (hasKey) => {
    const { h, keyFor, request } = world();
    const key = hasKey ? await keyFor() : null;
    const id = mint("note");
    const { found, earlier } = await once(h.ctx, key, NOTE).read({
      one: sql`SELECT 1 AS one`,
      two: sql`SELECT 2 AS two`,
    });
    expect({ found, earlier }).toEqual({ found: { one: [{ one: 1 }], two: [{ two: 2 }] }, earlier: null });
    expect(await request(key, id)).toEqual({
      found: { first: [], second: [], notes: [{ key: id }, { key: `${id}-second` }], three: [{ three: 3 }] },
      earlier: null,
    });
  });

  test("takes one round trip to read and one to write, and a repeat only the first", async () => {
    const { h, keyFor, request } = world();
    const key = await keyFor();
    h.meter.reset();
    await request(key, mint("note"));
    expect(h.meter.trips).toBe(2);
    await request(key, mint("note"));
    expect(h.meter.trips).toBe(3);
  });

  test("without a key and with nothing to read takes none", async () => {
    const { h } = world();
    h.meter.reset();
    expect(await once(h.ctx, null, NOTE).read({})).toEqual({ found: {}, earlier: null });
    expect(h.meter.trips).toBe(0);
  });

  test("without a key makes something each time", async () => {
    const { request, notes } = world();
    const ids = [mint("note"), mint("note")];
    for (const id of ids) await request(null, id);
    expect(await notes(ids)).toEqual(ids.toSorted());
  });
});

describe("a repeat", () => {
  test("has what the first one made, and makes nothing", async () => {
    const { keyFor, request, notes } = world();
    const key = await keyFor();
    const [first, second] = [mint("note"), mint("note")];
    await request(key, first);
    expect((await request(key, second)).earlier).toEqual({ key: first, dispatch_id: "first" });
    expect(await notes([first, second])).toEqual([first]);
  });

  test("at the same time as the first has what that made, and makes nothing", async () => {
    const { h, keyFor, request, notes } = world();
    const key = await keyFor();
    const [slow, fast] = [mint("slow"), mint("fast")];
    const stopped = h.interrupts.stopAtNext("d1", "after");
    const answer = request(key, slow);
    await stopped.reached;
    expect((await request(key, fast)).earlier).toBeNull();
    stopped.release();
    expect((await answer).earlier).toEqual({ key: fast, dispatch_id: "first" });
    expect(await notes([slow, `${slow}-second`])).toEqual([]);
  });

  test("of a write that was committed and then reported as failed is the first one still", async () => {
    const { h, keyFor, notes } = world();
    const id = mint("note");
    h.meter.failNext("after");
    const request = once(h.ctx, await keyFor(), NOTE);
    const made = await request.write(id, { note: insert(id, "it", request.isMine(id)) });
    expect(made).toEqual({ found: { note: [] }, earlier: null });
    expect(await notes([id])).toEqual([id]);
  });

  test("with another body is refused, also at the same time", async () => {
    const { h, keyFor, request, notes } = world();
    const [slow, fast] = [mint("slow"), mint("fast")];
    const stopped = h.interrupts.stopAtNext("d1", "after");
    const answer = request(await keyFor("another"), slow);
    await stopped.reached;
    await request(await keyFor(), fast);
    stopped.release();
    await expect(answer).rejects.toMatchObject({ problem: "idempotency_key_reused" });
    await expect(request(await keyFor("another"), slow)).rejects.toMatchObject({
      problem: "idempotency_key_reused",
    });
    expect(await notes([slow])).toEqual([]);
  });

  test("of what has been deleted is not found", async () => {
    const { h, keyFor, request } = world();
    const key = await keyFor();
    const id = mint("note");
    await request(key, id);
    await h.ctx.db.write({ gone: sql`DELETE FROM occasions WHERE key = ${id}` });
    await expect(request(key, mint("note"))).rejects.toMatchObject({ problem: "not_found" });
  });

  test("after a day is a first request", async () => {
    const { h, keyFor, request } = world();
    const ids = [mint("note"), mint("note")];
    await request(await keyFor(), ids[0] ?? "");
    h.clock.advance(DAY);
    expect((await request(await keyFor(), ids[1] ?? "")).earlier).toBeNull();
    expect((await request(await keyFor(), mint("note"))).earlier).toMatchObject({ key: ids[1] });
  });
});

describe("a key that is given back", () => {
  const giveBack = async (isInVain: SQL) => {
    const { h, keyFor, request } = world();
    const key = await keyFor();
    const [first, second] = [mint("note"), mint("note")];
    await request(key, first);
    await h.ctx.db.write({ released: releaseKey(key, first, isInVain) });
    return (await request(key, second)).earlier;
  };

  test("is free for another try", async () => {
    expect(await giveBack(sql`true`)).toBeNull();
  });

  test("stays where it was not in vain", async () => {
    expect(await giveBack(sql`false`)).not.toBeNull();
  });
});
