import { beforeEach, describe, expect, test, vi } from "vitest";
import { MINUTE, SECOND } from "../../src/lib/clock.ts";
import { deliverOn } from "../../src/delivery/deliver.ts";
import {
  createWorld,
  deliverNow,
  dispatchesOf,
  dispatchOf,
  emptyTables,
  givenDispatches,
  givenUsers,
  live,
  timesGiven,
  waits,
  wakeUp,
} from "../support/pipeline.ts";
import { shardOf } from "../../src/rate-limit/shard.ts";
import { watchedLimiters } from "../support/limiters.ts";
import { aPush } from "../support/world.ts";

beforeEach(emptyTables);

const BULK = { lane: "bulk", slotTaken: false } as const;

describe("a hundred bulk pushes to a user with a budget of sixty an hour", () => {
  test("go out sixty at once and then one a minute, each once and at its first attempt", async () => {
    const h = createWorld();
    const { users } = await givenUsers(h, 1);
    const [user = ""] = users;
    const sent = await h.request("POST", "/api/v1/notifications/batch", {
      body: { targets: Array.from({ length: 100 }, () => aPush(user)) },
      headers: { prefer: "respond-async" },
    });
    expect(sent.status).toBe(202);
    const start = h.clock.now();
    await live(h, 50);
    const times = h.expo.accepted.map(({ at }) => (at - start) / MINUTE);
    expect(times).toEqual([
      ...Array.from({ length: 60 }, () => 0),
      ...Array.from({ length: 40 }, (_, i) => i + 1),
    ]);
    expect(new Set(h.expo.accepted.map(({ collapseId }) => collapseId)).size).toBe(100);
    const ids = h.expo.accepted.map(({ collapseId }) => collapseId ?? "");
    expect(await dispatchesOf(ids)).toMatchObject(
      ids.map(() => ({ status: "sent", attempts: 1, claims: 0 })),
    );
  });

  test("have their slots in D1 after one look, and the limiter is not asked again", async () => {
    const h = createWorld();
    const { users } = await givenUsers(h, 1);
    const ids = await givenDispatches(
      h,
      Array.from({ length: 100 }, () => users[0] ?? ""),
      BULK,
    );
    await deliverNow(h, ids);
    const waiting = (await dispatchesOf(ids)).slice(60);
    expect(waiting).toMatchObject(
      waiting.map((_, i) => ({ status: "queued", due_at: h.clock.now() + (i + 1) * MINUTE })),
    );
    // What is due within two minutes is woken, the rest is left to the sweep.
    expect(waits(h, "bulk")).toEqual([60, 120]);
    h.interrupts.reset();
    await live(h, 50);
    expect(h.interrupts.calls.filter((name) => name.startsWith("limiter"))).toEqual([]);
    expect(new Set(timesGiven(h, ids))).toEqual(new Set([1]));
  });

  test("leave other users alone", async () => {
    const h = createWorld();
    const { users } = await givenUsers(h, 2);
    const [greedy = "", other = ""] = users;
    const many = await givenDispatches(
      h,
      Array.from({ length: 99 }, () => greedy),
      BULK,
    );
    const [one = ""] = await givenDispatches(h, [other], BULK);
    await deliverNow(h, [...many, one]);
    expect(timesGiven(h, [one])).toEqual([1]);
  });

  test("refuse a single send by API until their slots are used", async () => {
    const h = createWorld();
    const { users } = await givenUsers(h, 1);
    const [user = ""] = users;
    await deliverNow(
      h,
      await givenDispatches(
        h,
        Array.from({ length: 100 }, () => user),
        BULK,
      ),
    );
    const refused = await h.request("POST", "/api/v1/notifications", { body: aPush(user) });
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe(String(41 * 60));
  });
});

describe("a dispatch that is deferred", () => {
  test("keeps its slot when its consumer is killed before it is written down", async () => {
    const h = createWorld({ PUSH_LIMIT_PER_HOUR: "1" });
    const { users } = await givenUsers(h, 1);
    const ids = await givenDispatches(h, [users[0] ?? "", users[0] ?? ""], BULK);
    const killed = h.interrupts.stopAtNext("fetch", "before");
    void deliverNow(h, ids);
    await killed.reached;
    const start = h.clock.now();
    await live(h, 65);
    expect(h.expo.accepted.map(({ at }) => Math.round((at - start) / MINUTE))).toEqual([1, 60]);
  });

  test("expires while it waits when its slot comes too late", async () => {
    const h = createWorld({ PUSH_LIMIT_PER_HOUR: "1" });
    const { users } = await givenUsers(h, 1);
    const ids = await givenDispatches(h, [users[0] ?? "", users[0] ?? ""], {
      ...BULK,
      expiresAt: h.clock.now() + 30 * MINUTE,
    });
    h.queues.put("bulk", wakeUp(ids));
    await live(h, 65);
    expect(await dispatchesOf(ids)).toMatchObject([
      { status: "sent" },
      { status: "failed", error_code: "expired" },
    ]);
  });

  test("because its limiter did not answer, comes again without an attempt spent", async () => {
    const h = createWorld();
    const { users: all } = await givenUsers(h, 20);
    const [first = ""] = all;
    const other = all.find((user) => shardOf(user) !== shardOf(first)) ?? "";
    const ids = await givenDispatches(h, [first, other], BULK);
    const limiters = watchedLimiters(h.ctx.limiters, {
      slots: (wanted) => {
        if (wanted.some(({ user }) => user === first)) throw new Error("the object is away");
      },
    });
    await deliverOn({ ...h.ctx, limiters }, "push", [ids]);
    expect(await dispatchesOf(ids)).toMatchObject([
      { status: "queued", attempts: 0, slot_at: null, due_at: h.clock.now() + 15 * SECOND },
      { status: "sent" },
    ]);
    expect(waits(h, "bulk")).toEqual([15]);
    await live(h, 1);
    expect(timesGiven(h, ids)).toEqual([1, 1]);
  });

  test("is not deferred by a clock that goes on while the limiter is asked", async () => {
    const h = createWorld();
    const { users } = await givenUsers(h, 1);
    const ids = await givenDispatches(h, users, BULK);
    const start = h.clock.now();
    let asked = 0;
    vi.spyOn(h.clock, "now").mockImplementation(() => start + asked++);
    await deliverNow(h, ids);
    expect(timesGiven(h, ids)).toEqual([1]);
    expect(await dispatchOf(ids[0] ?? "")).toMatchObject({ status: "sent" });
  });
});
