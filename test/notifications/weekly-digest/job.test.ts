import { describe, expect, test } from "vitest";
import { sendWeeklyDigests } from "../../../src/notifications/weekly-digest/job.ts";
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
  schedulesOf,
  tickAt,
  timesSent,
  messagesTo,
} from "../grants/world.ts";

const TYPE = "weekly_digest";

/** A user who gets the digest and nothing else. */
async function givenSubscriber(h: Harness, timezone = "Etc/UTC", more: object = {}): Promise<string> {
  const { id } = await givenReader(h, { timezone });
  await prefer(h, id, { deadline_notifications: false, new_match_notifications: false, ...more });
  return id;
}

const match = async (h: Harness, user: string, title: string): Promise<string> =>
  givenMatch(h, user, await givenGrant(h, { title }));

/** What the digests that were sent to a user list, in order. */
const contentsOf = (h: Harness, user: string): { matches: string[]; deadlines: string[] }[] =>
  mailsTo(h, user).map(({ text }) => {
    const [matches = "", deadlines = ""] = text.split("\nDeadlines ahead\n");
    const titlesIn = (part: string) =>
      [...part.matchAll(/^\* (.+?)(?: \(.*\))?$/gm)].map(([, title = ""]) => title);
    return { matches: titlesIn(matches), deadlines: titlesIn(deadlines) };
  });

describe("the digest", () => {
  test("comes on Monday at 08:00 local time with the week's matches, each in one digest", async () => {
    const h = createDigestWorld("2026-03-26T12:00");
    const user = await givenSubscriber(h, "Europe/Oslo");
    await match(h, user, "Sun");
    await liveUntil(h, "2026-03-30T12:00");
    await match(h, user, "Wind");
    await liveUntil(h, "2026-04-14T12:00");
    // On 29 March Oslo's clocks go forward.
    expect(await timesSent(user, TYPE)).toEqual(["2026-03-30T06:00", "2026-04-06T06:00"]);
    expect(contentsOf(h, user).map(({ matches }) => matches)).toEqual([["Sun"], ["Wind"]]);
    expect(mailsTo(h, user)).toHaveLength(2);
  });

  test("lists the deadlines of the next thirty days, of grants that the user matches or has applied for", async () => {
    const h = createDigestWorld("2026-03-26T12:00");
    const user = await givenSubscriber(h);
    const near = await givenGrant(h, { title: "Near", deadline: "2026-04-02T12:00" });
    const far = await givenGrant(h, { title: "Far", deadline: "2026-05-10T12:00" });
    await givenApplication(h, user, near);
    await givenApplication(h, user, far);
    await liveUntil(h, "2026-03-30T12:00");
    expect(contentsOf(h, user)).toEqual([{ matches: [], deadlines: ["Near"] }]);
    expect(mailsTo(h, user)[0]?.text).toContain("Near");
  });

  test("lists nobody else's deadlines, though both are sent in one round", async () => {
    const h = createDigestWorld("2026-03-26T12:00");
    const [kari, ola] = [await givenSubscriber(h), await givenSubscriber(h)];
    await givenApplication(h, kari, await givenGrant(h, { title: "Sun", deadline: "2026-04-02T12:00" }));
    await givenApplication(h, ola, await givenGrant(h, { title: "Wind", deadline: "2026-04-03T12:00" }));
    await liveUntil(h, "2026-03-30T12:00");
    expect(contentsOf(h, kari)).toEqual([{ matches: [], deadlines: ["Sun"] }]);
    expect(contentsOf(h, ola)).toEqual([{ matches: [], deadlines: ["Wind"] }]);
  });

  test("does not come when there is nothing to say", async () => {
    const h = createDigestWorld("2026-03-26T12:00");
    const user = await givenSubscriber(h);
    await givenMatch(h, user, await givenGrant(h), 20);
    await remove(h, "matches", await match(h, user, "Gone"));
    await liveUntil(h, "2026-04-08T12:00");
    expect(await messagesTo(user, TYPE)).toEqual([]);
    expect(await schedulesOf(user)).toMatchObject({ digest: "2026-04-13T08:00 2026-W16" });
  });

  test("is read only where there may be something to say", async () => {
    const h = createDigestWorld("2026-03-26T12:00");
    const { id: idle } = await givenReader(h);
    const { id: matching } = await givenReader(h);
    const { id: applying } = await givenReader(h);
    await match(h, matching, "Sun");
    await givenApplication(h, applying, await givenGrant(h));
    expect(await schedulesOf(idle)).toEqual({});
    for (const user of [matching, applying]) expect(await schedulesOf(user)).toHaveProperty("digest");
  });

  test("lists twenty of a kind, the best, and counts the others", async () => {
    const h = createDigestWorld("2026-03-26T12:00");
    const user = await givenSubscriber(h);
    const grants = Array.from({ length: 30 }, (_, i) => ({ id: mint("grant"), title: `Grant no. ${i}` }));
    await given(h, "grants", grants);
    await given(
      h,
      "matches",
      grants.map(({ id }, i) => ({ id: mint("match"), user_id: user, grant_id: id, score: 70 + i })),
    );
    await liveUntil(h, "2026-03-30T09:00");
    const [content] = contentsOf(h, user);
    expect(content?.matches).toHaveLength(20);
    expect(content?.matches).toContain("Grant no. 29");
    expect(content?.matches).not.toContain("Grant no. 9");
    expect(mailsTo(h, user)[0]?.subject).toContain("30 new matches");
  });
});

describe("the day", () => {
  test.each([
    ["a later day: then", 3, 5, "2026-04-03T08:00"],
    ["an earlier day that has gone by: at once", 3, 1, "2026-03-31T13:00"],
    ["Sunday, which ends the week", 3, 0, "2026-04-05T08:00"],
  ])("moved on Tuesday to %s", async (_, before, after, expected) => {
    const h = createDigestWorld("2026-03-29T12:00");
    const user = await givenSubscriber(h, "Etc/UTC", { weekly_digest_day: before });
    await match(h, user, "Sun");
    await liveUntil(h, "2026-03-31T13:00");
    await prefer(h, user, { weekly_digest_day: after });
    await liveUntil(h, "2026-04-05T12:00");
    expect(await timesSent(user, TYPE)).toEqual([expected]);
  });

  test("moved to a later one after the week was sent: not sent again, and no match is skipped", async () => {
    const h = createDigestWorld("2026-03-26T12:00");
    const user = await givenSubscriber(h, "Etc/UTC", { weekly_digest_day: 1 });
    await match(h, user, "Sun");
    await liveUntil(h, "2026-03-31T12:00");
    await prefer(h, user, { weekly_digest_day: 5 });
    await match(h, user, "Wind");
    await liveUntil(h, "2026-04-12T12:00");
    expect(await timesSent(user, TYPE)).toEqual(["2026-03-30T08:00", "2026-04-10T08:00"]);
    expect(contentsOf(h, user).map(({ matches }) => matches)).toEqual([["Sun"], ["Wind"]]);
  });

  test("is none for a user who has opted out, until opting in again", async () => {
    const h = createDigestWorld("2026-03-26T12:00");
    const user = await givenSubscriber(h, "Etc/UTC", { weekly_digest_enabled: false });
    await match(h, user, "Sun");
    await liveUntil(h, "2026-03-31T12:00");
    expect(await schedulesOf(user)).not.toHaveProperty("digest");
    await prefer(h, user, { weekly_digest_enabled: true });
    await liveUntil(h, "2026-04-07T12:00");
    await match(h, user, "Wind");
    await liveUntil(h, "2026-04-14T12:00");
    expect(contentsOf(h, user).map(({ matches }) => matches)).toEqual([["Wind"]]);
  });

  test("comes all the same where an organization above has locked it on", async () => {
    const h = createDigestWorld("2026-03-26T12:00");
    const [above, org] = [mint("org"), mint("org")];
    for (const [id, parent_id] of [
      [above, null],
      [org, above],
    ])
      await h.request("PUT", `/api/v1/directory/orgs/${id}`, { body: { name: "Org", parent_id } });
    const user = await givenSubscriber(h, "Etc/UTC", { weekly_digest_enabled: false });
    await h.request("PUT", `/api/v1/directory/users/${user}`, {
      body: { org_id: org, email: `${user}@example.com`, email_verified: true, timezone: "Etc/UTC" },
    });
    await h.request("PATCH", `/api/v1/orgs/${above}/preferences`, {
      body: { categories: { digest: { email: { enabled: true, locked: true } } } },
    });
    await match(h, user, "Sun");
    await liveUntil(h, "2026-03-31T12:00");
    expect(contentsOf(h, user).map(({ matches }) => matches)).toEqual([["Sun"]]);
  });
});

describe("another time zone", () => {
  test.each([
    ["Pacific/Kiritimati", "Pacific/Pago_Pago"],
    ["Pacific/Pago_Pago", "Pacific/Kiritimati"],
  ])("moved from %s to %s: each week once, each match in one digest", async (from, to) => {
    for (const hours of [-26, -13, -1, 1, 13, 26]) {
      const h = createDigestWorld("2026-03-26T12:00");
      const user = await givenSubscriber(h, from);
      await match(h, user, "Sun");
      await liveUntil(h, new Date(at("2026-03-30T08:00") + hours * 3_600_000).toISOString().slice(0, 16));
      await match(h, user, "Wind");
      await move(h, user, to);
      await liveUntil(h, "2026-04-08T12:00");
      const contents = contentsOf(h, user);
      expect(contents.flatMap(({ matches }) => matches).toSorted(), `${hours} h`).toEqual(["Sun", "Wind"]);
      const keys = await rows<{ key: string }>(
        "SELECT key FROM occasions WHERE key LIKE ?",
        `digest:${user}:%`,
      );
      expect(new Set(keys.map(({ key }) => key)).size).toBe(contents.length);
    }
  });
});

describe("after an outage of the cron", () => {
  test("of three days the week that was missed is sent once", async () => {
    const h = createDigestWorld("2026-03-26T12:00");
    const user = await givenSubscriber(h);
    await match(h, user, "Sun");
    await liveUntil(h, "2026-03-29T20:00");
    await tickAt(h, "2026-04-01T20:00");
    await tickAt(h, "2026-04-01T20:01");
    expect(await timesSent(user, TYPE)).toEqual(["2026-04-01T20:00"]);
    await liveUntil(h, "2026-04-08T12:00");
    expect(await timesSent(user, TYPE)).toEqual(["2026-04-01T20:00"]);
  });

  test("of three weeks one digest covers them all", async () => {
    const h = createDigestWorld("2026-03-26T12:00");
    const user = await givenSubscriber(h);
    for (const [title, time] of [
      ["Sun", "2026-03-27T12:00"],
      ["Wind", "2026-04-02T12:00"],
      ["Water", "2026-04-09T12:00"],
    ] as const) {
      h.clock.set(at(time));
      await match(h, user, title);
    }
    await tickAt(h, "2026-04-15T12:00");
    expect(contentsOf(h, user).map(({ matches }) => matches.toSorted())).toEqual([["Sun", "Water", "Wind"]]);
    await liveUntil(h, "2026-04-22T12:00");
    expect(await messagesTo(user, TYPE)).toHaveLength(1);
  });
});

test("two ticks at once send each user one message", async () => {
  const h = createDigestWorld("2026-03-26T12:00");
  const users = await Promise.all(Array.from({ length: 5 }, () => givenSubscriber(h)));
  for (const user of users) await match(h, user, "Sun");
  await sendWeeklyDigests(h.ctx);
  h.clock.set(at("2026-03-30T08:00"));
  const sent = await Promise.all([1, 2, 3].map(() => sendWeeklyDigests(h.ctx)));
  expect(sent.reduce((sum, n) => sum + n, 0)).toBe(5);
  for (const user of users) expect(await messagesTo(user, TYPE)).toHaveLength(1);
});

test("preferences are read again when it is sent", async () => {
  const h = createDigestWorld("2026-03-26T12:00");
  const user = await givenSubscriber(h);
  await match(h, user, "Sun");
  await sendWeeklyDigests(h.ctx);
  h.clock.set(at("2026-03-30T08:00"));
  await sendWeeklyDigests(h.ctx);
  await prefer(h, user, { weekly_digest_enabled: false });
  await h.drain();
  expect(mailsTo(h, user)).toEqual([]);
  expect(await messagesTo(user, TYPE)).toMatchObject([{ status: "cancelled", error_code: "unsubscribed" }]);
});
