import { beforeEach, describe, expect, test } from "vitest";
import { HOUR } from "../../../src/lib/clock.ts";
import { sendSummaries } from "../../../src/notifications/stats-summary/job.ts";
import { createHarness, type Harness } from "../../support/harness.ts";
import { batchOf } from "../../support/pipeline.ts";
import {
  BASE,
  givenFollower,
  noSubscriptions,
  onThursday,
  periodsSent,
  rowsOf,
  tickAt,
  summariesTo,
} from "./world.ts";

beforeEach(noSubscriptions);

describe("nothing is sent", () => {
  const remove = (h: Harness, id: string) => h.request("DELETE", `${BASE}/${id}`);
  const sent = (h: Harness) => h.expo.accepted.length + h.ses.accepted.length;

  test("after a deletion before the tick", async () => {
    const h = onThursday();
    const { user, id } = await givenFollower(h);
    expect((await remove(h, id)).status).toBe(200);
    await tickAt(h, "2026-03-30T06:00");
    expect(await summariesTo(user)).toEqual([]);
    expect(sent(h)).toBe(0);
  });

  test.each([1, 2])("after a deletion while the job is at work, after its call %i", async (nth) => {
    const h = onThursday();
    const { user, id } = await givenFollower(h);
    h.clock.set(Date.parse("2026-03-30T06:00:00Z"));
    const stopped = h.interrupts.stopAt(nth, "after");
    const job = sendSummaries(h.ctx);
    await stopped.reached;
    await remove(h, id);
    stopped.release();
    expect(await job).toBe(0);
    await h.drain();
    expect(await summariesTo(user)).toEqual([]);
    expect(sent(h)).toBe(0);
  });

  test("after a deletion while the push waits in the queue", async () => {
    const h = onThursday();
    const { user, id } = await givenFollower(h);
    h.clock.set(Date.parse("2026-03-30T06:00:00Z"));
    await h.tick();
    expect(h.queues.waiting).not.toEqual([]);
    await remove(h, id);
    await h.drain();
    await tickAt(h, "2026-03-30T06:30");
    expect(await summariesTo(user)).toMatchObject([{ status: "cancelled" }]);
    expect(sent(h)).toBe(0);
  });

  test("after a deletion while the e-mail that follows the push waits", async () => {
    const h = createHarness({ now: Date.parse("2026-03-26T08:00:00Z"), autoDrain: false });
    const { user, id } = await givenFollower(h, { devices: 0 });
    h.clock.set(Date.parse("2026-03-30T06:00:00Z"));
    await h.tick();
    const push = h.queues.waiting.map(({ body }) => body);
    // Only the push's message: the e-mail's stays on the queue.
    await h.consume(batchOf(push, "tidings-bulk").batch);
    expect(await summariesTo(user)).toMatchObject([
      { status: "failed" },
      { channel: "email", status: "queued" },
    ]);
    await remove(h, id);
    await h.drain();
    await tickAt(h, "2026-03-30T06:30");
    expect(await summariesTo(user)).toMatchObject([{ status: "failed" }, { status: "cancelled" }]);
    expect(sent(h)).toBe(0);
  });

  test("after a deletion while the push waits for its slot, which is then free", async () => {
    const h = createHarness({
      now: Date.parse("2026-03-26T08:00:00Z"),
      autoDrain: false,
      vars: { PUSH_LIMIT_PER_HOUR: "1" },
    });
    const { user, id } = await givenFollower(h, { devices: 1 });
    h.clock.set(Date.parse("2026-03-30T06:00:00Z"));
    const limiter = h.ctx.limiters.of(user);
    const budget = { name: "push", limit: 1, periodMs: HOUR };
    await limiter.slots(budget, ["another"]);
    await h.tick();
    await h.drain();
    const slot = h.clock.now() + HOUR;
    expect(await summariesTo(user)).toMatchObject([{ status: "queued", slot_at: slot }]);
    await remove(h, id);
    expect(await summariesTo(user)).toMatchObject([{ status: "cancelled" }]);
    expect(await limiter.slots(budget, ["next"])).toMatchObject([{ at: slot }]);
  });

  test("by e-mail, after a deletion while the push is on its way and fails", async () => {
    const h = onThursday();
    const { user, id } = await givenFollower(h, { devices: 1 });
    h.expo.settings.ticketErrors.set(`ExponentPushToken[${user}-0]`, "DeviceNotRegistered");
    h.clock.set(Date.parse("2026-03-30T06:00:00Z"));
    await h.tick();
    const stopped = h.interrupts.stopAtNext("fetch", "before");
    const draining = h.drain();
    await stopped.reached;
    await remove(h, id);
    stopped.release();
    await draining;
    expect(await summariesTo(user)).toMatchObject([{ channel: "push", status: "failed" }]);
    expect(sent(h)).toBe(0);
  });

  test("to a user who was erased", async () => {
    const h = onThursday();
    const { user } = await givenFollower(h);
    expect((await h.request("DELETE", `/api/v1/directory/users/${user}`)).status).toBe(200);
    expect(await rowsOf(user)).toEqual([]);
    await tickAt(h, "2026-03-30T06:00");
    expect(await summariesTo(user)).toEqual([]);
    expect(sent(h)).toBe(0);
  });

  test("of a window that the subscription had before a put", async () => {
    const h = onThursday();
    const { user, id } = await givenFollower(h);
    await h.request("PUT", `${BASE}/${id}`, { body: { time_window: "monthly" } });
    await tickAt(h, "2026-03-30T06:00");
    expect(await periodsSent(user)).toEqual([]);
    await tickAt(h, "2026-04-01T06:00");
    expect(await periodsSent(user)).toEqual(["2026-03"]);
  });
});

test("the summaries of other subscriptions are not cancelled by a deletion", async () => {
  const h = onThursday();
  const followers = [await givenFollower(h), await givenFollower(h), await givenFollower(h)];
  h.clock.set(Date.parse("2026-03-30T06:00:00Z"));
  await h.tick();
  await h.request("DELETE", `${BASE}/${followers[1]?.id}`);
  await h.drain();
  const statuses = followers.map(async ({ user }) => (await summariesTo(user)).map(({ status }) => status));
  expect(await Promise.all(statuses)).toEqual([["sent"], ["cancelled"], ["sent"]]);
  expect(h.expo.accepted).toHaveLength(2);
});
