import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { removeOld } from "../../../src/log/retention.ts";
import { DAY } from "../../../src/lib/clock.ts";
import {
  createDigestWorld,
  given,
  givenApplication,
  givenGrant,
  givenMatch,
  prefer,
  remove,
  rows,
  tickAt,
} from "../../notifications/grants/world.ts";
import { type Harness, mint, SERVICE } from "../../support/harness.ts";
import { givenReader } from "../../support/mail.ts";
import { givenOrg } from "../../support/world.ts";

const path = (user: string, query = "") => `/api/v1/directory/users/${user}/withheld${query}`;

/** What operators read: `type reason count`, of every day. */
async function reasons(h: Harness, user: string): Promise<string[]> {
  const { status, body } = await h.request("GET", path(user, "?days=60"));
  expect(status).toBe(200);
  const rows: { date: string; type: string; reason: string; count: number }[] = body.withheld;
  return rows.map(({ date, type, reason, count }) => `${date} ${type} ${reason} ${count}`);
}

describe("a match of which the user is not notified", () => {
  test("since it scores too low is counted by user and day, and a repeat is not", async () => {
    const h = createDigestWorld("2026-03-26T12:00");
    const { id: user } = await givenReader(h);
    const grant = await givenGrant(h);
    const first = await givenMatch(h, user, grant, 69);
    await givenMatch(h, user, grant, 69, first);
    h.meter.failNext("after");
    await givenMatch(h, user, grant, 10);
    expect(await reasons(h, user)).toEqual(["2026-03-26 new_match below_threshold 2"]);
    h.clock.advance(DAY);
    await givenMatch(h, user, grant, 30, first);
    await givenMatch(h, user, grant, 90);
    expect(await reasons(h, user)).toEqual([
      "2026-03-27 new_match below_threshold 1",
      "2026-03-26 new_match below_threshold 2",
    ]);
  });

  test.each([{ new_match_notifications: false }, { email_notifications_enabled: false }])(
    "since its user has switched it off is counted: %o",
    async (off) => {
      const h = createDigestWorld("2026-03-26T12:00");
      const { id: user } = await givenReader(h);
      await prefer(h, user, off);
      await givenMatch(h, user, await givenGrant(h), 90);
      expect(await reasons(h, user)).toContain("2026-03-26 new_match switched_off 1");
    },
  );

  test("is counted in an import, too, in its round trip, with one row a user", async () => {
    const h = createDigestWorld("2026-03-26T12:00");
    const { id: user } = await givenReader(h);
    const grant = await givenGrant(h);
    const items = Array.from({ length: 50 }, () => ({
      id: mint("m"),
      user_id: user,
      grant_id: grant,
      score: 5,
    }));
    h.meter.reset();
    await given(h, "matches", items);
    expect(h.meter.trips).toBe(1);
    // Three a match, its indexes among them, and one for the count.
    expect(h.meter.rowsWritten).toBe(50 * 3 + 1);
    expect(await reasons(h, user)).toEqual(["2026-03-26 new_match below_threshold 50"]);
  });

  test("with notify=false leaves no trace: nobody was to be notified", async () => {
    const h = createDigestWorld();
    const { id: user } = await givenReader(h);
    await givenMatch(h, user, await givenGrant(h), 5, undefined, "?notify=false");
    expect(await reasons(h, user)).toEqual([]);
  });
});

test("a status that is not told is counted", async () => {
  const h = createDigestWorld("2026-03-26T12:00");
  const { id: user } = await givenReader(h);
  await prefer(h, user, { application_status_notifications: false });
  const grant = await givenGrant(h);
  const application = await givenApplication(h, user, grant, "submitted");
  for (const status of ["approved", "approved", "closed"])
    await givenApplication(h, user, grant, status, application);
  expect(await reasons(h, user)).toEqual(["2026-03-26 application_status switched_off 2"]);
  const nobody = mint("nobody");
  const early = await givenApplication(h, nobody, grant, "submitted");
  await givenApplication(h, nobody, grant, "approved", early);
  await tickAt(h, "2026-04-02T11:59");
  expect((await h.request("GET", path(nobody))).status).toBe(404);
  await tickAt(h, "2026-04-02T12:00");
  expect(await reasons(h, nobody)).toEqual(["2026-04-02 application_status unknown_user 1"]);
});

test("a digest that has nothing to say, and reminders that are switched off, are noted", async () => {
  const h = createDigestWorld("2026-03-26T12:00");
  const { id: empty } = await givenReader(h, { timezone: "Etc/UTC" });
  await remove(h, "matches", await givenMatch(h, empty, await givenGrant(h), 90, undefined, "?notify=false"));
  const { id: off } = await givenReader(h, { timezone: "Etc/UTC" });
  await givenMatch(
    h,
    off,
    await givenGrant(h, { deadline: "2026-04-20T12:00" }),
    90,
    undefined,
    "?notify=false",
  );
  await prefer(h, off, { weekly_digest_enabled: false, deadline_notifications: false });
  await tickAt(h, "2026-03-26T12:01");
  await tickAt(h, "2026-03-30T08:00");
  await tickAt(h, "2026-03-30T08:01");
  expect(await reasons(h, empty)).toEqual(["2026-03-30 weekly_digest nothing_to_say 1"]);
  expect(await reasons(h, off)).toEqual([
    "2026-03-26 deadline_reminder switched_off 1",
    "2026-03-26 weekly_digest switched_off 1",
  ]);
});

describe("what operators read", () => {
  test("is of the days that they ask for, 30 unless they say so", async () => {
    const h = createDigestWorld("2026-03-26T12:00");
    const { id: user } = await givenReader(h);
    await givenMatch(h, user, await givenGrant(h), 5);
    const seen = async (query: string) => (await h.request("GET", path(user, query))).body.withheld.length;
    h.clock.advance(29 * DAY);
    expect(await seen("")).toBe(1);
    expect(await seen("?days=29")).toBe(0);
    h.clock.advance(DAY);
    expect(await seen("")).toBe(0);
    expect(await seen("?days=31")).toBe(1);
    for (const days of ["0", "61", "x"])
      expect((await h.request("GET", path(user, `?days=${days}`))).status).toBe(400);
  });

  test("is found by key, in one round trip, however much was withheld from others", async () => {
    const h = createDigestWorld("2026-03-26T12:00");
    const { id: user } = await givenReader(h);
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
       INSERT INTO withheld (day, user_id, type, channel, reason, n)
       SELECT ?1 - i % 30, 'other_' || i, 'new_match', 'email', 'below_threshold', 1 FROM n`,
    )
      .bind(Math.floor(h.clock.now() / DAY))
      .run();
    h.meter.reset();
    expect((await h.request("GET", path(user), { as: SERVICE })).body).toEqual({
      user_id: user,
      withheld: [],
    });
    expect(h.meter.trips).toBe(1);
    expect(h.meter.rowsRead).toBeLessThan(100);
    h.meter.reset();
    await remove(h, "users", user);
    expect(h.meter.rowsRead).toBeLessThan(1_000);
  });

  test("cannot be listed for a user who is not known", async () => {
    const h = createDigestWorld();
    expect((await h.request("GET", path(mint("nobody")))).status).toBe(404);
  });
});

test("the counts are kept as long as the log, and go with their user", async () => {
  const h = createDigestWorld("2026-03-26T12:00");
  const { id: user } = await givenReader(h);
  const { id: other } = await givenReader(h);
  const grant = await givenGrant(h);
  for (const id of [user, other]) await givenMatch(h, id, grant, 5);
  await remove(h, "users", user);
  const left = (id: string) => rows("SELECT * FROM withheld WHERE user_id = ?", id);
  expect(await left(user)).toEqual([]);
  h.clock.advance(60 * DAY);
  await removeOld(h.ctx);
  expect(await left(other)).toHaveLength(1);
  h.clock.advance(DAY);
  await removeOld(h.ctx);
  expect(await left(other)).toEqual([]);
});

test("an org_admin reads why people of the own organizations were not notified, and of no others", async () => {
  const h = createDigestWorld("2026-03-26T12:00");
  const [ours, theirs] = [await givenOrg(h), await givenOrg(h)];
  const { id: user } = await givenReader(h, { org: ours });
  await givenMatch(h, user, await givenGrant(h), 10);
  const as = (org: string) => ({ role: "org_admin", sub: "adm", org }) as const;
  expect((await h.request("GET", path(user), { as: as(ours) })).body.withheld).toMatchObject([
    { reason: "below_threshold", count: 1 },
  ]);
  expect((await h.request("GET", path(user), { as: as(theirs) })).status).toBe(404);
});
