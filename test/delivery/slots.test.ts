import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { beforeEach, describe, expect, test } from "vitest";
import type { Channel } from "../../src/db/schema/index.ts";
import { requeueFailed } from "../../src/outbox/change.ts";
import { settle } from "../../src/delivery/settle.ts";
import { DAY, HOUR, MINUTE } from "../../src/lib/clock.ts";
import { printId } from "../../src/lib/ids.ts";
import { giveBack } from "../../src/rate-limit/budgets.ts";
import { shardOf } from "../../src/rate-limit/shard.ts";
import type { Held } from "../../src/rate-limit/limiter.ts";
import { deliverOn } from "../../src/delivery/deliver.ts";
import type { Harness } from "../support/harness.ts";
import { watchedLimiters } from "../support/limiters.ts";
import { createMailWorld, givenMails, givenReader, mailNow } from "../support/mail.ts";
import {
  createWorld,
  deliverNow,
  dispatchesOf,
  dispatchOf,
  emptyTables,
  errorsOf,
  givenDispatches,
  givenUsers,
  live,
  timesGiven,
} from "../support/pipeline.ts";
import { settlementOf } from "../support/settlements.ts";
import { newIds } from "../rate-limit/world.ts";
import { givenChoices } from "../support/preferences.ts";

beforeEach(emptyTables);

const BULK = { lane: "bulk", slotTaken: false } as const;

const ONE_AN_HOUR = { PUSH_LIMIT_PER_HOUR: "1", EMAIL_LIMIT_PER_HOUR: "1" };

const times = <T>(n: number, value: T): T[] => Array.from({ length: n }, () => value);

/** Pushes of one user that ask for their slots when they are sent. */
async function givenWaiting(h: Harness, n: number, more: object = {}) {
  const { users } = await givenUsers(h, 1);
  const [user = ""] = users;
  return { user, ids: await givenDispatches(h, times(n, user), { ...BULK, ...more }) };
}

const used = async (h: Harness, userId: string, name: Channel | "test" = "push", limit = 1) =>
  (await h.ctx.limiters.of(userId).usage({ name, limit, periodMs: HOUR })).used;

describe("what the system sends beyond the horizon", () => {
  test("is postponed without a slot or an attempt, until it may ask again", async () => {
    const h = createWorld(ONE_AN_HOUR);
    const { ids } = await givenWaiting(h, 28);
    const start = h.clock.now();
    await deliverNow(h, ids);
    const rows = await dispatchesOf(ids);
    expect(rows.slice(1, 25)).toMatchObject(
      Array.from({ length: 24 }, (_, i) => ({ status: "queued", slot_at: start + (i + 1) * HOUR })),
    );
    expect(rows.slice(25)).toMatchObject(
      // Twelve hours before they would be sent.
      [25, 26, 27].map((n) => ({
        status: "queued",
        slot_at: null,
        due_at: start + (n - 12) * HOUR,
        attempts: 0,
        claims: 0,
      })),
    );
  });

  test("is sent at its slot all the same, each once and at its first attempt, however many days that takes", async () => {
    const h = createWorld(ONE_AN_HOUR);
    const { ids } = await givenWaiting(h, 100);
    const start = h.clock.now();
    await deliverNow(h, ids);
    h.interrupts.reset();
    await live(h, 101 * 60);
    expect(h.expo.accepted.map(({ at }) => (at - start) / HOUR)).toEqual(times(100, 0).map((_, i) => i));
    expect(new Set(timesGiven(h, ids))).toEqual(new Set([1]));
    expect(await dispatchesOf(ids)).toMatchObject(times(100, { status: "sent", attempts: 1 }));
    // Each asks once more when there is room for it.
    expect(h.interrupts.calls.filter((name) => name === "limiter.slots")).toHaveLength(100 - 25);
    expect(errorsOf(h)).toEqual([]);
  }, 60_000);

  test("ends at once when it would expire before its slot, and leaves the slot to others", async () => {
    const h = createWorld(ONE_AN_HOUR);
    const { user, ids } = await givenWaiting(h, 25, { expiresAt: h.clock.now() + 2 * HOUR });
    await deliverNow(h, ids);
    const rows = await dispatchesOf(ids);
    expect(rows.map(({ status }) => status)).toEqual(["sent", "queued", ...times(23, "failed")]);
    expect(rows.slice(2)).toMatchObject(times(23, { error_code: "expired", slot_at: null, wake_at: null }));
    const others = await h.ctx.limiters.of(user).slots({ name: "push", limit: 1, periodMs: HOUR }, newIds(2));
    expect(others.map(({ at }) => at)).toEqual([2, 3].map((n) => h.clock.now() + n * HOUR));
    await live(h, 3 * 60);
    expect(h.expo.accepted).toHaveLength(2);
  });
});

describe("a crowd beyond the horizon", () => {
  test("does not ask again and again for what becomes free one by one", async () => {
    const h = createWorld(ONE_AN_HOUR);
    const { users } = await givenUsers(h, 1);
    const [user = ""] = users;
    const budget = { name: "push", limit: 1, periodMs: HOUR };
    await h.ctx.limiters.of(user).slots(budget, newIds(25));
    let asked = 0;
    const limiters = watchedLimiters(h.ctx.limiters, {
      slots: (wanted) => void (asked += wanted.flatMap(({ ids }) => ids).length),
    });
    const deliver = (ids: readonly string[]) => deliverOn({ ...h.ctx, limiters }, "push", [ids]);
    // Each round finds the same room behind the horizon.
    for (let i = 0; i < 5; i++) await deliver(await givenDispatches(h, times(20, user), BULK));
    for (let hour = 0; hour < 130; hour++) {
      h.clock.advance(HOUR);
      const due = env.DB.prepare("SELECT id FROM dispatches WHERE status = 'queued' AND due_at <= ?");
      const { results } = await due.bind(h.clock.now()).all<{ id: string }>();
      if (results.length > 0) await deliver(results.map(({ id }) => id));
    }
    expect(h.expo.accepted).toHaveLength(100);
    // Each hour that room is free for one, many would ask for it: a thousand times in all.
    expect(asked).toBeLessThan(600);
  }, 60_000);
});

describe("a slot goes back to its user", () => {
  test("when a push has no device to go to", async () => {
    const h = createWorld(ONE_AN_HOUR);
    const { users } = await givenUsers(h, 3, 0);
    const ids = await givenDispatches(h, users, BULK);
    h.interrupts.reset();
    await deliverNow(h, ids);
    expect(await dispatchesOf(ids)).toMatchObject(
      times(3, { status: "failed", error_code: "no_device", slot_at: null }),
    );
    // One call a shard.
    const shards = new Set(users.map(shardOf)).size;
    expect(h.interrupts.calls.filter((name) => name === "limiter.release")).toHaveLength(shards);
    for (const user of users) expect(await used(h, user)).toBe(0);
  });

  test("when an e-mail is unwanted, and when its address is none that may be written to", async () => {
    const h = createMailWorld("resend", ONE_AN_HOUR);
    const off = await givenReader(h);
    const unverified = await givenReader(h, { verified: false });
    await givenChoices(off.id, { cells: { certifications: { email: false } } });
    const ids = await givenMails(h, [off.id, unverified.id], { slotTaken: false });
    await mailNow(h, ids);
    expect(await dispatchesOf(ids)).toMatchObject([
      { status: "cancelled", error_code: "unsubscribed" },
      { status: "failed", error_code: "unverified" },
    ]);
    expect([await used(h, off.id, "email"), await used(h, unverified.id, "email")]).toEqual([0, 0]);
  });

  test("with one call for all of a user's that end in a round", async () => {
    const h = createWorld({ PUSH_LIMIT_PER_HOUR: "50" });
    const { user, ids } = await givenWaiting(h, 40);
    await deliverNow(h, await givenDispatches(h, times(50, user), BULK));
    await deliverNow(h, ids);
    await env.DB.prepare("UPDATE dispatches SET expires_at = ?, due_at = ? WHERE status = 'queued'")
      .bind(h.clock.now(), h.clock.now())
      .run();
    h.interrupts.reset();
    await deliverNow(h, ids);
    expect(await dispatchesOf(ids)).toMatchObject(times(40, { status: "failed", error_code: "expired" }));
    expect(h.interrupts.calls.filter((name) => name.startsWith("limiter"))).toEqual(["limiter.release"]);
    h.clock.advance(HOUR);
    expect(await used(h, user, "push", 50)).toBe(0);
  });

  test("when the write that ended it was committed and then reported as failed", async () => {
    const h = createWorld(ONE_AN_HOUR);
    const { user, ids } = await givenWaiting(h, 1);
    const [id = ""] = ids;
    await h.ctx.limiters.of(user).slots({ name: "push", limit: 1, periodMs: HOUR }, ids);
    await env.DB.prepare("UPDATE dispatches SET status = 'sending', claim_id = 'claim' WHERE id = ?")
      .bind(id)
      .run();
    h.meter.failNext("after");
    await settle(h.ctx, settlementOf({ verdicts: [{ id, status: "failed", frees_slot: true }] }));
    expect(await dispatchOf(id)).toMatchObject({ status: "failed" });
    expect(await used(h, user)).toBe(0);
  });

  test("and a person's retry takes another one", async () => {
    const h = createWorld(ONE_AN_HOUR);
    const { users } = await givenUsers(h, 1, 0);
    const [user = ""] = users;
    const ids = await givenDispatches(h, users, BULK);
    const [id = ""] = ids;
    await deliverNow(h, ids);
    await deliverNow(h, await givenDispatches(h, users, BULK));
    await env.DB.prepare(
      "INSERT INTO device_tokens (token, user_id, provider, platform, registered_at) VALUES (?, ?, 'expo', 'ios', 0)",
    )
      .bind(`ExponentPushToken[${user}]`, user)
      .run();
    await h.ctx.db.write({ change: requeueFailed(h.ctx, sql`id = ${id}`) });
    await deliverNow(h, ids);
    expect(await dispatchOf(id)).toMatchObject({ status: "sent", slot_at: h.clock.now() });
    expect(await used(h, user)).toBe(1);
  });
});

test("what ended before its slot came asks for another one when a person has it tried again", async () => {
  const h = createWorld(ONE_AN_HOUR);
  const { ids } = await givenWaiting(h, 1);
  const [id = ""] = ids;
  await env.DB.prepare("UPDATE dispatches SET status = 'failed', slot_at = ?")
    .bind(h.clock.now() + HOUR)
    .run();
  await h.ctx.db.write({ change: requeueFailed(h.ctx, sql`id = ${id}`) });
  expect(await dispatchOf(id)).toMatchObject({ status: "queued", slot_at: null });
});

describe("a slot stays used", () => {
  test("when its consumer was lost with the push in hand: it may have been sent", async () => {
    const h = createWorld(ONE_AN_HOUR);
    const { users } = await givenUsers(h, 1);
    const [user = ""] = users;
    const ids = await givenDispatches(h, users);
    await h.ctx.limiters.of(user).slots({ name: "push", limit: 1, periodMs: HOUR }, ids);
    void deliverNow(h, ids);
    await h.interrupts.stopAtNext("fetch", "after").reached;
    await env.DB.prepare("UPDATE dispatches SET expires_at = ?")
      .bind(h.clock.now() + 1)
      .run();
    h.clock.advance(2 * MINUTE);
    await deliverNow(h, ids);
    expect(await dispatchesOf(ids)).toMatchObject([{ status: "failed", error_code: "expired" }]);
    expect(await used(h, user)).toBe(1);
  });

  test("by a push that was refused by its provider, and by one that is retried by hand and cancelled", async () => {
    const h = createWorld(ONE_AN_HOUR);
    const { ids, user } = await givenWaiting(h, 1);
    const [id = ""] = ids;
    h.expo.settings.ticketErrors.set(`ExponentPushToken[${user}-0]`, "MessageTooBig");
    await deliverNow(h, ids);
    expect(await dispatchOf(id)).toMatchObject({ status: "failed", slot_at: h.clock.now() });
    await h.ctx.db.write({ change: requeueFailed(h.ctx, sql`id = ${id}`) });
    const path = `/api/v1/admin/notifications/${printId("dsp", id)}`;
    expect((await h.request("DELETE", path)).status).toBe(200);
    expect(await used(h, user)).toBe(1);
  });
});

describe("giving back", () => {
  test("asks each shard once for all of its users and budgets, and never fails", async () => {
    const h = createWorld();
    const calls: (readonly Held[])[] = [];
    const limiters = watchedLimiters(h.ctx.limiters, {
      release: (held) => {
        if (held.some(({ user }) => user === "user-3")) throw new Error("the object is away");
        calls.push(held);
      },
    });
    const unsent = Array.from({ length: 4_000 }, (_, i) => ({
      id: crypto.randomUUID(),
      user_id: `user-${i % 500}`,
      channel: (["push", "email", "in_app"] as const)[Math.floor(i / 500) % 3] ?? "push",
      type: "push",
    }));
    await giveBack({ ...h.ctx, limiters }, unsent);
    const users = [...new Set(unsent.map(({ user_id }) => user_id))];
    const reached = users.filter((user) => shardOf(user) !== shardOf("user-3"));
    expect(calls).toHaveLength(new Set(reached.map(shardOf)).size);
    const released = calls.flat().map(({ user, budget, ids }) => [user, budget, ids.length]);
    const expected = reached.flatMap((user) =>
      ["push", "email"].map((budget) => {
        const own = unsent.filter(({ user_id, channel }) => user_id === user && channel === budget);
        return [user, budget, own.length];
      }),
    );
    expect(released.toSorted()).toEqual(expected.filter(([, , count]) => count !== 0).toSorted());
    expect(errorsOf(h)).toEqual(["limiter_failed"]);
  });
});

test("a dispatch that waits for longer than its lifetime because it has no slot is not given up", async () => {
  const h = createWorld(ONE_AN_HOUR);
  const { ids } = await givenWaiting(h, 1);
  await env.DB.prepare("UPDATE dispatches SET due_at = ?")
    .bind(h.clock.now() + 4 * DAY)
    .run();
  h.clock.advance(4 * DAY);
  await deliverNow(h, ids);
  expect(await dispatchesOf(ids)).toMatchObject([{ status: "sent" }]);
});
