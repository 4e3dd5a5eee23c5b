import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { DAY, HOUR } from "../../src/lib/clock.ts";
import { WINDOW_KINDS } from "../../src/schedules/windows.ts";
import { sendSummaries } from "../../src/stats/send-summaries.ts";
import { createHarness, type Harness, mint } from "../support/harness.ts";
import { batchOf } from "../support/pipeline.ts";
import {
  BASE,
  givenActivities,
  givenMember,
  givenSubscription,
  periodsTold,
  rowsOf,
  tickAt,
  told,
} from "./world.ts";

/** Thursday of ISO week 13; the week ends on Sunday the 29th, when Oslo's clocks go forward. */
const at = (time = "2026-03-26T08:00"): Harness => createHarness({ now: Date.parse(`${time}:00Z`) });

/** A member in Oslo with a phone, who follows their weeks. */
async function givenFollower(h: Harness, { devices = 1, email = `${mint("e")}@example.com` } = {}) {
  const user = await givenMember(h, { timezone: "Europe/Oslo", devices, email });
  return { user, email, id: await givenSubscription(h, user, "weekly") };
}

// A job looks at everybody's subscriptions.
beforeEach(async () => {
  await env.DB.prepare("DELETE FROM stats_subscriptions").run();
});

describe("the summary of a window", () => {
  test("is pushed at 08:00 local time, and once", async () => {
    const h = at();
    const { user } = await givenFollower(h);
    await tickAt(h, "2026-03-30T05:59");
    expect(await told(user)).toEqual([]);
    for (const time of ["2026-03-30T06:00", "2026-03-30T06:01", "2026-04-05T23:00"]) {
      await tickAt(h, time);
      expect(await periodsTold(user)).toEqual(["2026-W13"]);
    }
    expect(h.expo.accepted).toHaveLength(1);
    await tickAt(h, "2026-04-06T06:00");
    expect(await periodsTold(user)).toEqual(["2026-W13", "2026-W14"]);
    expect(h.expo.accepted).toHaveLength(2);
  });

  test("says what was done, the change against the window before, and each day of it", async () => {
    const h = at();
    const { user, id } = await givenFollower(h);
    await givenActivities(
      h,
      user,
      { at: "2026-03-15T22:59:59Z", hours: 50 },
      { at: "2026-03-15T23:00:00Z", hours: 2 },
      { at: "2026-03-22T22:59:59Z", hours: 3.2 },
      { at: "2026-03-22T23:00:00Z", hours: 1 / 3 },
      { at: "2026-03-23T12:00:00Z", hours: 1 / 3 },
      { at: "2026-03-28T12:00:00Z", hours: 1 / 3 },
      { at: "2026-03-29T21:59:59Z", hours: 4, status: "planned" },
      { at: "2026-03-29T21:59:59Z", hours: 6 },
      { at: "2026-03-29T22:00:00Z", hours: 70 },
      { at: "2026-03-25T12:00:00Z", hours: 80, status: "cancelled" },
    );
    await tickAt(h, "2026-03-30T06:00");
    const [dispatch] = await told(user);
    expect(JSON.parse(dispatch?.payload ?? "")).toEqual({
      type: "stats_summary",
      time_window: "weekly",
      from: Date.parse("2026-03-22T23:00:00Z"),
      to: Date.parse("2026-03-29T22:00:00Z"),
      totals: { total_activities: 5, completed_activities: 4, hours_logged: 7 },
      previous: { total_activities: 2, completed_activities: 2, hours_logged: 5.2 },
      series: [2 / 3, 0, 0, 0, 0, 1 / 3, 6].map((hours_logged, day) => ({
        from: Date.parse("2026-03-22T23:00:00Z") + day * DAY,
        to: Date.parse("2026-03-23T23:00:00Z") + day * DAY - (day === 6 ? HOUR : 0),
        hours_logged,
      })),
      url: null,
    });
    expect(h.expo.accepted).toMatchObject([
      {
        title: "Your weekly summary",
        body: "4 activities completed, 7 hours (+1.8 on the week before)",
        data: { type: "stats_summary", notification_id: id, time_window: "weekly", period: "2026-W13" },
      },
    ]);
    expect(h.ses.accepted).toEqual([]);
  });

  test("comes when nothing was done, too", async () => {
    const h = at();
    await givenFollower(h);
    await tickAt(h, "2026-03-30T06:00");
    expect(h.expo.accepted).toMatchObject([
      { body: "0 activities completed, 0 hours (same as the week before)" },
    ]);
  });

  test("goes by e-mail to who has no device, with a chart of boxes and neither script nor image", async () => {
    const h = at();
    const { user, email } = await givenFollower(h, { devices: 0 });
    await givenActivities(h, user, { at: "2026-03-24T12:00:00Z", hours: 1.5 });
    await tickAt(h, "2026-03-30T06:00");
    expect((await told(user)).map(({ channel, status, error_code }) => [channel, status, error_code])).toEqual([
      ["push", "failed", "no_device"],
      ["email", "sent", null],
    ]);
    expect(h.ses.accepted).toHaveLength(1);
    const [mail] = h.ses.accepted;
    expect(mail?.to).toContain(email);
    expect(mail?.subject).toMatch(/^Your weekly summary/);
    expect(mail?.html).toContain("Hours logged");
    expect(mail?.html).toMatch(/Mar 23/);
    expect(mail?.html.match(/<td width="100%"/g)).toHaveLength(1);
    expect(mail?.html).not.toMatch(/<(script|img|svg|link)\b/);
    await tickAt(h, "2026-03-30T06:05");
    expect(h.ses.accepted).toHaveLength(1);
  });

  test("goes by e-mail when all devices turn out dead", async () => {
    const h = at();
    const { user } = await givenFollower(h, { devices: 1 });
    h.expo.settings.ticketErrors.set(`ExponentPushToken[${user}-0]`, "DeviceNotRegistered");
    await tickAt(h, "2026-03-30T06:00");
    expect(h.ses.accepted).toHaveLength(1);
  });

  test("is news until the next one, and for a week at most", async () => {
    const h = at("2026-12-28T09:00");
    const user = await givenMember(h, { timezone: "UTC" });
    await givenSubscription(h, user, "weekly");
    await givenSubscription(h, user, "yearly");
    await tickAt(h, "2027-01-01T09:00");
    await tickAt(h, "2027-01-05T08:00");
    const expiries = (await told(user))
      .filter(({ channel }) => channel === "push")
      .map(({ expires_at }) => new Date(expires_at ?? 0).toISOString());
    expect(expiries).toEqual(["2027-01-08T09:00:00.000Z", "2027-01-11T08:00:00.000Z"]);
  });

  test("of each kind comes at 08:00 in each zone, around a new year with a week 53", async () => {
    const h = at("2026-12-27T12:00");
    const zones = ["Pacific/Kiritimati", "Asia/Kolkata", "UTC", "America/St_Johns", "Etc/GMT+12"];
    const users = await Promise.all(zones.map((timezone) => givenMember(h, { timezone })));
    for (const user of users) for (const kind of WINDOW_KINDS) await givenSubscription(h, user, kind);
    // Half past each half hour is 08:00 somewhere.
    for (let hour = 0; hour < 48 * 10; hour++) {
      h.clock.advance(HOUR / 2);
      await sendSummaries(h.ctx);
    }
    for (const [i, user] of users.entries()) {
      const clock = new Intl.DateTimeFormat("sv", { timeZone: zones[i], dateStyle: "short", timeStyle: "short" });
      const seen = (await told(user)).map(({ data, created_at }) => [JSON.parse(data ?? "").period, clock.format(created_at)]);
      expect(seen.toSorted(), zones[i]).toEqual([
        ["2026", "2027-01-01 08:00"],
        ["2026-12", "2027-01-01 08:00"],
        ["2026-Q4", "2027-01-01 08:00"],
        ["2026-W52", "2026-12-28 08:00"],
        ["2026-W53", "2027-01-04 08:00"],
      ]);
    }
  });
});

describe("is told once", () => {
  test("by two ticks at the same time", async () => {
    const h = at();
    const { user } = await givenFollower(h);
    h.clock.set(Date.parse("2026-03-30T06:00:00Z"));
    await Promise.all([h.tick(), h.tick(), h.tick()]);
    await h.drain();
    expect(await periodsTold(user)).toEqual(["2026-W13"]);
    expect(h.expo.accepted).toHaveLength(1);
  });

  // Its calls: what is due, the sums, the writing; then the queue.
  test.each([
    [1, "after"],
    [2, "after"],
    [3, "before"],
    [3, "after"],
  ] as const)("by two ticks of which one is held at its call %i (%s) until the other is done", async (nth, when) => {
    const h = at();
    const { user } = await givenFollower(h);
    h.clock.set(Date.parse("2026-03-30T06:00:00Z"));
    const stopped = h.interrupts.stopAt(nth, when);
    const slow = sendSummaries(h.ctx);
    await stopped.reached;
    const fast = await sendSummaries(h.ctx);
    stopped.release();
    expect((await slow) + fast).toBe(1);
    await h.drain();
    expect(await periodsTold(user)).toEqual(["2026-W13"]);
    expect(h.expo.accepted).toHaveLength(1);
  });

  test.each(["before", "after"] as const)("when D1 fails %s the commit", async (when) => {
    const h = at();
    const { user } = await givenFollower(h);
    h.clock.set(Date.parse("2026-03-30T06:00:00Z"));
    h.meter.failNext(when);
    await sendSummaries(h.ctx);
    await h.drain();
    expect(await periodsTold(user)).toEqual(["2026-W13"]);
    expect(h.expo.accepted).toHaveLength(1);
  });

  test("when D1 fails for good, by the next tick", async () => {
    const h = at();
    const { user } = await givenFollower(h);
    h.clock.set(Date.parse("2026-03-30T06:00:00Z"));
    h.meter.failNext("after", "D1_ERROR: timeout");
    await expect(sendSummaries(h.ctx)).rejects.toThrow("timeout");
    // It was committed: the wake-up call is lost, and the sweep makes up for it.
    await tickAt(h, "2026-03-30T06:01");
    await tickAt(h, "2026-03-30T06:03");
    await tickAt(h, "2026-03-30T06:05");
    expect(await periodsTold(user)).toEqual(["2026-W13"]);
    expect(h.expo.accepted).toHaveLength(1);
  });

  test("after an outage of five weeks: of the last week alone, and then of the next", async () => {
    const h = at();
    const { user } = await givenFollower(h);
    await tickAt(h, "2026-05-01T03:17");
    expect(await periodsTold(user)).toEqual(["2026-W17"]);
    await tickAt(h, "2026-05-01T03:18");
    await tickAt(h, "2026-05-04T05:59");
    expect(await periodsTold(user)).toEqual(["2026-W17"]);
    await tickAt(h, "2026-05-04T06:00");
    expect(await periodsTold(user)).toEqual(["2026-W17", "2026-W18"]);
  });
});

describe("who moves to another time zone", () => {
  const move = (h: Harness, user: string, timezone: string) =>
    h.request("PUT", `/api/v1/directory/users/${user}`, { body: { timezone } });

  test("gets the pending summary at 08:00 there", async () => {
    const h = at();
    const { user } = await givenFollower(h);
    await move(h, user, "America/New_York");
    await tickAt(h, "2026-03-30T11:59");
    expect(await periodsTold(user)).toEqual([]);
    await tickAt(h, "2026-03-30T12:00");
    expect(await periodsTold(user)).toEqual(["2026-W13"]);
  });

  test("gets it at once, where that time has passed already", async () => {
    const h = at();
    const { user } = await givenFollower(h);
    h.clock.set(Date.parse("2026-03-30T00:30:00Z"));
    await move(h, user, "Asia/Tokyo");
    await tickAt(h, "2026-03-30T00:31");
    expect(await periodsTold(user)).toEqual(["2026-W13"]);
  });

  test("is not told again of a week that goes on there", async () => {
    const h = at();
    const { user } = await givenFollower(h);
    await tickAt(h, "2026-03-30T06:00");
    await move(h, user, "Pacific/Midway");
    for (const time of ["2026-03-30T06:01", "2026-03-30T19:00", "2026-04-06T18:59"]) await tickAt(h, time);
    expect(await periodsTold(user)).toEqual(["2026-W13"]);
    await tickAt(h, "2026-04-06T19:00");
    expect(await periodsTold(user)).toEqual(["2026-W13", "2026-W14"]);
  });

  test("while the job is at work, is told as of the new zone by the next tick", async () => {
    const h = at();
    const { user } = await givenFollower(h);
    h.clock.set(Date.parse("2026-03-30T06:00:00Z"));
    const stopped = h.interrupts.stopAt(2, "after");
    const job = sendSummaries(h.ctx);
    await stopped.reached;
    await move(h, user, "America/New_York");
    stopped.release();
    expect(await job).toBe(0);
    await tickAt(h, "2026-03-30T11:59");
    expect(await periodsTold(user)).toEqual([]);
    await tickAt(h, "2026-03-30T12:00");
    expect(await periodsTold(user)).toEqual(["2026-W13"]);
  });
});

describe("nothing is sent", () => {
  const remove = (h: Harness, id: string) => h.request("DELETE", `${BASE}/${id}`);
  const sent = (h: Harness) => h.expo.accepted.length + h.ses.accepted.length;

  test("after a deletion before the tick", async () => {
    const h = at();
    const { user, id } = await givenFollower(h);
    expect((await remove(h, id)).status).toBe(200);
    await tickAt(h, "2026-03-30T06:00");
    expect(await told(user)).toEqual([]);
    expect(sent(h)).toBe(0);
  });

  test.each([1, 2])("after a deletion while the job is at work, after its call %i", async (nth) => {
    const h = at();
    const { user, id } = await givenFollower(h);
    h.clock.set(Date.parse("2026-03-30T06:00:00Z"));
    const stopped = h.interrupts.stopAt(nth, "after");
    const job = sendSummaries(h.ctx);
    await stopped.reached;
    await remove(h, id);
    stopped.release();
    expect(await job).toBe(0);
    await h.drain();
    expect(await told(user)).toEqual([]);
    expect(sent(h)).toBe(0);
  });

  test("after a deletion while the push waits in the queue", async () => {
    const h = at();
    const { user, id } = await givenFollower(h);
    h.clock.set(Date.parse("2026-03-30T06:00:00Z"));
    await h.tick();
    expect(h.queues.waiting).not.toEqual([]);
    await remove(h, id);
    await h.drain();
    await tickAt(h, "2026-03-30T06:30");
    expect(await told(user)).toMatchObject([{ status: "cancelled" }]);
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
    expect(await told(user)).toMatchObject([{ status: "failed" }, { channel: "email", status: "queued" }]);
    await remove(h, id);
    await h.drain();
    await tickAt(h, "2026-03-30T06:30");
    expect(await told(user)).toMatchObject([{ status: "failed" }, { status: "cancelled" }]);
    expect(sent(h)).toBe(0);
  });

  test("by e-mail, after a deletion while the push is on its way and fails", async () => {
    const h = at();
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
    expect(await told(user)).toMatchObject([{ channel: "push", status: "failed" }]);
    expect(sent(h)).toBe(0);
  });

  test("to a user who was erased", async () => {
    const h = at();
    const { user } = await givenFollower(h);
    expect((await h.request("DELETE", `/api/v1/directory/users/${user}`)).status).toBe(200);
    expect(await rowsOf(user)).toEqual([]);
    await tickAt(h, "2026-03-30T06:00");
    expect(await told(user)).toEqual([]);
    expect(sent(h)).toBe(0);
  });

  test("of a window that the subscription had before a put", async () => {
    const h = at();
    const { user, id } = await givenFollower(h);
    await h.request("PUT", `${BASE}/${id}`, { body: { time_window: "monthly" } });
    await tickAt(h, "2026-03-30T06:00");
    expect(await periodsTold(user)).toEqual([]);
    await tickAt(h, "2026-04-01T06:00");
    expect(await periodsTold(user)).toEqual(["2026-03"]);
  });
});

test("another subscription's summary is not cancelled by a deletion", async () => {
  const h = at();
  const [kari, ola] = [await givenFollower(h), await givenFollower(h)];
  h.clock.set(Date.parse("2026-03-30T06:00:00Z"));
  await h.tick();
  await h.request("DELETE", `${BASE}/${kari.id}`);
  await h.drain();
  expect(await told(ola.user)).toMatchObject([{ status: "sent" }]);
  expect(h.expo.accepted).toHaveLength(1);
});
