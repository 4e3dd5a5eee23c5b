import { beforeEach, describe, expect, test } from "vitest";
import { DAY, HOUR } from "../../../src/lib/clock.ts";
import { TIME_WINDOWS } from "../../../src/db/schema/index.ts";
import { sendSummaries } from "../../../src/notifications/stats-summary/job.ts";
import {
  givenActivities,
  givenFollower,
  givenMember,
  givenSubscription,
  harnessAt,
  noSubscriptions,
  onThursday,
  periodsSent,
  tickAt,
  summariesTo,
} from "./world.ts";

beforeEach(noSubscriptions);

describe("the summary of a window", () => {
  test("is pushed at 08:00 local time, and once", async () => {
    const h = onThursday();
    const { user } = await givenFollower(h);
    await tickAt(h, "2026-03-30T05:59");
    expect(await summariesTo(user)).toEqual([]);
    for (const time of ["2026-03-30T06:00", "2026-03-30T06:01", "2026-04-05T23:00"]) {
      await tickAt(h, time);
      expect(await periodsSent(user)).toEqual(["2026-W13"]);
    }
    expect(h.expo.accepted).toHaveLength(1);
    await tickAt(h, "2026-04-06T06:00");
    expect(await periodsSent(user)).toEqual(["2026-W13", "2026-W14"]);
    expect(h.expo.accepted).toHaveLength(2);
  });

  test("says what was done, the change against the window before, and each day of it", async () => {
    const h = onThursday();
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
    const [dispatch] = await summariesTo(user);
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
    const h = onThursday();
    await givenFollower(h);
    await tickAt(h, "2026-03-30T06:00");
    expect(h.expo.accepted).toMatchObject([
      { body: "0 activities completed, 0 hours (same as the week before)" },
    ]);
  });

  test("goes by e-mail to a user without a device, with a chart of boxes and neither script nor image", async () => {
    const h = onThursday();
    const { user, email } = await givenFollower(h, { devices: 0 });
    await givenActivities(h, user, { at: "2026-03-24T12:00:00Z", hours: 1.5 });
    await tickAt(h, "2026-03-30T06:00");
    expect(
      (await summariesTo(user)).map(({ channel, status, error_code }) => [channel, status, error_code]),
    ).toEqual([
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
    const h = onThursday();
    const { user } = await givenFollower(h, { devices: 1 });
    h.expo.settings.ticketErrors.set(`ExponentPushToken[${user}-0]`, "DeviceNotRegistered");
    await tickAt(h, "2026-03-30T06:00");
    expect(h.ses.accepted).toHaveLength(1);
  });

  test("is news until the next one, and for a week at most", async () => {
    const h = harnessAt("2026-12-28T09:00");
    const user = await givenMember(h, { timezone: "UTC" });
    await givenSubscription(h, user, "weekly");
    await givenSubscription(h, user, "yearly");
    await tickAt(h, "2027-01-01T09:00");
    await tickAt(h, "2027-01-05T08:00");
    const expiries = (await summariesTo(user))
      .filter(({ channel }) => channel === "push")
      .map(({ expires_at }) => new Date(expires_at ?? 0).toISOString());
    expect(expiries).toEqual(["2027-01-08T09:00:00.000Z", "2027-01-11T08:00:00.000Z"]);
  });

  test("of each kind comes at 08:00 in each zone, around a new year with a week 53", async () => {
    const h = harnessAt("2026-12-27T09:00");
    const offsets = {
      "Pacific/Kiritimati": 14,
      "Asia/Kolkata": 5.5,
      UTC: 0,
      "America/St_Johns": -3.5,
      "Etc/GMT+12": -12,
    };
    const zones = Object.keys(offsets);
    const users = await Promise.all(zones.map((timezone) => givenMember(h, { timezone })));
    for (const user of users) for (const kind of TIME_WINDOWS) await givenSubscription(h, user, kind);
    // At each 08:00 and half an hour before it, for ten days.
    const times = Array.from({ length: 10 }, (_, day) => Date.UTC(2026, 11, 28 + day, 8)).flatMap((eight) =>
      Object.values(offsets).flatMap((offset) => [-0.5, 0].map((hours) => eight + (hours - offset) * HOUR)),
    );
    for (const time of times.filter((one) => one > h.clock.now()).toSorted()) {
      h.clock.set(time);
      await sendSummaries(h.ctx);
    }
    for (const [i, user] of users.entries()) {
      const clock = new Intl.DateTimeFormat("sv", {
        timeZone: zones[i],
        dateStyle: "short",
        timeStyle: "short",
      });
      const seen = (await summariesTo(user)).map(({ data, created_at }) => [
        JSON.parse(data ?? "").period,
        clock.format(created_at),
      ]);
      expect(seen.toSorted(), zones[i]).toEqual([
        ["2026", "2027-01-01 08:00"],
        ["2026-12", "2027-01-01 08:00"],
        ["2026-Q4", "2027-01-01 08:00"],
        ["2026-W52", "2026-12-28 08:00"],
        ["2026-W53", "2027-01-04 08:00"],
      ]);
    }
  }, 30_000);
});
