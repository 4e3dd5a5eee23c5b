import { describe, expect, test } from "vitest";
import { sendDeadlineReminders } from "../../../src/notifications/deadline-reminder/job.ts";
import { type Harness, mint } from "../../support/harness.ts";
import { givenReader } from "../../support/mail.ts";
import {
  at,
  createDigestWorld,
  given,
  givenApplication,
  givenGrant,
  givenMatch,
  liveUntil,
  mailsTo,
  move,
  prefer,
  remove,
  rows,
  tickAt,
  timesSent,
  messagesTo,
} from "../grants/world.ts";

const TYPE = "deadline_reminder";

/** A user who gets deadline reminders and nothing else. */
async function givenFollower(
  h: Harness,
  timezone: string | null = "Etc/UTC",
  more: object = {},
): Promise<string> {
  const { id } = await givenReader(h, timezone === null ? {} : { timezone });
  await prefer(h, id, { weekly_digest_enabled: false, new_match_notifications: false, ...more });
  return id;
}

/** A grant that a user matches, due at `deadline`. */
async function givenDeadline(h: Harness, user: string, deadline: string, title = "Clean Energy Fund") {
  const grant = await givenGrant(h, { deadline, title });
  await givenMatch(h, user, grant);
  return grant;
}

describe("the ladder", () => {
  test("is sent at the default 7, 3 and 1 days before the deadline at 08:00 local time, also where clocks change", async () => {
    // On 29 March Oslo's clocks go forward.
    const h = createDigestWorld("2026-03-20T12:00");
    const user = await givenFollower(h, "Europe/Oslo");
    await givenDeadline(h, user, "2026-03-31T15:00");
    await liveUntil(h, "2026-04-05T12:00");
    expect(await timesSent(user, TYPE)).toEqual(["2026-03-24T07:00", "2026-03-28T07:00", "2026-03-30T06:00"]);
    expect(mailsTo(h, user)).toHaveLength(3);
  });

  test.each([
    ["Pacific/Kiritimati", ["2026-04-24T18:00", "2026-04-28T18:00", "2026-04-30T18:00"]],
    ["Etc/GMT+12", ["2026-04-24T20:00", "2026-04-28T20:00", "2026-04-30T20:00"]],
    ["Asia/Kolkata", ["2026-04-24T02:30", "2026-04-28T02:30", "2026-04-30T02:30"]],
    ["America/St_Johns", ["2026-04-24T10:30", "2026-04-28T10:30", "2026-04-30T10:30"]],
    [null, ["2026-04-24T08:00", "2026-04-28T08:00", "2026-04-30T08:00"]],
  ])("goes by the local date of the deadline in %s", async (timezone, expected) => {
    const h = createDigestWorld("2026-04-20T12:00");
    const user = await givenFollower(h, timezone);
    await givenDeadline(h, user, "2026-05-01T11:00");
    await liveUntil(h, "2026-05-03T12:00");
    expect(await timesSent(user, TYPE)).toEqual(
      // East of it the deadline is a date later.
      timezone === "Pacific/Kiritimati"
        ? expected
        : timezone === "Etc/GMT+12"
          ? expected.map(dayBefore)
          : expected,
    );
  });

  test("counts over a leap day", async () => {
    const h = createDigestWorld("2028-02-20T12:00");
    const user = await givenFollower(h, "Etc/UTC", { deadline_reminder_days: [7, 1] });
    await givenDeadline(h, user, "2028-03-01T12:00");
    await liveUntil(h, "2028-03-02T12:00");
    expect(await timesSent(user, TYPE)).toEqual(["2028-02-23T08:00", "2028-02-29T08:00"]);
  });

  test("has a step on the day itself only before the deadline's hour, and 30 days at most", async () => {
    const h = createDigestWorld("2026-03-20T12:00");
    const user = await givenFollower(h, "Etc/UTC", { deadline_reminder_days: [0, 30] });
    await givenDeadline(h, user, "2026-05-10T09:00");
    await givenDeadline(h, user, "2026-05-20T07:00");
    await liveUntil(h, "2026-06-01T12:00");
    expect(await timesSent(user, TYPE)).toEqual(["2026-04-10T08:00", "2026-04-20T08:00", "2026-05-10T08:00"]);
  });

  test("is that of DIGEST_HOUR", async () => {
    const h = createDigestWorld("2026-03-20T12:00", { DIGEST_HOUR: "17" });
    const user = await givenFollower(h, "Etc/UTC", { deadline_reminder_days: [1] });
    await givenDeadline(h, user, "2026-03-31T15:00");
    await liveUntil(h, "2026-04-05T12:00");
    expect(await timesSent(user, TYPE)).toEqual(["2026-03-30T17:00"]);
  });
});

/** `2026-04-24T20:00` → `2026-04-23T20:00`. */
const dayBefore = (time: string) => new Date(at(time) - 86_400_000).toISOString().slice(0, 16);

describe("one message a user", () => {
  test("lists every grant whose step has come, the nearest deadline first, with why", async () => {
    const h = createDigestWorld("2026-03-20T12:00");
    const user = await givenFollower(h);
    await givenDeadline(h, user, "2026-04-04T15:00", "Matched");
    const applied = await givenGrant(h, {
      deadline: "2026-03-31T15:00",
      title: "Applied",
      url: "https://x.example/a",
    });
    await givenApplication(h, user, applied);
    await liveUntil(h, "2026-03-28T12:00");
    const [first, second] = await messagesTo(user, TYPE);
    expect(first).toMatchObject({ grant_id: applied, status: "sent" });
    expect(second).toMatchObject({ grant_id: null });
    const text = mailsTo(h, user)[1]?.text ?? "";
    expect(text).toMatch(/Applied[^]*March 31, 2026[^]*You have applied[^]*Matched[^]*One of your matches/);
    expect(text).toContain("https://x.example/a");
    expect(mailsTo(h, user)[1]?.subject).toContain("2 grant deadlines");
    expect(await timesSent(user, TYPE)).toEqual(["2026-03-24T08:00", "2026-03-28T08:00"]);
  });

  test("counts those beyond twenty", async () => {
    const h = createDigestWorld("2026-03-20T12:00");
    const user = await givenFollower(h, "Etc/UTC", { deadline_reminder_days: [1] });
    const grants = Array.from({ length: 25 }, (_, i) => ({
      id: mint("grant"),
      title: `Grant no. ${i}`,
      deadline: `2026-03-31T${String(10 + (i % 10))}:00:00Z`,
    }));
    await given(h, "grants", grants);
    await given(
      h,
      "matches",
      grants.map(({ id }) => ({ id: mint("match"), user_id: user, grant_id: id, score: 90 })),
    );
    await liveUntil(h, "2026-03-30T09:00");
    const [mail, ...more] = mailsTo(h, user);
    expect(more).toEqual([]);
    expect(mail?.text.match(/Grant no\. \d+/g)?.length).toBeGreaterThanOrEqual(20);
    expect(mail?.subject).toContain("25");
  });

  test("a grant that is both matched and applied for is listed once, as applied for", async () => {
    const h = createDigestWorld("2026-03-20T12:00");
    const user = await givenFollower(h, "Etc/UTC", { deadline_reminder_days: [1] });
    const grant = await givenDeadline(h, user, "2026-03-31T15:00");
    await givenApplication(h, user, grant);
    await givenApplication(h, user, grant);
    await liveUntil(h, "2026-04-02T12:00");
    const [mail, ...more] = mailsTo(h, user);
    expect(more).toEqual([]);
    expect(mail?.text).toContain("You have applied");
    expect(mail?.text).not.toContain("One of your matches");
  });

  test("only matches that are good enough count", async () => {
    const h = createDigestWorld("2026-03-20T12:00");
    const user = await givenFollower(h, "Etc/UTC", { match_threshold: 80 });
    const grant = await givenGrant(h, { deadline: "2026-03-31T15:00" });
    const id = await givenMatch(h, user, grant, 79);
    await liveUntil(h, "2026-03-26T12:00");
    expect(await messagesTo(user, TYPE)).toEqual([]);
    await givenMatch(h, user, grant, 80, id);
    await liveUntil(h, "2026-04-02T12:00");
    // Of the ladder what was still to come when it became good enough.
    expect(await timesSent(user, TYPE)).toEqual(["2026-03-28T08:00", "2026-03-30T08:00"]);
  });
});

describe("what was not promised is not owed", () => {
  test("steps before the deadline was known", async () => {
    const h = createDigestWorld("2026-03-26T12:00");
    const user = await givenFollower(h);
    const grant = await givenGrant(h);
    await givenMatch(h, user, grant);
    await liveUntil(h, "2026-03-27T12:00");
    await givenGrant(h, { id: grant, deadline: "2026-03-31T15:00" });
    await liveUntil(h, "2026-04-02T12:00");
    expect(await timesSent(user, TYPE)).toEqual(["2026-03-28T08:00", "2026-03-30T08:00"]);
  });

  test("steps before the match, or the application", async () => {
    const h = createDigestWorld("2026-03-20T12:00");
    const [matching, applying] = [await givenFollower(h), await givenFollower(h)];
    const grant = await givenGrant(h, { deadline: "2026-03-31T15:00" });
    await liveUntil(h, "2026-03-26T12:00");
    await givenMatch(h, matching, grant);
    await givenApplication(h, applying, grant);
    await liveUntil(h, "2026-04-02T12:00");
    for (const user of [matching, applying])
      expect(await timesSent(user, TYPE)).toEqual(["2026-03-28T08:00", "2026-03-30T08:00"]);
  });

  test("steps that are added after their time", async () => {
    const h = createDigestWorld("2026-03-20T12:00");
    const user = await givenFollower(h, "Etc/UTC", { deadline_reminder_days: [1] });
    await givenDeadline(h, user, "2026-03-31T15:00");
    await liveUntil(h, "2026-03-26T12:00");
    await prefer(h, user, { deadline_reminder_days: [7, 3] });
    await liveUntil(h, "2026-04-02T12:00");
    expect(await timesSent(user, TYPE)).toEqual(["2026-03-28T08:00"]);
  });

  test("steps at which they were switched off; switched on again, the rest comes", async () => {
    const h = createDigestWorld("2026-03-20T12:00");
    const user = await givenFollower(h);
    await givenDeadline(h, user, "2026-03-31T15:00");
    await prefer(h, user, { deadline_notifications: false });
    await liveUntil(h, "2026-03-26T12:00");
    await prefer(h, user, { deadline_notifications: true });
    await liveUntil(h, "2026-04-02T12:00");
    expect(await timesSent(user, TYPE)).toEqual(["2026-03-28T08:00", "2026-03-30T08:00"]);
  });
});

describe("after an outage of the cron", () => {
  test("of three days the steps that were missed are one: the nearest", async () => {
    const h = createDigestWorld("2026-03-20T12:00");
    const user = await givenFollower(h, "Etc/UTC", { deadline_reminder_days: [7, 6, 5, 1] });
    await givenDeadline(h, user, "2026-03-31T15:00");
    await liveUntil(h, "2026-03-23T20:00");
    await tickAt(h, "2026-03-26T20:00");
    await tickAt(h, "2026-03-26T20:01");
    expect(await timesSent(user, TYPE)).toEqual(["2026-03-26T20:00"]);
    await liveUntil(h, "2026-04-02T12:00");
    expect(await timesSent(user, TYPE)).toEqual(["2026-03-26T20:00", "2026-03-30T08:00"]);
  });

  test("nothing is sent about a deadline that has passed meanwhile", async () => {
    const h = createDigestWorld("2026-03-20T12:00");
    const user = await givenFollower(h);
    await givenDeadline(h, user, "2026-03-31T15:00");
    await liveUntil(h, "2026-03-28T12:00");
    await tickAt(h, "2026-03-31T15:00");
    expect(await timesSent(user, TYPE)).toEqual(["2026-03-24T08:00", "2026-03-28T08:00"]);
  });

  test("a step that was missed is sent although other facts came in meanwhile", async () => {
    const h = createDigestWorld("2026-03-20T12:00");
    const user = await givenFollower(h);
    await givenDeadline(h, user, "2026-03-31T15:00", "Sun");
    await liveUntil(h, "2026-03-23T12:00");
    h.clock.set(at("2026-03-25T12:00"));
    await prefer(h, user, { match_threshold: 60 });
    await givenDeadline(h, user, "2026-06-30T15:00", "Wind");
    await tickAt(h, "2026-03-26T12:00");
    expect(await timesSent(user, TYPE)).toEqual(["2026-03-26T12:00"]);
  });

  test("a message that could not be sent before the deadline is not sent after it", async () => {
    const h = createDigestWorld("2026-03-30T06:00");
    const user = await givenFollower(h, "Etc/UTC", { deadline_reminder_days: [0] });
    await givenDeadline(h, user, "2026-03-31T08:30");
    h.clock.set(at("2026-03-31T08:00"));
    await sendDeadlineReminders(h.ctx);
    h.clock.set(at("2026-03-31T08:31"));
    await h.drain();
    expect(mailsTo(h, user)).toEqual([]);
    expect(await messagesTo(user, TYPE)).toMatchObject([{ status: "failed", error_code: "expired" }]);
  });
});

describe("a deadline that moves", () => {
  test("is reminded of by its new steps, and of the old ones no more", async () => {
    const h = createDigestWorld("2026-03-20T12:00");
    const user = await givenFollower(h);
    const grant = await givenDeadline(h, user, "2026-03-31T15:00");
    await liveUntil(h, "2026-03-25T12:00");
    await givenGrant(h, { id: grant, deadline: "2026-04-10T15:00" });
    await liveUntil(h, "2026-04-12T12:00");
    expect(await timesSent(user, TYPE)).toEqual([
      "2026-03-24T08:00",
      "2026-04-03T08:00",
      "2026-04-07T08:00",
      "2026-04-09T08:00",
    ]);
  });

  test("there and back doubles nothing", async () => {
    const h = createDigestWorld("2026-03-20T12:00");
    const user = await givenFollower(h);
    const grant = await givenDeadline(h, user, "2026-03-31T15:00");
    await liveUntil(h, "2026-03-24T12:00");
    await givenGrant(h, { id: grant, deadline: "2026-04-10T15:00" });
    await liveUntil(h, "2026-03-24T13:00");
    await givenGrant(h, { id: grant, deadline: "2026-03-31T15:00" });
    await liveUntil(h, "2026-04-12T12:00");
    expect(await timesSent(user, TYPE)).toEqual(["2026-03-24T08:00", "2026-03-28T08:00", "2026-03-30T08:00"]);
  });

  test("just before a step does not lose it, although its users are rescheduled later", async () => {
    const h = createDigestWorld("2026-03-20T12:00");
    const user = await givenFollower(h);
    const grant = await givenDeadline(h, user, "2026-06-30T15:00");
    await liveUntil(h, "2026-03-24T07:00");
    h.clock.set(at("2026-03-24T07:59"));
    await givenGrant(h, { id: grant, deadline: "2026-03-31T15:00" });
    await prefer(h, user, { match_threshold: 60 });
    await tickAt(h, "2026-03-24T08:00");
    expect(await timesSent(user, TYPE)).toEqual(["2026-03-24T08:00"]);
  });

  test.each(["grants", "matches"])("deleted %s bring no reminder", async (collection) => {
    const h = createDigestWorld("2026-03-20T12:00");
    const user = await givenFollower(h);
    const grant = await givenGrant(h, { deadline: "2026-03-31T15:00" });
    const id = await givenMatch(h, user, grant);
    await liveUntil(h, "2026-03-25T12:00");
    await remove(h, collection, collection === "grants" ? grant : id);
    await liveUntil(h, "2026-04-02T12:00");
    expect(await timesSent(user, TYPE)).toEqual(["2026-03-24T08:00"]);
    expect(await rows("SELECT * FROM user_schedules WHERE user_id = ? AND kind = 'deadlines'", user)).toEqual(
      [],
    );
  });
});

describe("another time zone", () => {
  test.each([
    ["Pacific/Kiritimati", "Pacific/Pago_Pago"],
    ["Pacific/Pago_Pago", "Pacific/Kiritimati"],
    ["Etc/UTC", "America/New_York"],
  ])("each step is sent once, whenever one moves from %s to %s", async (from, to) => {
    for (const hours of [-30, -20, -5, -1, 1, 5, 20, 30]) {
      const h = createDigestWorld("2026-03-20T12:00");
      const user = await givenFollower(h, from);
      await givenDeadline(h, user, "2026-03-31T15:00");
      const time = new Date(at("2026-03-28T08:00") + hours * 3_600_000).toISOString().slice(0, 16);
      await liveUntil(h, time);
      await move(h, user, to);
      await liveUntil(h, "2026-04-02T12:00");
      const keys = await rows<{ key: string }>(
        "SELECT o.key FROM occasions o JOIN dispatches d ON d.id = o.dispatch_id WHERE d.user_id = ? AND d.type = ?",
        user,
        TYPE,
      );
      expect(keys.map(({ key }) => key.split(":").at(-1)).toSorted(), `${hours} h`).toEqual(["1", "3", "7"]);
      expect(await messagesTo(user, TYPE), `${hours} h`).toHaveLength(3);
    }
  });

  test("a step that a move puts into the past is sent, although something new had come in just before", async () => {
    const h = createDigestWorld("2026-03-20T12:00");
    const user = await givenFollower(h, "Pacific/Pago_Pago", { deadline_reminder_days: [3] });
    await givenDeadline(h, user, "2026-03-31T11:30");
    // There the step comes on the 28th at 19:00 UTC; in Oslo it came at 07:00.
    await liveUntil(h, "2026-03-28T12:00");
    await prefer(h, user, { match_threshold: 60 });
    await move(h, user, "Europe/Oslo");
    await liveUntil(h, "2026-04-02T12:00");
    expect(await messagesTo(user, TYPE)).toHaveLength(1);
  });
});

test("two ticks at once send each user one message", async () => {
  const h = createDigestWorld("2026-03-20T12:00");
  const users = await Promise.all(Array.from({ length: 5 }, () => givenFollower(h)));
  const grant = await givenGrant(h, { deadline: "2026-03-31T15:00" });
  await given(
    h,
    "matches",
    users.map((user_id) => ({ id: mint("match"), user_id, grant_id: grant, score: 80 })),
  );
  await sendDeadlineReminders(h.ctx);
  h.clock.set(at("2026-03-24T08:00"));
  const sent = await Promise.all([1, 2, 3].map(() => sendDeadlineReminders(h.ctx)));
  expect(sent.reduce((sum, n) => sum + n, 0)).toBe(5);
  for (const user of users) expect(await messagesTo(user, TYPE)).toHaveLength(1);
});

test("preferences are read again when it is sent", async () => {
  const h = createDigestWorld("2026-03-20T12:00");
  const user = await givenFollower(h);
  await givenDeadline(h, user, "2026-03-31T15:00");
  await sendDeadlineReminders(h.ctx);
  h.clock.set(at("2026-03-24T08:00"));
  await sendDeadlineReminders(h.ctx);
  await prefer(h, user, { deadline_notifications: false });
  await h.drain();
  expect(mailsTo(h, user)).toEqual([]);
  expect(await messagesTo(user, TYPE)).toMatchObject([{ status: "cancelled", error_code: "unsubscribed" }]);
});

test("facts may come before their user, and before their grant", async () => {
  const h = createDigestWorld("2026-03-20T12:00");
  const [user, grant] = [mint("usr"), mint("grant")];
  await givenMatch(h, user, grant);
  await givenGrant(h, { id: grant, deadline: "2026-03-31T15:00" });
  await liveUntil(h, "2026-03-20T13:00");
  const body = { email: `${user}@example.com`, email_verified: true, timezone: "Etc/UTC" };
  await h.request("PUT", `/api/v1/directory/users/${user}?notify=false`, { body });
  await liveUntil(h, "2026-04-02T12:00");
  expect(await timesSent(user, TYPE)).toEqual(["2026-03-24T08:00", "2026-03-28T08:00", "2026-03-30T08:00"]);
});

test("ids that hold the separator of keys are not taken for each other", async () => {
  const h = createDigestWorld("2026-03-20T12:00");
  const base = mint("u");
  const pairs = [
    [base, `b:${base}`],
    [`${base}:b`, base],
  ] as const;
  for (const [user, grant] of pairs) {
    const body = { email: `x${user.length}@example.com`, email_verified: true };
    await h.request("PUT", `/api/v1/directory/users/${user}?notify=false`, { body });
    await givenGrant(h, { id: grant, deadline: "2026-03-31T15:00" });
    await givenMatch(h, user, grant);
  }
  await liveUntil(h, "2026-03-24T12:00");
  for (const [user] of pairs) expect(await messagesTo(user, TYPE)).toHaveLength(1);
});
