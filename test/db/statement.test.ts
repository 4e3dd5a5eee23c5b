import { sql } from "drizzle-orm";
import { describe, expect, expectTypeOf, test } from "vitest";
import { builder } from "../../src/db/builder.ts";
import { selectWhole } from "../../src/db/json.ts";
import { optouts, users } from "../../src/db/schema/index.ts";
import { Parsed } from "../../src/db/statement.ts";
import { createHarness, mint } from "../support/harness.ts";
import { givenUser } from "../support/world.ts";

const number = (n: number) => sql<{ n: number }>`SELECT ${n} AS n`;

describe("a batch", () => {
  test("answers rows under the names of its statements, in one round trip", async () => {
    const h = createHarness();
    h.meter.reset();
    const { one, two } = await h.ctx.db.read({
      one: number(1),
      two: sql<{ word: string }>`SELECT 'two' AS word`,
    });
    expect([one, two]).toEqual([[{ n: 1 }], [{ word: "two" }]]);
    expectTypeOf(two).toEqualTypeOf<{ word: string }[]>();
    expect(h.meter.trips).toBe(1);
  });

  test("makes one list of the rows of a list of statements", async () => {
    const { db } = createHarness().ctx;
    const { none, all } = await db.read({ none: [], all: [number(1), number(2), number(3)] });
    expect([none, all]).toEqual([[], [{ n: 1 }, { n: 2 }, { n: 3 }]]);
  });

  test("may hold batches, and parts that keep their statements to themselves", async () => {
    const { db } = createHarness().ctx;
    const sum = Parsed.of({ a: number(20), b: number(22) }, ({ a, b }) => (a[0]?.n ?? 0) + (b[0]?.n ?? 0));
    const found = await db.read({ before: number(1), part: { inner: number(2), sum }, after: number(3) });
    expect(found).toEqual({ before: [{ n: 1 }], part: { inner: [{ n: 2 }], sum: 42 }, after: [{ n: 3 }] });
    expectTypeOf(found.part.sum).toEqualTypeOf<number>();
  });

  test("runs its statements in the order in which they are written", async () => {
    const { db } = createHarness().ctx;
    const user_id = mint("usr");
    const count = sql<{ n: number }>`SELECT count(*) AS n FROM ${optouts} WHERE user_id = ${user_id}`;
    const { before, after } = await db.write({
      before: count,
      insert: builder.insert(optouts).values({ user_id, type: "new_match" }),
      after: count,
    });
    expect([before, after]).toEqual([[{ n: 0 }], [{ n: 1 }]]);
  });
});

test("whole rows have booleans, not 0 and 1", async () => {
  const h = createHarness();
  const { id } = await givenUser(h);
  const { found } = await h.ctx.db.read({ found: selectWhole(users, sql`id = ${id}`) });
  expect(found.map(({ email_verified }) => typeof email_verified)).toEqual(["boolean"]);
});

test.each(["before", "after"] as const)(
  "statements for repeats run only after a fault, such as one %s the commit",
  async (when) => {
    const h = createHarness();
    const change = sql`UPDATE ${users} SET name = name WHERE id = 'nobody'`;
    const write = () => h.ctx.db.write({ change, one: number(1) }, { trace: number(2) });
    expect(await write()).toEqual({ change: [], one: [{ n: 1 }] });
    h.meter.failNext(when);
    expect(await write()).toEqual({ change: [], one: [{ n: 1 }], trace: [{ n: 2 }] });
  },
);
