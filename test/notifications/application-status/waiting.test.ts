import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { type Harness, mint } from "../../support/harness.ts";
import {
  createDigestWorld,
  given,
  givenApplication,
  givenGrant,
  mailsTo,
  NOW,
  prefer,
  remove,
  rows,
  tickAt,
  messagesTo,
} from "../grants/world.ts";

const DIRECTORY = "/api/v1/directory";
const MINUTE = 60_000;
const DAY = 86_400_000;

const userFacts = (id: string) => ({ name: "Ada", email: `${id}@example.com`, email_verified: true });

const givenUser = async (h: Harness, id: string): Promise<void> => {
  const body = userFacts(id);
  const { status } = await h.request("PUT", `${DIRECTORY}/users/${id}?notify=false`, { body });
  expect([200, 201]).toContain(status);
};

// Jobs read all users who are due, so each test begins without any.
beforeEach(async () => {
  const tables = ["users", "user_schedules", "grants", "applications", "occasions", "dispatches", "withheld"];
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
});

describe("a status that changes before its user or its grant is known", () => {
  /** An application that was submitted and is approved, while its user, its grant or both are missing. */
  async function early(h: Harness, known: readonly ("user" | "grant")[], query = "") {
    const [user, grant, application] = [mint("usr"), mint("grant"), mint("app")];
    if (known.includes("user")) await givenUser(h, user);
    if (known.includes("grant")) await givenGrant(h, { id: grant, title: "Sun" });
    await givenApplication(h, user, grant, "submitted", application);
    await givenApplication(h, user, grant, "approved", application, query);
    await tickAt(h, h.clock.now() + MINUTE);
    expect(await messagesTo(user, "application_status")).toEqual([]);
    expect(mailsTo(h, user)).toEqual([]);
    return {
      user,
      grant,
      application,
      come: { user: () => givenUser(h, user), grant: () => givenGrant(h, { id: grant, title: "Sun" }) },
      becomes: (status: string, more = "") => givenApplication(h, user, grant, status, application, more),
    };
  }

  const waiting = () => rows("SELECT * FROM occasions WHERE dispatch_id LIKE 'awaiting:%'");

  const withheldFrom = async (user: string) =>
    (
      await rows<{ day: number; reason: string; n: number }>(
        "SELECT day, reason, n FROM withheld WHERE user_id = ? AND type = 'application_status'",
        user,
      )
    ).map(({ day, reason, n }) => [new Date(day * DAY).toISOString().slice(0, 10), reason, n]);

  test.each([
    [[], ["user", "grant"]],
    [[], ["grant", "user"]],
    [["user"], ["grant"]],
    [["grant"], ["user"]],
  ] as const)("is sent once, with %j known and %j to come", async (known, missing) => {
    const h = createDigestWorld();
    const { user, grant, application, come, becomes } = await early(h, known);
    for (const fact of missing) {
      expect(mailsTo(h, user)).toEqual([]);
      await come[fact]();
      await becomes("approved");
      for (let minute = 0; minute < 2; minute++) await tickAt(h, h.clock.now() + MINUTE);
    }
    const [mail, ...more] = mailsTo(h, user);
    expect(more).toEqual([]);
    for (const text of ["Sun", "Approved", "Submitted"]) expect(mail?.text).toContain(text);
    const [message] = await messagesTo(user, "application_status");
    expect(message).toMatchObject({ status: "sent", grant_id: grant });
    expect(await rows("SELECT key FROM occasions WHERE dispatch_id = ?", message?.id)).toEqual([
      { key: expect.stringMatching(new RegExp(`^status:application:${application}:\\d+$`)) },
    ]);
    expect(await waiting()).toEqual([]);
    expect(await withheldFrom(user)).toEqual([]);
  });

  test.each([
    [["user"], "unknown_grant", "grant"],
    [["grant"], "unknown_user", "user"],
  ] as const)(
    "waits for seven days with %j known, and then is counted as %s",
    async (known, reason, missing) => {
      const h = createDigestWorld();
      const { user, come } = await early(h, known);
      await tickAt(h, NOW + 7 * DAY - MINUTE);
      expect(await waiting()).toHaveLength(1);
      expect(await withheldFrom(user)).toEqual([]);
      await tickAt(h, NOW + 7 * DAY);
      expect(await waiting()).toEqual([]);
      expect(await withheldFrom(user)).toEqual([["2026-04-02", reason, 1]]);
      await come[missing]();
      await tickAt(h, h.clock.now() + MINUTE);
      expect(await messagesTo(user, "application_status")).toEqual([]);
    },
  );

  test("is sent although its fact came in the very minute at which it is given up", async () => {
    const h = createDigestWorld();
    const { user, come } = await early(h, ["user"]);
    h.clock.set(NOW + 7 * DAY);
    await come.grant();
    await tickAt(h, NOW + 7 * DAY);
    expect(mailsTo(h, user)).toHaveLength(1);
    expect(await withheldFrom(user)).toEqual([]);
  });

  test("is sent as the last one that it has come to, and what was overtaken is not counted", async () => {
    const h = createDigestWorld();
    const { user, come, becomes } = await early(h, []);
    for (const status of ["rejected", "approved", "closed"]) await becomes(status);
    for (const fact of ["grant", "user"] as const) await come[fact]();
    await tickAt(h, h.clock.now() + MINUTE);
    expect(mailsTo(h, user).map(({ text }) => /Closed[^]*Approved/.test(text))).toEqual([true]);
    await tickAt(h, NOW + 8 * DAY);
    expect(mailsTo(h, user)).toHaveLength(1);
    expect(await waiting()).toEqual([]);
    expect(await withheldFrom(user)).toEqual([]);
  });

  test.each<[string, (h: Harness, world: Awaited<ReturnType<typeof early>>) => Promise<unknown>]>([
    [
      "was overtaken by one of which nobody is to be notified",
      (_, { becomes }) => becomes("closed", "?notify=false"),
    ],
    ["is of an application that was deleted", (h, { application }) => remove(h, "applications", application)],
    [
      "is of one that was deleted, and imported anew",
      async (h, { application, becomes }) => {
        await remove(h, "applications", application);
        await becomes("approved");
      },
    ],
    [
      "is of one that is another user's now",
      (h, { grant, application }) => givenApplication(h, mint("other"), grant, "approved", application),
    ],
    [
      "is one that its user does not want to hear of",
      (h, { user }) => prefer(h, user, { application_status_notifications: false }),
    ],
  ])("is not sent when it %s", async (_, change) => {
    const h = createDigestWorld();
    const world = await early(h, ["user"]);
    await change(h, world);
    await world.come.grant();
    await tickAt(h, h.clock.now() + MINUTE);
    expect(mailsTo(h, world.user)).toEqual([]);
    await tickAt(h, NOW + 7 * DAY);
    expect(mailsTo(h, world.user)).toEqual([]);
    expect(await waiting()).toEqual([]);
    expect(await withheldFrom(world.user)).toEqual([]);
  });

  test("is sent when its application is given another grant, which is known", async () => {
    const h = createDigestWorld();
    const { user, application } = await early(h, ["user"]);
    const grant = await givenGrant(h, { title: "Wind" });
    await givenApplication(h, user, grant, "approved", application);
    await tickAt(h, h.clock.now() + MINUTE);
    expect(mailsTo(h, user).map(({ text }) => text.includes("Wind"))).toEqual([true]);
  });

  test("is not sent with notify=false, nor is the import of an application", async () => {
    const h = createDigestWorld();
    const { user, come } = await early(h, [], "?notify=false");
    for (const fact of ["user", "grant"] as const) await come[fact]();
    await tickAt(h, h.clock.now() + MINUTE);
    expect(await messagesTo(user, "application_status")).toEqual([]);
  });

  test("is sent once although D1 committed and its answer was lost, at each step", async () => {
    const h = createDigestWorld();
    const [user, grant, application] = [mint("usr"), mint("grant"), mint("app")];
    await givenApplication(h, user, grant, "submitted", application);
    h.meter.failNext("after");
    await givenApplication(h, user, grant, "approved", application);
    for (const come of [() => givenUser(h, user), () => givenGrant(h, { id: grant })]) {
      h.meter.failNext("after");
      await come();
    }
    for (let write = 0; write < 12; write++) h.meter.failNext("after");
    await tickAt(h, h.clock.now() + MINUTE);
    await tickAt(h, h.clock.now() + MINUTE);
    expect(await messagesTo(user, "application_status")).toHaveLength(1);
  });

  test("is counted once although D1 lost the answer when it was given up", async () => {
    const h = createDigestWorld();
    const { user } = await early(h, ["user"]);
    h.clock.set(NOW + 7 * DAY);
    for (let write = 0; write < 12; write++) h.meter.failNext("after");
    await h.tick();
    expect(await withheldFrom(user)).toEqual([["2026-04-02", "unknown_grant", 1]]);
  });

  test("leaves nothing behind when its user is erased", async () => {
    const h = createDigestWorld();
    const { user } = await early(h, ["user"]);
    await remove(h, "users", user);
    expect(await waiting()).toEqual([]);
  });

  test("many of them, of one user and of many, are sent in one tick, each once", async () => {
    const h = createDigestWorld();
    const grant = mint("grant");
    const users = Array.from({ length: 300 }, () => mint("usr"));
    const owners = [...users, ...Array.from({ length: 1_200 }, () => users[0] ?? "")];
    const items = owners.map((user_id) => ({ id: mint("app"), user_id, grant_id: grant }));
    for (const status of ["submitted", "approved"])
      for (let from = 0; from < items.length; from += 500)
        await given(
          h,
          "applications",
          items.slice(from, from + 500).map((item) => ({ ...item, status })),
        );
    await givenGrant(h, { id: grant });
    await given(
      h,
      "users",
      users.map((id) => ({ id, ...userFacts(id) })),
    );
    h.meter.reset();
    await h.tick();
    expect(h.meter.trips).toBeLessThan(40);
    const [sent] = await rows(
      "SELECT count(*) AS n, count(DISTINCT user_id) AS users, count(DISTINCT payload) AS all_different FROM dispatches WHERE type = 'application_status'",
    );
    expect(sent).toEqual({ n: 1_500, users: 300, all_different: 1_500 });
    expect(await waiting()).toEqual([]);
  });
});
