import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { Harness } from "../../support/harness.ts";
import { givenReader } from "../../support/mail.ts";
import {
  at,
  createDigestWorld,
  givenApplication,
  givenGrant,
  givenMatch,
  mailsTo,
  prefer,
  remove,
  rows,
  tickAt,
  messagesTo,
} from "./world.ts";

// Minutes, days or an outage lie between a fact and its message: what does not hold any more is not sent.

const DIRECTORY = "/api/v1/directory";
const MINUTE = 60_000;

const nothingOf = async (user: string, type: string) =>
  expect(await messagesTo(user, type)).toMatchObject([
    { status: "cancelled", error_code: "nothing_to_say", attempts: 0 },
  ]);

const put = async (h: Harness, path: string, body: object): Promise<void> => {
  const { status } = await h.request("PUT", `${DIRECTORY}/${path}`, { body });
  expect([200, 201]).toContain(status);
};

describe("a grant that closes between match and mail", () => {
  /** Two matches on Thursday at 12:00: of a grant that closes at 12:01, and of one that stays open. */
  async function twoMatches(h: Harness, preferences: object): Promise<{ user: string; open: string }> {
    const { id: user } = await givenReader(h, { timezone: "Etc/UTC" });
    await prefer(h, user, { deadline_notifications: false, ...preferences });
    await givenMatch(h, user, await givenGrant(h, { title: "Closed", deadline: "2026-03-26T12:01" }));
    const open = await givenGrant(h, { title: "Open", deadline: "2026-09-26T12:01" });
    await givenMatch(h, user, open);
    return { user, open };
  }

  const OCCASIONS = [
    ["at once", "new_match", { weekly_digest_enabled: false }, "2026-03-26T12:02"],
    [
      "the day's message",
      "new_match",
      { notification_frequency: "daily", weekly_digest_enabled: false },
      "2026-03-27T08:00",
    ],
    [
      "the week's message",
      "new_match",
      { notification_frequency: "weekly", weekly_digest_enabled: false },
      "2026-03-30T08:00",
    ],
    ["the digest", "weekly_digest", { new_match_notifications: false }, "2026-03-30T08:00"],
  ] as const;

  test.each(OCCASIONS)("is not announced as new: %s", async (_, type, preferences, time) => {
    const h = createDigestWorld("2026-03-26T12:00");
    const { user } = await twoMatches(h, preferences);
    await tickAt(h, time);
    const [mail, ...more] = mailsTo(h, user);
    expect(more).toEqual([]);
    expect(mail?.text).toContain("Open");
    expect(mail?.text).not.toContain("Closed");
    expect(await messagesTo(user, type)).toMatchObject([{ status: "sent" }]);
  });

  test.each(OCCASIONS)(
    "and when nothing else is left, there is no mail: %s",
    async (_, type, preferences, time) => {
      const h = createDigestWorld("2026-03-26T12:00");
      const { user, open } = await twoMatches(h, preferences);
      await remove(h, "grants", open);
      await tickAt(h, time);
      expect(mailsTo(h, user)).toEqual([]);
      if (type === "new_match") await nothingOf(user, type);
      else expect(await messagesTo(user, type)).toEqual([]);
    },
  );
});

/** Runs the jobs at `time` without delivering, so that what is queued can become untrue. */
async function queuedAt(h: Harness, time: string): Promise<void> {
  h.clock.set(at(time));
  await h.tick();
}

describe("a digest that waits to be sent", () => {
  async function queued(h: Harness): Promise<{ user: string; grant: string; match: string }> {
    const { id: user } = await givenReader(h, { timezone: "Etc/UTC" });
    await prefer(h, user, { deadline_notifications: false, new_match_notifications: false });
    const grant = await givenGrant(h, { title: "Sun", deadline: "2026-04-20T12:00" });
    const match = await givenMatch(h, user, grant, 80);
    await queuedAt(h, "2026-03-30T08:00");
    expect(await messagesTo(user, "weekly_digest")).toMatchObject([{ status: "queued" }]);
    return { user, grant, match };
  }

  test.each<[string, (h: Harness, world: { user: string; grant: string; match: string }) => Promise<void>]>([
    ["whose grant is deleted", (h, { grant }) => remove(h, "grants", grant)],
    [
      "whose grant closes",
      (h, { grant }) => givenGrant(h, { id: grant, deadline: "2026-03-30T08:00" }).then(),
    ],
    ["whose match is deleted", (h, { match }) => remove(h, "matches", match)],
    ["whose match fits no more", (h, { user, grant, match }) => givenMatch(h, user, grant, 10, match).then()],
    ["whose user asks for more", (h, { user }) => prefer(h, user, { match_threshold: 81 })],
  ])("%s is not sent", async (_, change) => {
    const h = createDigestWorld("2026-03-26T12:00");
    const world = await queued(h);
    await change(h, world);
    h.clock.advance(1_000);
    await h.drain();
    expect(mailsTo(h, world.user)).toEqual([]);
    await nothingOf(world.user, "weekly_digest");
  });

  test("says what is true by then", async () => {
    const h = createDigestWorld("2026-03-26T12:00");
    const { user, grant } = await queued(h);
    await givenGrant(h, { id: grant, title: "Moon", deadline: "2026-04-21T12:00" });
    await h.drain();
    expect(mailsTo(h, user)[0]?.text).toMatch(/Moon[^]*April 21/);
  });
});

describe("a deadline reminder that waits to be sent", () => {
  async function queued(h: Harness): Promise<{ user: string; grant: string; application: string }> {
    const { id: user } = await givenReader(h, { timezone: "Etc/UTC" });
    await prefer(h, user, { weekly_digest_enabled: false });
    const grant = await givenGrant(h, { title: "Sun", deadline: "2026-04-06T12:00" });
    const application = await givenApplication(h, user, grant);
    await queuedAt(h, "2026-03-30T08:00");
    expect(await messagesTo(user, "deadline_reminder")).toMatchObject([{ status: "queued" }]);
    return { user, grant, application };
  }

  test.each<[string, (h: Harness, world: Awaited<ReturnType<typeof queued>>) => Promise<unknown>]>([
    ["whose grant is deleted", (h, { grant }) => remove(h, "grants", grant)],
    ["whose deadline is moved", (h, { grant }) => givenGrant(h, { id: grant, deadline: "2026-08-06T12:00" })],
    ["whose application is deleted", (h, { application }) => remove(h, "applications", application)],
    [
      "whose application is withdrawn",
      (h, { user, grant, application }) =>
        givenApplication(h, user, grant, "withdrawn", application, "?notify=false"),
    ],
    ["whose deadline passes", async (h) => h.clock.set(at("2026-04-06T12:00"))],
  ])("%s is not sent", async (_, change) => {
    const h = createDigestWorld("2026-03-26T12:00");
    const world = await queued(h);
    await change(h, world);
    await h.drain();
    expect(mailsTo(h, world.user)).toEqual([]);
    expect(await messagesTo(world.user, "deadline_reminder")).toMatchObject([{ attempts: 0 }]);
    expect((await messagesTo(world.user, "deadline_reminder"))[0]?.status).toMatch(/cancelled|failed/);
  });

  test("of a match that fits no more is not sent", async () => {
    const h = createDigestWorld("2026-03-26T12:00");
    const { id: user } = await givenReader(h, { timezone: "Etc/UTC" });
    await prefer(h, user, { weekly_digest_enabled: false, new_match_notifications: false });
    const grant = await givenGrant(h, { title: "Sun", deadline: "2026-04-06T12:00" });
    const match = await givenMatch(h, user, grant, 80);
    await queuedAt(h, "2026-03-30T08:00");
    expect(await messagesTo(user, "deadline_reminder")).toMatchObject([{ status: "queued" }]);
    await givenMatch(h, user, grant, 10, match);
    await h.drain();
    expect(mailsTo(h, user)).toEqual([]);
    await nothingOf(user, "deadline_reminder");
  });

  test.each<
    [
      string,
      (h: Harness, user: string, grant: string) => Promise<string>,
      (h: Harness, user: string, grant: string, id: string) => Promise<string>,
    ]
  >([
    [
      "has withdrawn",
      givenApplication,
      (h, user, grant, id) => givenApplication(h, user, grant, "withdrawn", id, "?notify=false"),
    ],
    ["does not match any more", givenMatch, (h, user, grant, id) => givenMatch(h, user, grant, 10, id)],
  ])(
    "is not sent to the one of a grant's two users who %s, and to the other it is",
    async (_, follow, leave) => {
      const h = createDigestWorld("2026-03-26T12:00");
      const grant = await givenGrant(h, { title: "Sun", deadline: "2026-04-06T12:00" });
      const followers = [];
      for (let i = 0; i < 2; i++) {
        const { id: user } = await givenReader(h, { timezone: "Etc/UTC" });
        await prefer(h, user, { weekly_digest_enabled: false, new_match_notifications: false });
        followers.push({ user, id: await follow(h, user, grant) });
      }
      await queuedAt(h, "2026-03-30T08:00");
      const [gone, stays] = followers;
      if (gone === undefined || stays === undefined) throw new Error("Two follow the grant");
      await leave(h, gone.user, grant, gone.id);
      await h.drain();
      await nothingOf(gone.user, "deadline_reminder");
      expect(mailsTo(h, gone.user)).toEqual([]);
      expect(mailsTo(h, stays.user)).toHaveLength(1);
    },
  );

  test("leaves out a deadline that has passed, and names the later one", async () => {
    const h = createDigestWorld("2026-03-26T12:00");
    const { id: user } = await givenReader(h, { timezone: "Etc/UTC" });
    await prefer(h, user, { weekly_digest_enabled: false });
    for (const [title, deadline] of [
      ["Sun", "2026-04-06T09:00"],
      ["Wind", "2026-04-06T18:00"],
    ] as const)
      await givenApplication(h, user, await givenGrant(h, { title, deadline }));
    await queuedAt(h, "2026-04-05T08:00");
    h.clock.set(at("2026-04-06T12:00"));
    await h.drain();
    const [mail] = mailsTo(h, user);
    expect(mail?.text).toContain("Wind");
    expect(mail?.text).not.toContain("Sun:");
    expect(mail?.html).not.toMatch(/>\s*Sun\s*</);
  });

  test("of a withdrawn application there is none at all, unless the grant matches, too", async () => {
    const h = createDigestWorld("2026-03-26T12:00");
    const { id: user } = await givenReader(h, { timezone: "Etc/UTC" });
    const grant = await givenGrant(h, { title: "Sun", deadline: "2026-04-06T12:00" });
    await givenApplication(h, user, grant, "withdrawn");
    await tickAt(h, "2026-03-30T08:00");
    expect(mailsTo(h, user)).toEqual([]);
    await givenMatch(h, user, grant, 90, undefined, "?notify=false");
    await tickAt(h, "2026-04-03T08:00");
    expect(mailsTo(h, user)[0]?.text).toContain("One of your matches");
  });
});

describe("a certification reminder that waits to be sent", () => {
  async function queued(h: Harness): Promise<{ user: string; first: object; id: string }> {
    const { id: user } = await givenReader(h, { timezone: "Etc/UTC" });
    const first = { user_id: user, name: "First aid", expires_at: "2026-04-25T00:00:00Z" };
    const id = `cert_${user}`;
    await put(h, `certifications/${id}`, first);
    await put(h, `certifications/${id}_2`, { ...first, name: "Lifeguard" });
    await queuedAt(h, "2026-04-11T08:00");
    expect(await messagesTo(user, "certification_reminder")).toMatchObject([{ status: "queued" }]);
    return { user, first, id };
  }

  test("leaves out what was renewed, and calls the rest as it is called by then", async () => {
    const h = createDigestWorld("2026-03-20T12:00");
    const { user, first, id } = await queued(h);
    await put(h, `certifications/${id}`, { ...first, expires_at: "2028-04-25T00:00:00Z" });
    await put(h, `certifications/${id}_2`, { ...first, name: "Lifesaver" });
    await h.drain();
    const [mail] = mailsTo(h, user);
    expect(mail?.text).toContain("Lifesaver");
    expect(mail?.text).not.toContain("First aid");
    expect(mail?.subject).not.toContain("2");
  });

  test("is not sent when all were renewed, deleted or given to another", async () => {
    const h = createDigestWorld("2026-03-20T12:00");
    const { user, first, id } = await queued(h);
    await remove(h, "certifications", id);
    await put(h, `certifications/${id}_2`, { ...first, user_id: "another" });
    await h.drain();
    expect(mailsTo(h, user)).toEqual([]);
    await nothingOf(user, "certification_reminder");
  });
});

describe("an application's new status that waits to be sent", () => {
  async function changed(h: Harness): Promise<{ user: string; grant: string; application: string }> {
    const { id: user } = await givenReader(h);
    const grant = await givenGrant(h, { title: "Sun" });
    const application = await givenApplication(h, user, grant, "submitted");
    await givenApplication(h, user, grant, "approved", application);
    return { user, grant, application };
  }

  test("is not sent once it has another: that one is", async () => {
    const h = createDigestWorld();
    const { user, grant, application } = await changed(h);
    await givenApplication(h, user, grant, "rejected", application);
    await h.drain();
    expect(mailsTo(h, user).map(({ subject }) => subject)).toEqual([expect.stringContaining("Rejected")]);
  });

  test("is not sent once the application is deleted", async () => {
    const h = createDigestWorld();
    const { user, application } = await changed(h);
    await remove(h, "applications", application);
    await h.drain();
    expect(mailsTo(h, user)).toEqual([]);
    await nothingOf(user, "application_status");
  });

  test("is not sent once the application is another user's, and not to them", async () => {
    const h = createDigestWorld();
    const { user, grant, application } = await changed(h);
    const { id: other } = await givenReader(h);
    await givenApplication(h, other, grant, "approved", application);
    await h.drain();
    expect([...mailsTo(h, user), ...mailsTo(h, other)]).toEqual([]);
    await nothingOf(user, "application_status");
  });

  test("calls its grant as it is called by then", async () => {
    const h = createDigestWorld();
    const { user, grant } = await changed(h);
    await givenGrant(h, { id: grant, title: "Wind" });
    await h.drain();
    expect(mailsTo(h, user)[0]?.text).toContain("Wind");
  });

  test("calls its grant as it was last called, with its link, once the grant is deleted", async () => {
    const h = createDigestWorld();
    const { id: user } = await givenReader(h);
    const grant = await givenGrant(h, { title: "Sun", url: "https://x.example/sun" });
    const application = await givenApplication(h, user, grant, "submitted");
    await givenApplication(h, user, grant, "approved", application);
    await remove(h, "grants", grant);
    await h.drain();
    const [mail, ...more] = mailsTo(h, user);
    expect(more).toEqual([]);
    expect(mail?.text).toContain("Sun");
    expect(mail?.text).toContain("https://x.example/sun");
  });
});

describe("a mentor's pause that waits to be sent", () => {
  async function paused(h: Harness) {
    const { id: coordinator } = await givenReader(h);
    const mentor = `mentor_${coordinator}`;
    const facts = { full_name: "Kari", coordinator_id: coordinator };
    await put(h, `peer-mentors/${mentor}`, facts);
    await put(h, `peer-mentors/${mentor}`, { ...facts, current_status: "paused" });
    return { coordinator, mentor, facts };
  }

  const pushesOf = (user: string) =>
    rows(
      "SELECT type, status, error_code FROM dispatches WHERE user_id = ? AND channel <> 'in_app' ORDER BY id",
      user,
    );

  const withDevice = (user: string) =>
    env.DB.prepare(
      "INSERT INTO device_tokens (token, user_id, provider, platform, registered_at) VALUES (?, ?, 'expo', 'ios', 0)",
    )
      .bind(`ExponentPushToken[${user}]`, user)
      .run();

  test("is not pushed once they are back: that is", async () => {
    const h = createDigestWorld();
    const { coordinator, mentor, facts } = await paused(h);
    await withDevice(coordinator);
    await put(h, `peer-mentors/${mentor}`, facts);
    await h.drain();
    expect(await pushesOf(coordinator)).toEqual([
      { type: "pause_activated", status: "cancelled", error_code: "nothing_to_say" },
      { type: "pause_deactivated", status: "sent", error_code: null },
    ]);
    expect(mailsTo(h, coordinator)).toEqual([]);
  });

  test("nor mailed, when the push has failed before", async () => {
    const h = createDigestWorld();
    const { coordinator, mentor, facts } = await paused(h);
    h.resend.failNext({ kind: "html", status: 502 });
    await h.drain();
    await put(h, `peer-mentors/${mentor}`, facts);
    h.clock.advance(10 * MINUTE);
    await h.drain();
    expect(mailsTo(h, coordinator).map(({ subject }) => subject)).toEqual(["Kari is active again"]);
  });

  test("is not pushed to a former coordinator", async () => {
    const h = createDigestWorld();
    const { coordinator, mentor, facts } = await paused(h);
    await withDevice(coordinator);
    await put(h, `peer-mentors/${mentor}`, { ...facts, coordinator_id: null, current_status: "paused" });
    await h.drain();
    expect(await pushesOf(coordinator)).toMatchObject([{ status: "cancelled" }]);
  });
});
