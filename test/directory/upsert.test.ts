import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { beforeEach, describe, expect, test } from "vitest";
import type { Ctx } from "../../src/ctx.ts";
import type { Change, Collection } from "../../src/directory/collection.ts";
import { on } from "../../src/directory/reaction.ts";
import { readOne } from "../../src/directory/read.ts";
import { upsertMany, upsertOne } from "../../src/directory/upsert.ts";
import { type User, type UserFacts, users } from "../../src/directory/users.ts";
import { dispatchRow, insertDispatches } from "../../src/outbox/create.ts";
import { createHarness, mint } from "../support/harness.ts";
import { wokenIds } from "../support/pipeline.ts";

let h = createHarness({ autoDrain: false });
beforeEach(() => {
  h = createHarness({ autoDrain: false });
});

const facts = (more: Partial<UserFacts> = {}): UserFacts => ({
  id: mint("usr"),
  org_id: null,
  name: "Kari",
  email: null,
  email_verified: false,
  phone: null,
  phone_verified: false,
  locale: null,
  timezone: null,
  ...more,
});

/** A context in which one reaction follows from changes of users: a message with their new name, once for each change. */
function notifying(changes: Change<UserFacts>[] = []): Ctx {
  const changed = (ctx: Ctx, change: Change<UserFacts>) => {
    changes.push(change);
    if (!change.notify) return {};
    const rows = change.rows.map(({ id, name }) =>
      dispatchRow(ctx, {
        channel: "push",
        lane: "push",
        type: "push",
        userId: id,
        orgId: null,
        title: name ?? "",
      }),
    );
    const renamed = sql`EXISTS (SELECT 1 FROM users WHERE id = value->>'user_id' AND name IS NOT value->>'title')`;
    return {
      before: insertDispatches(rows, renamed),
      after: [
        sql`UPDATE dispatches SET body = (SELECT name FROM users WHERE id = user_id)
          WHERE id IN (SELECT value FROM json_each(${JSON.stringify(rows.map((row) => row.id))}))`,
      ],
      dispatchIds: rows.map((row) => row.id),
    };
  };
  return { ...h.ctx, reactions: { ...h.ctx.reactions, changes: new Map([on(users, { changed })]) } };
}

const sentTo = async (userId: string) =>
  (
    await env.DB.prepare("SELECT id, title, body FROM dispatches WHERE user_id = ? ORDER BY id")
      .bind(userId)
      .all<{ id: string; title: string; body: string }>()
  ).results;

const woken = () => wokenIds(h).flat();

test("the first upsert creates, the next replaces, and created_at stays", async () => {
  const kari = facts();
  const createdAt = h.clock.now();
  expect(await upsertOne(h.ctx, users, kari)).toEqual({
    created: true,
    row: { ...kari, phone_country: null, created_at: createdAt, updated_at: createdAt },
  });
  h.clock.advance(1_000);
  expect(await upsertOne(h.ctx, users, { ...kari, name: "Kari N." })).toEqual({
    created: false,
    row: {
      ...kari,
      phone_country: null,
      name: "Kari N.",
      created_at: createdAt,
      updated_at: createdAt + 1_000,
    },
  });
});

test("an upsert that says nothing new writes no row", async () => {
  const kari = facts({ email_verified: true, timezone: "Europe/Oslo" });
  const { row } = await upsertOne(h.ctx, users, kari);
  h.clock.advance(1_000);
  h.meter.reset();
  expect(await upsertOne(h.ctx, users, kari)).toEqual({ created: false, row });
  await upsertMany(h.ctx, users, [kari]);
  expect(h.meter).toMatchObject({ trips: 2, rowsWritten: 0 });
});

test("each single fact is a change", async () => {
  const kari = facts();
  await upsertOne(h.ctx, users, kari);
  const changes: Partial<UserFacts>[] = [
    { org_id: "org_1" },
    { name: null },
    { email: "kari@example.com" },
    { email_verified: true },
    { phone: "+47" },
    { locale: "nb-NO" },
    { timezone: "Europe/Oslo" },
  ];
  for (const change of changes) {
    h.clock.advance(1_000);
    const { row } = await upsertOne(h.ctx, users, { ...kari, ...change });
    expect(row).toMatchObject({ ...change, updated_at: h.clock.now() });
  }
});

test("statements before see the old state, statements after the new one, and what came of it is woken", async () => {
  const ctx = notifying();
  const kari = facts();
  await upsertOne(ctx, users, kari);
  expect(await sentTo(kari.id)).toEqual([]);
  expect(woken()).toEqual([]);

  h.meter.reset();
  await upsertOne(ctx, users, { ...kari, name: "Kari N." });
  const [message] = await sentTo(kari.id);
  expect(message).toMatchObject({ title: "Kari N.", body: "Kari N." });
  expect(h.meter.trips).toBe(1);
  expect(woken()).toEqual([message?.id]);

  await upsertOne(ctx, users, { ...kari, name: "Kari N." });
  expect(await sentTo(kari.id)).toHaveLength(1);
});

test("a bulk has its consequences in one round trip too, for those rows alone that changed", async () => {
  const ctx = notifying();
  const [kari, ola] = [facts({ name: "Kari" }), facts({ name: "Ola" })];
  await upsertMany(ctx, users, [kari, ola]);
  h.meter.reset();
  await upsertMany(ctx, users, [kari, { ...ola, name: "Ola N." }]);
  expect(h.meter.trips).toBe(1);
  expect(await sentTo(kari.id)).toEqual([]);
  const messages = await sentTo(ola.id);
  expect(messages).toMatchObject([{ title: "Ola N.", body: "Ola N." }]);
  expect(woken()).toEqual(messages.map((message) => message.id));
});

test("a write that was committed although D1 reported a fault is sent once, and still woken", async () => {
  const ctx = notifying();
  const kari = facts();
  await upsertOne(ctx, users, kari);
  h.meter.failNext("after");
  await upsertOne(ctx, users, { ...kari, name: "Kari N." });
  const messages = await sentTo(kari.id);
  expect(messages).toHaveLength(1);
  expect(woken()).toEqual(messages.map((message) => message.id));
});

test("nothing follows from a change that could not be written", async () => {
  const kari = facts();
  await upsertOne(h.ctx, users, kari);
  const broken: Collection<UserFacts, User> = {
    ...users,
    kept: () => ({
      phone_country: { initial: null },
      created_at: { initial: null },
      updated_at: { initial: null, changed: sql`NULL` },
    }),
  };
  await expect(upsertOne(notifying(), broken, { ...kari, name: "Kari N." })).rejects.toThrow(/NOT NULL/);
  expect(await sentTo(kari.id)).toEqual([]);
  expect(await readOne(h.ctx, users, kari.id)).toMatchObject({ name: "Kari" });
});

test("a reaction hears whether a change came alone or in bulk, and whether to notify", async () => {
  const changes: Change<UserFacts>[] = [];
  const ctx = notifying(changes);
  const kari = facts();
  await upsertOne(ctx, users, kari);
  await upsertMany(ctx, users, [kari], { notify: false });
  expect(changes).toEqual([
    { rows: [kari], bulk: false, notify: true },
    { rows: [kari], bulk: true, notify: false },
  ]);
});

test("a bulk too big for one parameter goes in several, in the same round trip", async () => {
  const rows = Array.from({ length: 1_000 }, (_, i) => facts({ name: `${i}`.padEnd(2_000, "ø") }));
  h.meter.reset();
  await upsertMany(h.ctx, users, rows);
  expect(h.meter.trips).toBe(1);
  expect(h.meter.statements.length).toBeGreaterThan(1);
  for (const { params } of h.meter.statements)
    for (const param of params)
      expect(new TextEncoder().encode(String(param)).length).toBeLessThan(2_000_000);
  expect(await readOne(h.ctx, users, rows.at(-1)?.id ?? "")).toMatchObject({ name: rows.at(-1)?.name });
});

describe("a bulk of which the database refuses one after the other", () => {
  /** Users of whom none may have this name; a refusal tells of the first one alone. */
  const BAD = "Bad";
  const picky: Collection<UserFacts, User> = {
    ...users,
    prepare: ({ rows }) => (rows.some(({ name }) => name === BAD) ? [sql`SELECT json('refused')`] : []),
    refusal: async (_, __, rows) => ({
      code: "bad_name",
      detail: "The name is bad.",
      bad: rows
        .filter(({ name }) => name === BAD)
        .slice(0, 1)
        .map(({ id }) => ({ id, field: "name", detail: "is bad" })),
    }),
  };

  test("is written without the two that it refuses", async () => {
    const [first, second, good] = [facts({ name: BAD }), facts({ name: BAD }), facts()];
    const refusals = await upsertMany(h.ctx, picky, [first, second, good]);
    expect(refusals.flatMap(({ bad }) => bad.map(({ id }) => id))).toEqual([first.id, second.id]);
    expect(await readOne(h.ctx, users, good.id)).toMatchObject({ id: good.id });
  });

  test("is not written at all at the third refusal: the tries are bounded", async () => {
    const [bad, good] = [[1, 2, 3].map(() => facts({ name: BAD })), facts()];
    await expect(upsertMany(h.ctx, picky, [...bad, good])).rejects.toThrow("The name is bad.");
    await expect(readOne(h.ctx, users, good.id)).rejects.toThrow();
  });
});
