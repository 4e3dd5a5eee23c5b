import { env } from "cloudflare:workers";
import { type SQL, sql } from "drizzle-orm";
import { beforeEach, describe, expect, test } from "vitest";
import type { DispatchStatus } from "../../src/db/schema/index.ts";
import { sweep } from "../../src/delivery/sweep.ts";
import { DAY, HOUR, MINUTE } from "../../src/lib/clock.ts";
import { cancelDispatch, getDispatch, listLog, retryDispatch } from "../../src/log/admin.ts";
import { removeOld } from "../../src/log/retention.ts";
import { dispatchRow, insertDispatches, type NewDispatch } from "../../src/outbox/create.ts";
import { toWakeOf, wake } from "../../src/outbox/wake.ts";
import { createHarness, type Harness, mint } from "../support/harness.ts";
import {
  deliverNow,
  dispatchOf,
  dispatchesOf,
  emptyTables,
  errorsOf,
  givenDispatches,
  live,
} from "../support/pipeline.ts";
import { createBoard, createPager } from "./test-channel.ts";

// Two channels of which no file in src/ knows anything go wherever the service's own go.

beforeEach(emptyTables);

const ALL = { kind: "all" } as const;
const PAGE = { page: 1, limit: 20, offset: 0, before: null, total: null };
const AUTHOR = { actor: "service:test", requestId: "r" };

function createWorld() {
  const pager = createPager();
  const board = createBoard();
  const h = createHarness({ channels: [pager.channel, board.channel], autoDrain: false });
  return { h, pager, board };
}

async function givenUser(h: Harness, phone: string | null = "+4712345678"): Promise<string> {
  const id = mint("usr");
  await env.DB.prepare(
    "INSERT INTO users (id, phone, email_verified, created_at, updated_at) VALUES (?1, ?2, 0, ?3, ?3)",
  )
    .bind(id, phone, h.clock.now())
    .run();
  return id;
}

/** Creates dispatches on the pager, and wakes them, as a source does. */
async function send(h: Harness, userIds: readonly string[], more: Partial<NewDispatch> = {}) {
  const rows = userIds.map((userId) =>
    dispatchRow(h.ctx, { channel: "pager", type: "alarm", orgId: null, body: "Fire", ...more, userId }),
  );
  await h.ctx.db.write({ rows: insertDispatches(rows) });
  await wake(h.ctx, toWakeOf(rows));
  return rows.map(({ id }) => id);
}

const followersOf = async (ids: readonly string[]) => {
  const { results } = await env.DB.prepare(
    "SELECT id FROM dispatches WHERE id NOT IN (SELECT value FROM json_each(?))",
  )
    .bind(JSON.stringify(ids))
    .all<{ id: string }>();
  return dispatchesOf(results.map(({ id }) => id));
};

const listed = async (h: Harness, filter: { channel?: string; statuses?: readonly DispatchStatus[] }) =>
  (await listLog(h.ctx, ALL, filter, PAGE)).rows.map(({ id }) => id);

describe("a channel of its own adapter alone", () => {
  test("goes from its source by its queue to its provider, and is recorded", async () => {
    const { h, pager } = createWorld();
    const ids = await send(h, [await givenUser(h), await givenUser(h, "+4787654321")]);
    expect(h.queues.waiting).toMatchObject([{ lane: "bulk", body: { v: 1, channel: "pager", ids } }]);
    await h.drain();
    expect(pager.paged).toEqual(["+4712345678", "+4787654321"]);
    const sent = {
      channel: "pager",
      lane: "bulk",
      status: "sent",
      provider: "tower",
      attempts: 1,
      targets: 1,
    };
    expect(await dispatchesOf(ids)).toMatchObject([sent, sent]);
    expect(errorsOf(h)).toEqual([]);
  });

  test("is tried again after a passing failure", async () => {
    const { h, pager } = createWorld();
    pager.settings.outcome = { kind: "retry", code: "busy", message: "Busy" };
    const [id = ""] = await send(h, [await givenUser(h)]);
    await h.drain();
    expect(await dispatchOf(id)).toMatchObject({ status: "queued", attempts: 1, error_code: "busy" });
    pager.settings.outcome = { kind: "accepted", messageId: "m1" };
    await live(h, 5);
    expect(await dispatchOf(id)).toMatchObject({ status: "sent", attempts: 2, provider_message_id: "m1" });
  });

  test("has a budget of its own, in which what is cancelled holds no slot", async () => {
    const { h, pager } = createWorld();
    pager.settings.limitPerHour = 1;
    const user = await givenUser(h);
    const ids = await send(h, [user, user]);
    await h.drain();
    const [first, second] = await dispatchesOf(ids);
    expect([first?.status, second?.status]).toEqual(["sent", "queued"]);
    expect(second?.slot_at).toBe(h.clock.now() + HOUR);
    const used = async () =>
      (await h.ctx.limiters.of(user).usage({ name: "pager", limit: 2, periodMs: 2 * HOUR })).used;
    const before = await used();
    expect(await cancelDispatch(h.ctx, ALL, AUTHOR, second?.id ?? "")).toMatchObject({ status: "cancelled" });
    expect(await used()).toBe(before - 1);
  });

  test("is swept when its message was lost, but not while its provider rests", async () => {
    const { h, pager } = createWorld();
    const [id = ""] = await send(h, [await givenUser(h)]);
    h.queues.waiting.splice(0);
    h.clock.advance(5 * MINUTE);
    const gate = h.ctx.gates("pager", "tower");
    await gate.report({ kind: "throttled", afterMs: 10 * MINUTE });
    expect(await sweep(h.ctx)).toBe(0);
    h.clock.advance(10 * MINUTE);
    expect(await sweep(h.ctx)).toBe(1);
    await h.drain();
    expect(await dispatchOf(id)).toMatchObject({ status: "sent" });
    expect(pager.paged).toHaveLength(1);
  });

  test("has its outcomes travel on the queue that it names while D1 is away", async () => {
    const { h } = createWorld();
    const [id = ""] = await send(h, [await givenUser(h)]);
    const claimed = h.interrupts.stopAtNext("d1", "after");
    const drained = h.drain();
    await claimed.reached;
    h.meter.away(true);
    claimed.release();
    await drained;
    h.meter.away(false);
    expect(h.queues.waiting).toMatchObject([{ lane: "bulk", body: { settle: { channel: "pager" } } }]);
    h.clock.advance(MINUTE);
    await h.drain();
    expect(await dispatchOf(id)).toMatchObject({ status: "sent", provider: "tower" });
  });

  test("is in every list, however it is filtered", async () => {
    const { h, pager } = createWorld();
    pager.settings.outcome = { kind: "rejected", code: "dead", message: "Dead" };
    const [failed = ""] = await send(h, [await givenUser(h)]);
    await h.drain();
    const [queued = ""] = await send(h, [await givenUser(h)], { sendAt: h.clock.now() + DAY });
    for (const channel of [{}, { channel: "pager" }]) {
      expect(await listed(h, channel)).toEqual([queued, failed]);
      expect(await listed(h, { ...channel, statuses: ["failed"] })).toEqual([failed]);
      expect(await listed(h, { ...channel, statuses: ["failed", "bounced", "cancelled"] })).toEqual([failed]);
      expect(await listed(h, { ...channel, statuses: ["queued", "sending"] })).toEqual([queued]);
    }
    expect((await listLog(h.ctx, ALL, { statuses: ["failed"] }, PAGE)).total).toBe(1);
    expect(await listed(h, { channel: "push" })).toEqual([]);
  });

  test("is listed by its name though no adapter is there any more", async () => {
    const { h, pager } = createWorld();
    pager.settings.outcome = { kind: "rejected", code: "dead", message: "Dead" };
    const ids = await send(h, [await givenUser(h)]);
    await h.drain();
    const without = createHarness({ autoDrain: false });
    expect(await listed(without, {})).toEqual(ids);
    expect(await listed(without, { channel: "pager", statuses: ["failed"] })).toEqual(ids);
  });

  test("is sent again by hand, unless it would refuse", async () => {
    const { h, pager } = createWorld();
    const user = await givenUser(h, null);
    const [id = ""] = await send(h, [user]);
    await h.drain();
    expect(await dispatchOf(id)).toMatchObject({ status: "failed", error_code: "no_phone", attempts: 0 });
    await expect(retryDispatch(h.ctx, ALL, AUTHOR, id)).rejects.toMatchObject({
      options: { code: "no_phone" },
    });
    await env.DB.prepare("UPDATE users SET phone = '+4799999999' WHERE id = ?").bind(user).run();
    await retryDispatch(h.ctx, ALL, AUTHOR, id);
    await h.drain();
    expect(await dispatchOf(id)).toMatchObject({ status: "sent" });
    expect(pager.paged).toEqual(["+4799999999"]);
  });

  test("has its bulk work on a queue of its own, which the channel that it falls back to does not use", async () => {
    const { channel } = createPager();
    const hooked = { ...channel, queue: "hooks", bulkQueue: "hooks" } as const;
    const h = createHarness({ channels: [hooked], autoDrain: false });
    const ids = await send(h, [await givenUser(h, null)], { lane: "bulk", fallback: "email" });
    expect(h.queues.waiting).toMatchObject([{ lane: "hooks", body: { channel: "pager", ids } }]);
    await h.drain();
    expect(await followersOf(ids)).toMatchObject([{ channel: "email", lane: "bulk" }]);
    const pushed = await givenDispatches(h, [await givenUser(h)], { lane: "bulk", fallback: "pager" });
    await deliverNow(h, pushed);
    expect(await followersOf([...ids, ...pushed])).toContainEqual(
      expect.objectContaining({ channel: "pager", lane: "hooks" }),
    );
  });

  test.each(["in_app", "email", "board"])("falls back to %s", async (fallback) => {
    const { h } = createWorld();
    const ids = await send(h, [await givenUser(h, null)], { fallback });
    await h.drain();
    const [id = ""] = ids;
    const [follower] = await followersOf(ids);
    expect(follower).toMatchObject({ channel: fallback, type: "alarm", body: "Fire", lane: "bulk" });
    expect(await getDispatch(h.ctx, ALL, id)).toMatchObject({ followed_by: follower?.id });
    expect(await getDispatch(h.ctx, ALL, follower?.id ?? "")).toMatchObject({ follows: id });
  });

  test("is what a push falls back to, on its own queue", async () => {
    const { h, pager } = createWorld();
    const ids = await send(h, [await givenUser(h)], { channel: "push", fallback: "pager" });
    await deliverNow(h, ids);
    expect(h.queues.waiting.filter(({ lane }) => lane === "bulk")).toMatchObject([
      { body: { channel: "pager" } },
    ]);
    await h.drain();
    expect(await followersOf(ids)).toMatchObject([{ channel: "pager", lane: "bulk", status: "sent" }]);
    expect(pager.paged).toHaveLength(1);
  });

  test("goes with what is old, after what the rooms keep of it", async () => {
    const { h } = createWorld();
    const ids = await send(h, [await givenUser(h)]);
    await h.drain();
    h.clock.advance(61 * DAY);
    const kept = sql`INSERT INTO job_runs (job, started_at) SELECT id, 0 FROM dispatches WHERE id IN `;
    const beforeRemoval = [(old: SQL) => sql`${kept}${old}`];
    expect(await removeOld({ ...h.ctx, beforeRemoval })).toBe(1);
    expect(await dispatchesOf(ids)).toEqual([]);
    const runs = await env.DB.prepare("DELETE FROM job_runs WHERE started_at = 0 RETURNING job").all();
    expect(runs.results).toEqual(ids.map((job) => ({ job })));
  });
});

describe("a channel on which inserting delivers", () => {
  test("is delivered and announced at once, and waits for nothing", async () => {
    const { h, board } = createWorld();
    const user = await givenUser(h);
    const [id = ""] = await send(h, [user], { channel: "board" });
    const { delivered_at, ...row } = await dispatchOf(id);
    expect(row).toMatchObject({ status: "delivered", delivered_count: 1, wake_at: null });
    expect(delivered_at).toBe(h.clock.now());
    expect(board.announced).toEqual([user]);
    expect(h.queues.waiting).toEqual([]);
  });

  test("is left to its consumer when it follows another: its user may not want it there", async () => {
    const { h, board } = createWorld();
    const user = await givenUser(h, null);
    const ids = await send(h, [user], { fallback: "board" });
    await h.drain();
    expect(await followersOf(ids)).toMatchObject([
      { channel: "board", status: "queued", delivered_count: 0 },
    ]);
    expect(board.announced).toEqual([]);
  });
});

test("a fallback to a channel that is not there costs the outcome nothing", async () => {
  const { h } = createWorld();
  const ids = await send(h, [await givenUser(h, null)], { fallback: "pigeon" });
  await h.drain();
  expect(await dispatchesOf(ids)).toMatchObject([{ status: "failed", error_code: "no_phone" }]);
  expect(await followersOf(ids)).toEqual([]);
  expect(errorsOf(h)).toEqual([]);
});
