import { describe, expect, test } from "vitest";
import { type Harness, mint } from "../../support/harness.ts";
import { givenReader } from "../../support/mail.ts";
import {
  createDigestWorld,
  given,
  givenGrant,
  givenMatch,
  mailsTo,
  prefer,
  remove,
  messagesTo,
} from "../grants/world.ts";

const MINUTE = 60_000;

/** Lets two minutes pass, and the queues run. */
async function collected(h: Harness): Promise<void> {
  h.clock.advance(2 * MINUTE);
  await h.drain();
}

const count = async (userId: string) => (await messagesTo(userId, "new_match")).length;

describe("a first match", () => {
  test("is sent after two minutes, in one message with those that came meanwhile", async () => {
    const h = createDigestWorld();
    const { id: user } = await givenReader(h);
    const first = await givenGrant(h, { title: "Sun", url: "https://x.example/sun" });
    const second = await givenGrant(h, { title: "Wind" });
    const match = await givenMatch(h, user, first, 90);
    expect(await messagesTo(user, "new_match")).toMatchObject([
      { status: "queued", due_at: h.clock.now() + 2 * MINUTE, grant_id: first, match_id: match },
    ]);
    h.clock.advance(MINUTE);
    await h.drain();
    await givenMatch(h, user, second, 80);
    expect(mailsTo(h, user)).toEqual([]);
    h.clock.advance(MINUTE);
    await h.drain();

    const [mail, ...more] = mailsTo(h, user);
    expect(more).toEqual([]);
    expect(mail?.subject).toMatch(/2 new/i);
    for (const text of ["Sun", "Wind", "https://x.example/sun", "90%"]) expect(mail?.text).toContain(text);
    expect(await messagesTo(user, "new_match")).toMatchObject([
      { status: "sent", grant_id: null, match_id: null },
    ]);
  });

  test("that is the only one is what the message is about", async () => {
    const h = createDigestWorld();
    const { id: user } = await givenReader(h);
    const grant = await givenGrant(h);
    const match = await givenMatch(h, user, grant);
    await collected(h);
    expect(mailsTo(h, user)).toHaveLength(1);
    const history = await h.request("GET", "/api/v1/notifications/history", { as: { sub: user } });
    expect(history.body.items).toMatchObject([
      { notification_type: "new_match", status: "sent", grant_id: grant, match_id: match },
    ]);
  });

  test("after the message has gone begins another", async () => {
    const h = createDigestWorld();
    const { id: user } = await givenReader(h);
    await givenMatch(h, user, await givenGrant(h, { title: "Sun" }));
    await collected(h);
    await givenMatch(h, user, await givenGrant(h, { title: "Wind" }));
    await collected(h);
    const [first, second] = mailsTo(h, user);
    expect(first?.text).not.toContain("Wind");
    expect(second?.text).toContain("Wind");
    expect(second?.text).not.toContain("Sun");
  });
});

describe("a message that was claimed meanwhile is not joined", () => {
  test("also by one whose clock is behind", async () => {
    const h = createDigestWorld();
    const { id: user } = await givenReader(h);
    await givenMatch(h, user, await givenGrant(h, { title: "Sun" }));
    h.clock.advance(2 * MINUTE);
    const stopped = h.interrupts.stopAtNext("fetch", "before");
    const sending = h.drain();
    await stopped.reached;
    h.clock.advance(-1_000);
    await givenMatch(h, user, await givenGrant(h, { title: "Wind" }));
    expect((await messagesTo(user, "new_match")).map(({ status }) => status)).toEqual(["sending", "queued"]);
    stopped.release();
    await sending;
    await collected(h);
    expect(mailsTo(h, user).map(({ text }) => [text.includes("Sun"), text.includes("Wind")])).toEqual([
      [true, false],
      [false, true],
    ]);
  });

  test("nor is one that has failed once and is tried again", async () => {
    const h = createDigestWorld();
    const { id: user } = await givenReader(h);
    await givenMatch(h, user, await givenGrant(h));
    h.resend.failNext({ kind: "html", status: 502 });
    await collected(h);
    expect(await messagesTo(user, "new_match")).toMatchObject([{ status: "queued", attempts: 1 }]);
    await givenMatch(h, user, await givenGrant(h));
    expect(await count(user)).toBe(2);
  });

  test("two matches at the same time share one message", async () => {
    const h = createDigestWorld();
    const { id: user } = await givenReader(h);
    const grants = [await givenGrant(h), await givenGrant(h), await givenGrant(h)];
    await Promise.all(grants.map((grant) => givenMatch(h, user, grant)));
    expect(await messagesTo(user, "new_match")).toMatchObject([{ grant_id: null, match_id: null }]);
    await collected(h);
    expect(mailsTo(h, user).map(({ subject }) => subject)).toEqual([expect.stringMatching(/3 new/i)]);
  });
});

describe("which matches are sent", () => {
  test.each([
    ["the default of 70", undefined, 69, 70],
    ["what the user asks for", 40, 39, 40],
    ["everything", 0, null, 0],
    ["only the perfect", 100, 99, 100],
  ])("%s: from the threshold on", async (_, match_threshold, below, on) => {
    const h = createDigestWorld();
    const { id: user } = await givenReader(h);
    if (match_threshold !== undefined) await prefer(h, user, { match_threshold });
    const grant = await givenGrant(h);
    if (below !== null) await givenMatch(h, user, grant, below);
    expect(await count(user)).toBe(0);
    await givenMatch(h, user, grant, on);
    expect(await count(user)).toBe(1);
  });

  test("one that is raised over the threshold is sent, once whatever becomes of its score", async () => {
    const h = createDigestWorld();
    const { id: user } = await givenReader(h);
    const grant = await givenGrant(h);
    const id = await givenMatch(h, user, grant, 50);
    for (const score of [60, 75, 90, 30, 95, 95]) {
      await givenMatch(h, user, grant, score, id);
      await collected(h);
    }
    expect(await count(user)).toBe(1);
    expect(mailsTo(h, user)).toHaveLength(1);
  });

  test("one that was below a threshold which is lowered later is not new", async () => {
    const h = createDigestWorld();
    const { id: user } = await givenReader(h);
    const grant = await givenGrant(h);
    const id = await givenMatch(h, user, grant, 50);
    await prefer(h, user, { match_threshold: 40 });
    await givenMatch(h, user, grant, 50, id);
    await givenMatch(h, user, grant, 55, id);
    expect(await count(user)).toBe(0);
  });

  test("none with notify=false, and not by a repeat either", async () => {
    const h = createDigestWorld();
    const { id: user } = await givenReader(h);
    const grant = await givenGrant(h);
    const id = await givenMatch(h, user, grant, 90, mint("match"), "?notify=false");
    await given(
      h,
      "matches",
      [{ id: mint("match"), user_id: user, grant_id: grant, score: 90 }],
      "?notify=false",
    );
    await givenMatch(h, user, grant, 90, id);
    await givenMatch(h, user, grant, 95, id);
    expect(await count(user)).toBe(0);
  });

  test("none to a user who has switched them, or all e-mail, off", async () => {
    const h = createDigestWorld();
    const grant = await givenGrant(h);
    for (const off of [{ new_match_notifications: false }, { email_notifications_enabled: false }]) {
      const { id: user } = await givenReader(h);
      await prefer(h, user, { ...off, notification_frequency: "daily" });
      await givenMatch(h, user, grant);
      await prefer(h, user, { ...off, notification_frequency: "immediate" });
      await givenMatch(h, user, grant);
      expect(await count(user)).toBe(0);
    }
  });

  test("none to a user whom the directory does not have", async () => {
    const h = createDigestWorld();
    const user = mint("nobody");
    await givenMatch(h, user, await givenGrant(h));
    await collected(h);
    await h.tick();
    expect(await count(user)).toBe(0);
  });

  test("a match that is sent again as it was writes nothing", async () => {
    const h = createDigestWorld();
    const { id: user } = await givenReader(h);
    const grant = await givenGrant(h);
    const id = await givenMatch(h, user, grant);
    await collected(h);
    h.meter.reset();
    await givenMatch(h, user, grant, 90, id);
    await given(h, "matches", [{ id, user_id: user, grant_id: grant, score: 90 }]);
    expect(h.meter).toMatchObject({ trips: 2, rowsWritten: 0 });
  });

  test("a change that was committed although D1 said otherwise is sent once", async () => {
    const h = createDigestWorld();
    const { id: user } = await givenReader(h);
    const grant = await givenGrant(h);
    h.meter.failNext("after");
    await givenMatch(h, user, grant);
    await collected(h);
    expect(mailsTo(h, user)).toHaveLength(1);
  });
});

describe("an import", () => {
  test("notifies each user of all new matches in one message, in one round trip", async () => {
    const h = createDigestWorld();
    const readers = await Promise.all(Array.from({ length: 3 }, () => givenReader(h)));
    const grants = await Promise.all(["Sun", "Wind"].map((title) => givenGrant(h, { title })));
    const items = readers.flatMap(({ id: user_id }) =>
      grants.map((grant_id) => ({ id: mint("match"), user_id, grant_id, score: 80 })),
    );
    h.meter.reset();
    await given(h, "matches", items);
    expect(h.meter.trips).toBe(1);
    await collected(h);
    for (const { id } of readers)
      expect(mailsTo(h, id).map(({ subject }) => subject)).toEqual([expect.stringMatching(/2 new/i)]);
    for (const { id } of readers) expect(await messagesTo(id, "new_match")).toMatchObject([{ lane: "bulk" }]);
  });

  test("of 1,000 matches of one user is one message, which lists twenty of them", async () => {
    const h = createDigestWorld();
    const { id: user } = await givenReader(h);
    const grants = Array.from({ length: 1_000 }, (_, i) => ({
      id: mint("grant"),
      title: `Grant no. ${i}`,
      url: null,
      deadline: null,
    }));
    await given(h, "grants", grants);
    await given(
      h,
      "matches",
      grants.map(({ id }, i) => ({ id: mint("match"), user_id: user, grant_id: id, score: i % 101 })),
    );
    await collected(h);
    const [mail, ...more] = mailsTo(h, user);
    expect(more).toEqual([]);
    // Of 0 to 100 those from 70 on.
    expect(mail?.subject).toMatch(/300 new/i);
    expect(mail?.text.match(/Grant no\. \d+/g)).toHaveLength(20);
    expect(mail?.text).toMatch(/100%[^]*100%/);
    expect(mail?.text).not.toMatch(/\b70%/);
  });
});

describe("what the message says is decided when it is sent", () => {
  async function threeMatches(h: Harness) {
    const { id: user } = await givenReader(h);
    const titles = ["Sun", "Wind", "Water"];
    const grants = await Promise.all([
      givenGrant(h, { title: "Sun" }),
      givenGrant(h, { title: "Wind" }),
      givenGrant(h, { title: "Water" }),
    ]);
    const match = (grant: string) => givenMatch(h, user, grant, 80);
    const matches = await Promise.all([match(grants[0]), match(grants[1]), match(grants[2])]);
    const listed = async () => {
      await collected(h);
      return titles.filter((title) => mailsTo(h, user).some(({ text }) => text.includes(title)));
    };
    return {
      user,
      grants,
      matches,
      listed,
    };
  }

  test("deleted grants and matches drop out", async () => {
    const h = createDigestWorld();
    const { grants, matches, listed } = await threeMatches(h);
    await remove(h, "grants", grants[0]);
    await remove(h, "matches", matches[1]);
    expect(await listed()).toEqual(["Water"]);
  });

  test("so does what is no longer as good as the user asks for", async () => {
    const h = createDigestWorld();
    const { user, grants, matches, listed } = await threeMatches(h);
    await givenMatch(h, user, grants[0], 20, matches[0]);
    await givenMatch(h, user, grants[1], 99, matches[1]);
    await prefer(h, user, { match_threshold: 90 });
    expect(await listed()).toEqual(["Wind"]);
  });

  test("and what has become another's", async () => {
    const h = createDigestWorld();
    const { grants, matches, listed } = await threeMatches(h);
    const { id: other } = await givenReader(h);
    await givenMatch(h, other, grants[0], 80, matches[0]);
    expect(await listed()).toEqual(["Wind", "Water"]);
  });

  test("a grant is called what it is called by then", async () => {
    const h = createDigestWorld();
    const { user, grants, listed } = await threeMatches(h);
    await givenGrant(h, { id: grants[0], title: "Moon" });
    expect(await listed()).toEqual(["Wind", "Water"]);
    expect(mailsTo(h, user)[0]?.text).toContain("Moon");
  });

  test("when nothing is left, nothing is sent, and the history does not show it", async () => {
    const h = createDigestWorld();
    const { user, grants, listed } = await threeMatches(h);
    for (const grant of grants) await remove(h, "grants", grant);
    expect(await listed()).toEqual([]);
    expect(await messagesTo(user, "new_match")).toMatchObject([
      { status: "cancelled", error_code: "nothing_to_say", attempts: 0, wake_at: null },
    ]);
    const history = await h.request("GET", "/api/v1/notifications/history", { as: { sub: user } });
    expect(history.body).toMatchObject({ items: [], total: 0, total_pages: 0 });
  });

  test("a user who has switched them off meanwhile gets none", async () => {
    for (const off of [{ new_match_notifications: false }, { email_notifications_enabled: false }]) {
      const h = createDigestWorld();
      const { user, listed } = await threeMatches(h);
      await prefer(h, user, off);
      expect(await listed()).toEqual([]);
      expect(await messagesTo(user, "new_match")).toMatchObject([
        { status: "cancelled", error_code: "unsubscribed" },
      ]);
    }
  });

  test("another address is where it goes", async () => {
    const h = createDigestWorld();
    const { user } = await threeMatches(h);
    const body = { name: "Ada", email: `${user}@new.example`, email_verified: true };
    await h.request("PUT", `/api/v1/directory/users/${user}`, { body });
    await collected(h);
    expect(mailsTo(h, user).map(({ to }) => to)).toEqual([expect.stringContaining(`${user}@new.example`)]);
  });
});
