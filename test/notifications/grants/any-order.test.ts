import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { type Harness, mint } from "../../support/harness.ts";
import {
  at,
  createDigestWorld,
  given,
  givenGrant,
  givenMatch,
  mailsTo,
  prefer,
  remove,
  rows,
  tickAt,
  messagesTo,
} from "./world.ts";

const DIRECTORY = "/api/v1/directory";
const MINUTE = 60_000;
const DAY = 86_400_000;

const put = async (h: Harness, path: string, body: object): Promise<void> => {
  const { status, body: answer } = await h.request("PUT", `${DIRECTORY}/${path}`, { body });
  if (status !== 200 && status !== 201) throw new Error(JSON.stringify(answer));
};

const userFacts = (id: string, more: object = {}) => ({
  name: "Ada",
  email: `${id}@example.com`,
  email_verified: true,
  ...more,
});

const givenUser = (h: Harness, id: string, more: object = {}) =>
  put(h, `users/${id}?notify=false`, userFacts(id, more));

// Jobs read all users who are due, so each test begins without any.
beforeEach(async () => {
  const tables = [
    "users",
    "user_schedules",
    "matches",
    "grants",
    "applications",
    "peer_mentors",
    "occasions",
    "dispatches",
    "certifications",
  ];
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
});

describe("facts in every order", () => {
  const FACTS = [
    "org",
    "user",
    "certification",
    "grant",
    "match",
    "application",
    "application",
    "mentor",
    "mentor",
    "coordinator",
    "activities",
  ] as const;
  type Fact = (typeof FACTS)[number];

  /** What everybody has been sent two weeks after the facts came in this order, `gap` apart. */
  async function messagesAfter(order: readonly Fact[], gap: number): Promise<string[]> {
    const h = createDigestWorld("2026-03-26T09:00");
    const [id, boss] = [mint("usr"), mint("boss")];
    let [applied, mentored] = [0, 0];
    const tell: Record<Fact, () => Promise<void>> = {
      org: () => put(h, `orgs/o_${id}`, { name: "Oslo" }),
      user: () => put(h, `users/${id}`, userFacts(id, { org_id: `o_${id}` })),
      certification: () =>
        put(h, `certifications/c_${id}`, {
          user_id: id,
          name: "First aid",
          expires_at: "2026-04-10T12:00:00Z",
        }),
      grant: () => put(h, `grants/g_${id}`, { title: "Sun", deadline: "2026-04-05T12:00:00Z" }),
      match: () => put(h, `matches/m_${id}`, { user_id: id, grant_id: `g_${id}`, score: 90 }),
      // The first is where it stands, the second is a change.
      application: () =>
        put(h, `applications/a_${id}`, {
          user_id: id,
          grant_id: `g_${id}`,
          status: applied++ === 0 ? "sent" : "reviewed",
        }),
      mentor: () =>
        put(h, `peer-mentors/p_${id}`, {
          full_name: "Kari",
          coordinator_id: boss,
          current_status: mentored++ === 0 ? "active" : "paused",
        }),
      coordinator: () => put(h, `users/${boss}`, userFacts(boss)),
      activities: () =>
        put(h, `activities/t_${id}`, {
          user_id: id,
          status: "completed",
          hours: 2,
          occurred_at: "2026-03-20T12:00:00Z",
        }),
    };
    const live = async (until: number) => {
      h.clock.set(until);
      await h.drain();
      await h.tick();
      await h.drain();
    };
    for (const fact of order) {
      await tell[fact]();
      await live(h.clock.now() + gap);
    }
    // Once all is known: what happens from then on, and the window that is subscribed to.
    await live(at("2026-03-26T12:00"));
    const body = { user_id: id, time_window: "monthly" };
    expect((await h.request("POST", "/api/v1/stats-notifications", { body })).status).toBe(201);
    await put(h, `applications/a_${id}`, { user_id: id, grant_id: `g_${id}`, status: "approved" });
    await put(h, `peer-mentors/p_${id}`, {
      full_name: "Kari",
      coordinator_id: boss,
      current_status: "active",
    });
    await live(at("2026-03-26T12:03"));
    // Days at which something is due: deadlines, a month's end, Mondays, steps of a certificate.
    for (const day of ["03-29", "03-30", "04-01", "04-02", "04-03", "04-04", "04-06", "04-09"])
      await live(at(`2026-${day}T08:00`));
    return [...mailsTo(h, id), ...mailsTo(h, boss)].map(({ subject }) => subject).toSorted();
  }

  test("give the same messages", { timeout: 300_000 }, async () => {
    const expected = await messagesAfter(FACTS, MINUTE);
    expect(expected).toHaveLength(15);
    const order = fc.shuffledSubarray([...FACTS], { minLength: FACTS.length });
    await fc.assert(
      fc.asyncProperty(order, fc.constantFrom(1, MINUTE, 10 * MINUTE), async (facts, gap) => {
        expect(await messagesAfter(facts, gap)).toEqual(expected);
      }),
      { numRuns: 8, examples: [[FACTS.toReversed(), MINUTE]] },
    );
  });
});

describe("someone who comes after a step has passed", () => {
  const arrivals = [
    ["by a PUT", (h: Harness, id: string) => givenUser(h, id)],
    ["in an import", (h: Harness, id: string) => given(h, "users", [{ id, ...userFacts(id) }])],
    [
      "by their own token",
      async (h: Harness, sub: string) => {
        const claims = { email_verified: true };
        const as = { role: "user" as const, sub, email: `${sub}@example.com`, claims };
        expect((await h.request("GET", "/api/v1/notifications/preferences", { as })).status).toBe(200);
      },
    ],
  ] as const;

  test.each(arrivals)("%s is reminded of a certificate at once, and once", async (_, arrive) => {
    const h = createDigestWorld("2026-03-01T12:00");
    const id = mint("late");
    await put(h, `certifications/c_${id}`, {
      user_id: id,
      name: "First aid",
      expires_at: "2026-04-10T12:00:00Z",
    });
    for (const time of ["2026-03-01T12:01", "2026-03-11T08:00", "2026-03-12T08:00"]) await tickAt(h, time);
    h.clock.set(at("2026-03-12T09:00"));
    await arrive(h, id);
    for (const time of ["2026-03-12T09:01", "2026-03-12T09:02", "2026-03-13T08:00"]) await tickAt(h, time);
    expect(await messagesTo(id, "certification_reminder")).toMatchObject([{ status: "sent" }]);
  });

  test.each(arrivals)("%s even after the last step", async (_, arrive) => {
    const h = createDigestWorld("2026-03-01T12:00");
    const id = mint("late");
    await put(h, `certifications/c_${id}`, {
      user_id: id,
      name: "First aid",
      expires_at: "2026-04-10T12:00:00Z",
    });
    for (const time of ["2026-03-11T08:00", "2026-03-27T08:00", "2026-04-03T08:00", "2026-04-09T08:00"])
      await tickAt(h, time);
    expect(await rows("SELECT * FROM user_schedules WHERE user_id = ?", id)).toEqual([]);
    h.clock.set(at("2026-04-09T20:00"));
    await arrive(h, id);
    await tickAt(h, "2026-04-09T20:01");
    expect(await messagesTo(id, "certification_reminder")).toMatchObject([{ status: "sent" }]);
  });

  test.each(arrivals)(
    "%s is reminded of a deadline at once, and notified of the match",
    async (_, arrive) => {
      const h = createDigestWorld("2026-03-20T12:00");
      const id = mint("late");
      const grant = await givenGrant(h, { title: "Sun", deadline: "2026-04-06T12:00" });
      await givenMatch(h, id, grant);
      for (const time of ["2026-03-20T12:01", "2026-03-25T08:00"]) await tickAt(h, time);
      await givenMatch(h, id, await givenGrant(h, { title: "Wind", deadline: "2026-04-01T12:00" }));
      h.clock.set(at("2026-03-26T09:00"));
      await arrive(h, id);
      for (const time of ["2026-03-26T09:01", "2026-03-26T09:04"]) await tickAt(h, time);
      // The seven-day step of the second was before its match was known.
      expect(await messagesTo(id, "deadline_reminder")).toEqual([]);
      expect(mailsTo(h, id).map(({ subject }) => subject)).toEqual([expect.stringMatching(/2 New Grant/i)]);
      await tickAt(h, "2026-03-29T08:00");
      expect((await messagesTo(id, "deadline_reminder")).length).toBe(1);
    },
  );

  test("a step that passed after the match, and before its user, is sent", async () => {
    const h = createDigestWorld("2026-03-20T12:00");
    const id = mint("late");
    await givenMatch(h, id, await givenGrant(h, { title: "Sun", deadline: "2026-04-01T12:00" }));
    for (const time of ["2026-03-20T12:01", "2026-03-25T08:00"]) await tickAt(h, time);
    h.clock.set(at("2026-03-26T09:00"));
    await givenUser(h, id);
    await tickAt(h, "2026-03-26T09:01");
    expect(await messagesTo(id, "deadline_reminder")).toMatchObject([{ status: "sent" }]);
  });
});

describe("a match that comes before its grant", () => {
  async function early(h: Harness, preferences: object = {}, query = "") {
    const [user, grant, match] = [mint("usr"), mint("grant"), mint("match")];
    await givenUser(h, user);
    await prefer(h, user, { weekly_digest_enabled: false, deadline_notifications: false, ...preferences });
    await givenMatch(h, user, grant, 90, match, query);
    h.clock.advance(2 * MINUTE);
    await h.drain();
    await h.tick();
    expect(await messagesTo(user, "new_match")).toEqual([]);
    return { user, grant, match };
  }

  const nothingWaits = async (user: string) => {
    expect(await rows("SELECT * FROM user_schedules WHERE user_id = ? AND kind = 'matches'", user)).toEqual(
      [],
    );
    expect(
      await rows("SELECT * FROM occasions WHERE dispatch_id LIKE 'a%' OR dispatch_id LIKE 'w%'"),
    ).toEqual([]);
  };

  test("is sent once it has come, and once", async () => {
    const h = createDigestWorld();
    const { user, grant, match } = await early(h);
    await givenGrant(h, { id: grant, title: "Sun" });
    await givenMatch(h, user, grant, 90, match);
    for (let minute = 0; minute < 3; minute++) await tickAt(h, h.clock.now() + MINUTE);
    expect(mailsTo(h, user).map(({ text }) => text.includes("Sun"))).toEqual([true]);
    expect(await messagesTo(user, "new_match")).toMatchObject([
      { status: "sent", match_id: match, grant_id: grant },
    ]);
    await nothingWaits(user);
  });

  test.each([
    ["daily", "2026-03-27T08:00"],
    ["weekly", "2026-03-30T08:00"],
  ])("is sent in the %s message", async (notification_frequency, time) => {
    const h = createDigestWorld();
    const { user, grant } = await early(h, { notification_frequency });
    await givenGrant(h, { id: grant, title: "Sun" });
    await tickAt(h, h.clock.now() + MINUTE);
    expect(mailsTo(h, user)).toEqual([]);
    await tickAt(h, time);
    expect(mailsTo(h, user)).toHaveLength(1);
    await nothingWaits(user);
  });

  test("waits for seven days, then is given up, and that is counted", async () => {
    const h = createDigestWorld();
    const { user, grant } = await early(h);
    h.clock.advance(7 * DAY - 3 * MINUTE);
    await h.tick();
    expect(await rows("SELECT * FROM occasions WHERE dispatch_id LIKE 'awaiting:%'")).toHaveLength(1);
    await tickAt(h, h.clock.now() + 2 * MINUTE);
    await nothingWaits(user);
    const { body } = await h.request("GET", `${DIRECTORY}/users/${user}/withheld`);
    const { withheld }: { withheld: { type: string }[] } = body;
    expect(withheld.filter(({ type }) => type === "new_match")).toEqual([
      { date: "2026-04-02", type: "new_match", channel: "email", reason: "unknown_grant", count: 1 },
    ]);
    await givenGrant(h, { id: grant });
    await tickAt(h, h.clock.now() + MINUTE);
    expect(await messagesTo(user, "new_match")).toEqual([]);
  });

  test("is still sent when its user comes after both, and not with notify=false", async () => {
    const h = createDigestWorld();
    const [user, grant] = [mint("usr"), mint("grant")];
    await givenMatch(h, user, grant);
    const { user: quiet, grant: other } = await early(h, {}, "?notify=false");
    for (const id of [grant, other]) await givenGrant(h, { id });
    await tickAt(h, h.clock.now() + MINUTE);
    await givenUser(h, user);
    await tickAt(h, h.clock.now() + MINUTE);
    expect(mailsTo(h, user)).toHaveLength(1);
    expect(mailsTo(h, quiet)).toEqual([]);
  });

  test("is not sent when it is deleted, or fits no more, before the grant comes", async () => {
    const h = createDigestWorld();
    const [gone, worse] = [await early(h), await early(h)];
    await remove(h, "matches", gone.match);
    await givenMatch(h, worse.user, worse.grant, 20, worse.match);
    for (const { grant } of [gone, worse]) await givenGrant(h, { id: grant });
    await tickAt(h, h.clock.now() + MINUTE);
    expect([...mailsTo(h, gone.user), ...mailsTo(h, worse.user)]).toEqual([]);
  });

  test("is sent once although D1 committed and its answer was lost, at each step", async () => {
    const h = createDigestWorld();
    const [user, grant] = [mint("usr"), mint("grant")];
    await givenUser(h, user);
    h.meter.failNext("after");
    await givenMatch(h, user, grant);
    h.meter.failNext("after");
    await givenGrant(h, { id: grant });
    for (let write = 0; write < 12; write++) h.meter.failNext("after");
    await tickAt(h, h.clock.now() + MINUTE);
    await tickAt(h, h.clock.now() + MINUTE);
    expect(await messagesTo(user, "new_match")).toHaveLength(1);
  });

  test("leaves nothing behind when its user is erased", async () => {
    const h = createDigestWorld();
    const { user } = await early(h);
    await remove(h, "users", user);
    await nothingWaits(user);
  });

  test("a thousand of them are sent in one tick, each once", async () => {
    const h = createDigestWorld();
    const grant = mint("grant");
    const users = Array.from({ length: 1_000 }, () => mint("usr"));
    await given(
      h,
      "users",
      users.map((id) => ({ id, ...userFacts(id) })),
    );
    await given(
      h,
      "matches",
      users.map((user_id) => ({ id: mint("m"), user_id, grant_id: grant, score: 90 })),
    );
    await givenGrant(h, { id: grant });
    h.meter.reset();
    await h.tick();
    expect(h.meter.trips).toBeLessThan(40);
    const [sent] = await rows(
      "SELECT count(*) AS n, count(DISTINCT user_id) AS users FROM dispatches WHERE type = 'new_match'",
    );
    expect(sent).toEqual({ n: 1_000, users: 1_000 });
  });
});

test("a match whose grant comes in another week is in that week's digest, and in no other", async () => {
  const h = createDigestWorld("2026-03-26T12:00");
  const [user, grant] = [mint("usr"), mint("grant")];
  await givenUser(h, user);
  await prefer(h, user, { new_match_notifications: false, deadline_notifications: false });
  await givenMatch(h, user, grant);
  await tickAt(h, "2026-03-26T12:01");
  await tickAt(h, "2026-03-30T08:00");
  h.clock.advance(MINUTE);
  await givenGrant(h, { id: grant, title: "Sun" });
  for (const time of ["2026-04-06T08:00", "2026-04-13T08:00"]) await tickAt(h, time);
  expect(mailsTo(h, user).map(({ text }) => text.includes("Sun"))).toEqual([true]);
});

test("a match whose user comes in another week is in that week's digest, and in no other", async () => {
  const h = createDigestWorld("2026-03-26T12:00");
  const user = mint("usr");
  await givenMatch(h, user, await givenGrant(h, { title: "Sun" }));
  for (const time of ["2026-03-26T12:01", "2026-03-30T08:00", "2026-03-31T12:00"]) await tickAt(h, time);
  await givenUser(h, user);
  await prefer(h, user, { new_match_notifications: false, deadline_notifications: false });
  for (const time of ["2026-03-31T12:01", "2026-04-06T08:00", "2026-04-13T08:00"]) await tickAt(h, time);
  expect(mailsTo(h, user).map(({ text }) => text.includes("Sun"))).toEqual([true]);
  expect(await messagesTo(user, "weekly_digest")).toMatchObject([{ status: "sent" }]);
});

test("a welcome names an organization that came after its user", async () => {
  const h = createDigestWorld();
  const [user, org] = [mint("usr"), mint("org")];
  await put(h, `users/${user}`, userFacts(user, { org_id: org }));
  await put(h, `orgs/${org}`, { name: "Oslo branch" });
  await h.drain();
  expect(mailsTo(h, user)[0]?.text).toContain("Oslo branch");
});
