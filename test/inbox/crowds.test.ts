import { sql } from "drizzle-orm";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deliverInApp } from "../../src/channels/in-app/deliver.ts";
import { builtInTypes } from "../../src/notifications/registry.ts";
import type { Ctx } from "../../src/ctx.ts";
import { announce, announceable, MAX_ANNOUNCED, wake } from "../../src/outbox/wake.ts";
import { dispatchRow, insertDispatches } from "../../src/outbox/create.ts";
import { chunks } from "../../src/lib/chunks.ts";
import { type Harness, mint } from "../support/harness.ts";
import { createWorld, dispatchesOf, errorsOf } from "../support/pipeline.ts";
import { wokenBy } from "../support/fake-queue.ts";

/** Inboxes that only count: thousands of real objects are slow to make. */
function countingInboxes(h: Harness) {
  const told: string[] = [];
  let open = 0;
  const seen = { told, most: 0 };
  const notify = async (userId: string) => {
    seen.most = Math.max(seen.most, ++open);
    await Promise.resolve();
    open--;
    told.push(userId);
  };
  const ctx: Ctx = { ...h.ctx, inboxes: { ...h.ctx.inboxes, notify } };
  return { ctx, seen };
}

const usersOf = (n: number): string[] => {
  const prefix = mint("crowd");
  return Array.from({ length: n }, (_, i) => `${prefix}-${i}`);
};

/** An in-app message for each user, due in a second. */
async function givenWave(h: Harness, userIds: readonly string[]): Promise<string[]> {
  const rows = userIds.map((userId) =>
    dispatchRow(h.ctx, {
      channel: "in_app",
      lane: "bulk",
      type: "push",
      userId,
      orgId: null,
      title: "Hello",
      body: "All of you",
      sendAt: h.clock.now() + 1_000,
    }),
  );
  const now = h.clock.now();
  await h.ctx.db.write({
    users: sql`INSERT INTO users (id, email_verified, created_at, updated_at)
      SELECT value, 1, ${now}, ${now} FROM json_each(${JSON.stringify(userIds)}) WHERE true ON CONFLICT DO NOTHING`,
    dispatches: insertDispatches(rows),
  });
  h.clock.advance(1_000);
  return rows.map(({ id }) => id);
}

/** The ids of the wake-up calls that wait on the queue, a list for each message. */
const waiting = (h: Harness) =>
  h.queues.waiting.splice(0).map(({ body, lane }) => {
    expect([lane, body]).toMatchObject(["bulk", { channel: "in_app" }]);
    return wokenBy(body);
  });

describe("a wave of in-app messages", () => {
  test("is delivered at once, and announced a few hundred users an invocation until everyone has heard", async () => {
    const h = createWorld();
    const { ctx, seen } = countingInboxes(h);
    const users = usersOf(2 * MAX_ANNOUNCED + 130);
    const ids = await givenWave(h, users);
    let calls = chunks(ids, 100);
    const rounds: number[] = [];
    while (calls.length > 0) {
      const before = seen.told.length;
      expect(await deliverInApp(ctx, builtInTypes, calls)).toEqual(new Map());
      rounds.push(seen.told.length - before);
      if (rounds.length === 1)
        expect(new Set((await dispatchesOf(ids)).map(({ status }) => status))).toEqual(
          new Set(["delivered"]),
        );
      calls = waiting(h);
    }
    expect(rounds).toEqual([MAX_ANNOUNCED, MAX_ANNOUNCED, 130]);
    expect(seen.told.toSorted()).toEqual(users.toSorted());
    expect(seen.most).toBeLessThanOrEqual(50);
  });

  test("to one user is one call, and nothing is left over", async () => {
    const h = createWorld();
    const { ctx, seen } = countingInboxes(h);
    const [user = ""] = usersOf(1);
    const ids = await givenWave(
      h,
      Array.from({ length: 700 }, () => user),
    );
    await deliverInApp(ctx, builtInTypes, chunks(ids, 100));
    expect(seen.told).toEqual([user]);
    expect(h.queues.waiting).toEqual([]);
  });

  test("from whatever source wakes as many, hands on what an invocation does not announce", async () => {
    const h = createWorld();
    const { ctx, seen } = countingInboxes(h);
    const users = usersOf(5_000);
    await wake(
      ctx,
      users.map((inbox) => ({ id: crypto.randomUUID(), channel: "in_app", lane: "push", at: 0, inbox })),
    );
    expect(seen.told).toEqual(users.slice(0, MAX_ANNOUNCED));
    expect(waiting(h).flat()).toHaveLength(5_000 - MAX_ANNOUNCED);
  });

  test("loses only hints when the queue is away: what is in the inbox stays there", async () => {
    const h = createWorld();
    const { ctx, seen } = countingInboxes(h);
    const bulk = { sendBatch: () => Promise.reject(new Error("the queue is away")) };
    const ids = await givenWave(h, usersOf(MAX_ANNOUNCED + 1));
    await deliverInApp({ ...ctx, queues: { ...ctx.queues, bulk } }, builtInTypes, chunks(ids, 100));
    expect(seen.told).toHaveLength(MAX_ANNOUNCED);
    expect((await dispatchesOf(ids)).every(({ status }) => status === "delivered")).toBe(true);
    expect(errorsOf(h)).toEqual(["wake_failed"]);
  });
});

test("an inbox that is away costs the others nothing", async () => {
  const h = createWorld();
  const users = usersOf(120);
  const { ctx, seen } = countingInboxes(h);
  const notify = (userId: string) =>
    userId === users[3] ? Promise.reject(new Error("the object is away")) : ctx.inboxes.notify(userId);
  await announce(
    { ...ctx, inboxes: { ...ctx.inboxes, notify } },
    users.map((userId) => ({ channel: "in_app", userId })),
  );
  expect(seen.told).toHaveLength(119);
  expect(errorsOf(h)).toEqual(["announce_failed"]);
});

test("whoever is announced now has nothing announced later, and nobody is left out", () => {
  const messages = fc.array(
    fc.nat({ max: 900 }).map((n) => ({ id: crypto.randomUUID(), userId: `user-${n}` })),
    { maxLength: 2_000, size: "max" },
  );
  fc.assert(
    fc.property(messages, (delivered) => {
      const { now, later } = announceable(delivered);
      const users = new Set(now.map(({ userId }) => userId));
      expect(users.size).toBe(Math.min(MAX_ANNOUNCED, new Set(delivered.map(({ userId }) => userId)).size));
      expect(later.some(({ userId }) => users.has(userId))).toBe(false);
      expect([...now, ...later].map(({ id }) => id).toSorted()).toEqual(
        delivered.map(({ id }) => id).toSorted(),
      );
    }),
  );
});

test("500 users are announced to at once, and the 501st later", () => {
  const delivered = Array.from({ length: MAX_ANNOUNCED + 1 }, (_, i) => ({ id: `m${i}`, userId: `u${i}` }));
  const { now, later } = announceable(delivered);
  expect([now.length, later.map(({ userId }) => userId)]).toEqual([500, ["u500"]]);
});
