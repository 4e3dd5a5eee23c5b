import { describe, expect, test } from "vitest";
import { sendMatchDigests } from "../../../src/notifications/new-match/job.ts";
import { type Harness, mint } from "../../support/harness.ts";
import { givenReader } from "../../support/mail.ts";
import {
  createDigestWorld,
  given,
  givenGrant,
  givenMatch,
  liveUntil,
  mailsTo,
  move,
  prefer,
  remove,
  rows,
  schedulesOf,
  tickAt,
  timesSent,
  messagesTo,
} from "../grants/world.ts";

/** A user who gets matches once a day, or once a week. */
async function givenFrequency(
  h: Harness,
  notification_frequency: string,
  timezone = "Europe/Oslo",
  more: object = {},
): Promise<string> {
  const { id } = await givenReader(h, { timezone });
  await prefer(h, id, { notification_frequency, weekly_digest_enabled: false, ...more });
  return id;
}

const match = async (h: Harness, user: string, title: string): Promise<string> =>
  givenMatch(h, user, await givenGrant(h, { title }));

/** What each e-mail to a user lists, of these titles. */
const listed = (h: Harness, user: string, ...titles: string[]) =>
  mailsTo(h, user).map(({ text }) => titles.filter((title) => text.includes(title)));

describe("daily", () => {
  test("what came during a day goes at 08:00 local time, in one message, once", async () => {
    // 26 March, 13:00 in Oslo; on the 29th its clocks go forward.
    const h = createDigestWorld("2026-03-26T12:00");
    const user = await givenFrequency(h, "daily");
    await match(h, user, "Sun");
    await liveUntil(h, "2026-03-26T20:00");
    await match(h, user, "Wind");
    await liveUntil(h, "2026-03-28T12:00");
    expect(await timesSent(user, "new_match")).toEqual(["2026-03-27T07:00"]);
    await match(h, user, "Water");
    await liveUntil(h, "2026-03-31T12:00");
    expect(await timesSent(user, "new_match")).toEqual(["2026-03-27T07:00", "2026-03-29T06:00"]);
    expect(listed(h, user, "Sun", "Wind", "Water")).toEqual([["Sun", "Wind"], ["Water"]]);
  });

  test("a user without new matches has no schedule, and gets nothing", async () => {
    const h = createDigestWorld();
    const user = await givenFrequency(h, "daily");
    await liveUntil(h, "2026-03-29T12:00");
    expect(await messagesTo(user, "new_match")).toEqual([]);
    expect(await schedulesOf(user)).not.toHaveProperty("matches");
  });

  test("a match each minute puts nothing off", async () => {
    const h = createDigestWorld("2026-03-26T05:58");
    const user = await givenFrequency(h, "daily", "Etc/UTC");
    for (let minute = 0; minute < 5; minute++) {
      h.clock.advance(30_000);
      await match(h, user, `Grant ${minute}`);
      h.clock.advance(30_000);
      await h.tick();
    }
    await match(h, user, "Just before");
    await tickAt(h, "2026-03-26T08:00");
    expect(await timesSent(user, "new_match")).toEqual(["2026-03-26T08:00"]);
    expect(listed(h, user, "Grant 0", "Grant 4", "Just before")).toEqual([
      ["Grant 0", "Grant 4", "Just before"],
    ]);
    await match(h, user, "Just after");
    await liveUntil(h, "2026-03-27T09:00");
    expect(await timesSent(user, "new_match")).toEqual(["2026-03-26T08:00", "2026-03-27T08:00"]);
  });

  test("matches that arrive while the job is at work go now or next time, and none is lost", async () => {
    const h = createDigestWorld("2026-03-26T12:00");
    const user = await givenFrequency(h, "daily", "Etc/UTC");
    await match(h, user, "Sun");
    h.clock.set(Date.UTC(2026, 2, 27, 8));
    const stopped = h.interrupts.stopAtNext("d1", "after");
    const running = sendMatchDigests(h.ctx);
    await stopped.reached;
    await match(h, user, "Wind");
    stopped.release();
    await running;
    await match(h, user, "Water");
    await liveUntil(h, "2026-03-28T10:00");
    expect(listed(h, user, "Sun", "Wind", "Water").flat().toSorted()).toEqual(["Sun", "Water", "Wind"]);
  });

  test.each([
    ["Pacific/Kiritimati", "2026-03-26T18:00"],
    ["Etc/GMT+12", "2026-03-26T20:00"],
    ["Asia/Kolkata", "2026-03-27T02:30"],
    ["Asia/Kathmandu", "2026-03-27T02:15"],
    ["Mars/Base", "2026-03-27T08:00"],
  ])("08:00 in %s is %s in UTC", async (timezone, expected) => {
    const h = createDigestWorld("2026-03-26T12:00");
    const user = await givenFrequency(h, "daily", timezone);
    await match(h, user, "Sun");
    await liveUntil(h, "2026-03-27T12:00");
    expect(await timesSent(user, "new_match")).toEqual([expected]);
  });

  test("after three days without a cron it goes at once, with everything, once", async () => {
    const h = createDigestWorld("2026-03-26T12:00");
    const user = await givenFrequency(h, "daily", "Etc/UTC");
    for (const [title, day] of [
      ["Sun", 26],
      ["Wind", 27],
      ["Water", 28],
    ] as const) {
      h.clock.set(Date.UTC(2026, 2, day, 13));
      await match(h, user, title);
    }
    await tickAt(h, "2026-03-29T15:20");
    await tickAt(h, "2026-03-29T15:21");
    expect(await timesSent(user, "new_match")).toEqual(["2026-03-29T15:20"]);
    expect(listed(h, user, "Sun", "Wind", "Water")).toEqual([["Sun", "Wind", "Water"]]);
  });

  test("when all that waited is gone, nothing is sent", async () => {
    const h = createDigestWorld("2026-03-26T12:00");
    const user = await givenFrequency(h, "daily", "Etc/UTC");
    await remove(h, "matches", await match(h, user, "Sun"));
    await liveUntil(h, "2026-03-28T12:00");
    expect(mailsTo(h, user)).toEqual([]);
    expect(await messagesTo(user, "new_match")).toMatchObject([
      { status: "cancelled", error_code: "nothing_to_say" },
    ]);
  });

  test("a message about one match says which", async () => {
    const h = createDigestWorld("2026-03-26T12:00");
    const user = await givenFrequency(h, "daily", "Etc/UTC");
    const grant = await givenGrant(h);
    const id = await givenMatch(h, user, grant);
    await tickAt(h, "2026-03-27T08:00");
    expect(await messagesTo(user, "new_match")).toMatchObject([{ match_id: id, grant_id: grant }]);
  });
});

describe("weekly", () => {
  test("goes on the digest day at 08:00 local time", async () => {
    const h = createDigestWorld("2026-03-26T12:00");
    const user = await givenFrequency(h, "weekly", "America/New_York", { weekly_digest_day: 0 });
    await match(h, user, "Sun");
    await liveUntil(h, "2026-03-31T12:00");
    expect(await timesSent(user, "new_match")).toEqual(["2026-03-29T12:00"]);
    await match(h, user, "Wind");
    await liveUntil(h, "2026-04-14T12:00");
    expect(await timesSent(user, "new_match")).toEqual(["2026-03-29T12:00", "2026-04-05T12:00"]);
    expect(listed(h, user, "Sun", "Wind")).toEqual([["Sun"], ["Wind"]]);
  });

  test.each([
    ["a later day: then", 5, "2026-04-03T08:00"],
    ["an earlier day that has gone by: at once", 1, "2026-03-31T13:00"],
  ])("moved on Tuesday from Wednesday to %s", async (_, weekly_digest_day, expected) => {
    const h = createDigestWorld("2026-03-30T12:00");
    const user = await givenFrequency(h, "weekly", "Etc/UTC", { weekly_digest_day: 3 });
    await match(h, user, "Sun");
    await liveUntil(h, "2026-03-31T13:00");
    await prefer(h, user, { weekly_digest_day });
    await tickAt(h, "2026-03-31T13:00");
    await liveUntil(h, "2026-04-14T12:00");
    expect(await timesSent(user, "new_match")).toEqual([expected]);
  });
});

describe("another frequency", () => {
  test.each([
    ["daily", "immediate", "2026-03-26T13:00"],
    ["weekly", "immediate", "2026-03-26T13:00"],
    ["weekly", "daily", "2026-03-27T08:00"],
    ["daily", "weekly", "2026-03-30T08:00"],
  ])("from %s to %s: what waits goes by the new one", async (before, after, expected) => {
    const h = createDigestWorld("2026-03-26T12:00");
    const user = await givenFrequency(h, before, "Etc/UTC");
    await match(h, user, "Sun");
    await liveUntil(h, "2026-03-26T13:00");
    await prefer(h, user, { notification_frequency: after });
    await tickAt(h, "2026-03-26T13:00");
    await liveUntil(h, "2026-04-08T12:00");
    expect(await timesSent(user, "new_match")).toEqual([expected]);
    expect(mailsTo(h, user)).toHaveLength(1);
  });

  test("from immediate to daily: what is being collected goes, what comes then waits", async () => {
    const h = createDigestWorld("2026-03-26T12:00");
    const { id: user } = await givenReader(h, { timezone: "Etc/UTC" });
    await match(h, user, "Sun");
    await prefer(h, user, { notification_frequency: "daily" });
    await match(h, user, "Wind");
    await liveUntil(h, "2026-03-28T12:00");
    expect(listed(h, user, "Sun", "Wind")).toEqual([["Sun"], ["Wind"]]);
    expect((await messagesTo(user, "new_match")).map(({ sent_at }) => sent_at)).toEqual([
      Date.UTC(2026, 2, 26, 12, 2),
      Date.UTC(2026, 2, 27, 8),
    ]);
  });

  test("off before it goes: nothing; on again: only what is new", async () => {
    const h = createDigestWorld("2026-03-26T12:00");
    const user = await givenFrequency(h, "daily", "Etc/UTC");
    await match(h, user, "Sun");
    await prefer(h, user, { new_match_notifications: false });
    await liveUntil(h, "2026-03-28T12:00");
    await prefer(h, user, { new_match_notifications: true });
    await match(h, user, "Wind");
    await liveUntil(h, "2026-03-30T12:00");
    expect(listed(h, user, "Sun", "Wind")).toEqual([["Wind"]]);
  });
});

describe("another time zone", () => {
  test.each([
    ["east: 08:00 has gone by there, so at once", "Pacific/Kiritimati", "2026-03-26T21:00"],
    ["west: the next 08:00 there", "Pacific/Pago_Pago", "2026-03-27T19:00"],
  ])("moved %s", async (_, timezone, expected) => {
    const h = createDigestWorld("2026-03-26T20:00");
    const user = await givenFrequency(h, "daily", "Etc/UTC");
    await match(h, user, "Sun");
    await tickAt(h, "2026-03-26T20:01");
    await tickAt(h, "2026-03-26T21:00");
    await move(h, user, timezone);
    await tickAt(h, "2026-03-26T21:00");
    await liveUntil(h, "2026-03-29T23:00");
    expect(await timesSent(user, "new_match")).toEqual([expected]);
  });
});

test("two ticks at once send each user one message", async () => {
  const h = createDigestWorld("2026-03-26T12:00");
  const users = await Promise.all(Array.from({ length: 5 }, () => givenFrequency(h, "daily", "Etc/UTC")));
  const grant = await givenGrant(h);
  await given(
    h,
    "matches",
    users.map((user_id) => ({ id: mint("match"), user_id, grant_id: grant, score: 80 })),
  );
  h.clock.set(Date.UTC(2026, 2, 27, 8));
  const sent = await Promise.all([sendMatchDigests(h.ctx), sendMatchDigests(h.ctx), sendMatchDigests(h.ctx)]);
  expect(sent.reduce((sum, n) => sum + n, 0)).toBe(5);
  for (const user of users) expect(await messagesTo(user, "new_match")).toHaveLength(1);
});

test("erasing a user leaves nothing of what waits for them", async () => {
  const h = createDigestWorld("2026-03-26T12:00");
  const user = await givenFrequency(h, "daily");
  await match(h, user, "Sun");
  expect(await rows("SELECT * FROM occasions WHERE dispatch_id = ?", `waiting:${user}`)).toHaveLength(1);
  await remove(h, "users", user);
  for (const table of ["occasions", "matches", "user_schedules", "dispatches"]) {
    const left = await rows(`SELECT * FROM ${table}`);
    expect(left.filter((row) => JSON.stringify(row).includes(user))).toEqual([]);
  }
});
