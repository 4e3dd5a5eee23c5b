import { sql } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import type { Db } from "../../src/db/client.ts";
import type { Statement } from "../../src/db/statement.ts";
import { D1_LIMITS } from "../../src/db/limits.ts";
import { createHarness } from "../support/harness.ts";

const MAX = D1_LIMITS.parameterBytes;
const SECRET = "kari@example.com";

const refusal = (db: Db, ...statements: Statement[]): Promise<string> =>
  db.read({ statements }).then(
    () => "",
    (error: unknown) => String(error),
  );

describe("what D1 in production would not take, the wrapper refuses", () => {
  test.each([
    ["a string of ASCII", "x", 1],
    ["of characters of two bytes", "é", 2],
    ["of three", "한", 3],
    ["of four", "😀", 4],
  ])("a parameter over 2 MB: %s", async (_, letter, bytes) => {
    const { ctx } = createHarness();
    const fits = letter.repeat(Math.floor(MAX / bytes));
    expect(await refusal(ctx.db, sql`SELECT length(${fits})`)).toBe("");
    expect(await refusal(ctx.db, sql`SELECT length(${fits + letter})`)).toMatch(
      /more than 2000000 bytes in parameter 1 in "SELECT length\(\?\)"/,
    );
  });

  test("a blob over 2 MB", async () => {
    const { ctx } = createHarness();
    expect(await refusal(ctx.db, sql`SELECT length(${new Uint8Array(MAX)})`)).toBe("");
    expect(await refusal(ctx.db, sql`SELECT length(${new Uint8Array(MAX + 1)})`)).toContain("parameter 1");
  });

  test("more than 100 parameters", async () => {
    const { ctx } = createHarness();
    const list = (n: number) => sql`SELECT 1 WHERE 1 IN ${Array.from({ length: n }, (_, i) => i)}`;
    expect(await refusal(ctx.db, list(100))).toBe("");
    expect(await refusal(ctx.db, list(101))).toContain("101 parameters, of 100 a statement");
  });

  test("a statement of more than 100 KB", async () => {
    const { ctx } = createHarness();
    expect(await refusal(ctx.db, sql.raw(`SELECT 1 -- ${"x".repeat(99_000)}`))).toBe("");
    expect(await refusal(ctx.db, sql.raw(`SELECT 1 -- ${"x".repeat(100_000)}`))).toContain("bytes of text");
  });

  test("a batch of more than 200 statements", async () => {
    const { ctx } = createHarness();
    const batch = (n: number) => Array.from({ length: n }, () => sql`SELECT 1`);
    expect(await refusal(ctx.db, ...batch(200))).toBe("");
    expect(await refusal(ctx.db, ...batch(201))).toContain("201 statements, of 200 a batch");
  });

  test("the 1,001st query of an invocation, repeats included", async () => {
    const h = createHarness();
    const { db } = h.ctx;
    h.meter.failNext("before");
    await db.write({ change: sql`UPDATE users SET name = name WHERE id = 'nobody'` });
    // Each try also looks for webhooks to wake.
    expect(db.queriesLeft()).toBe(996);
    for (let i = 0; i < 996; i++) await db.read({ one: sql`SELECT 1` });
    expect(db.queriesLeft()).toBe(0);
    expect(await refusal(db, sql`SELECT 1`)).toContain("1001 queries, of 1000 an invocation");
    expect(await refusal(h.ctx.db, sql`SELECT 1`)).toBe("");
  });

  test("without a value in what it says, and without asking D1", async () => {
    const h = createHarness();
    h.meter.reset();
    const said = await refusal(h.ctx.db, sql`SELECT ${SECRET} AS address, ${SECRET.repeat(200_000)} AS big`);
    expect(said).toContain('"SELECT ? AS address, ? AS big"');
    expect(said).not.toContain(SECRET);
    expect(h.meter.trips).toBe(0);
  });

  test("a write is not tried again", async () => {
    const h = createHarness();
    const { db } = h.ctx;
    await expect(
      db.write({ gone: sql`DELETE FROM users WHERE id = ${"x".repeat(MAX + 1)}` }),
    ).rejects.toThrow(/Over a limit of D1/);
    expect(db.queriesLeft()).toBe(1_000);
  });
});
