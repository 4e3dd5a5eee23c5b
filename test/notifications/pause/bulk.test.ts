import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { type Harness, mint } from "../../support/harness.ts";
import { givenUsers } from "../../support/pipeline.ts";
import { createPauseWorld, recordsOf, sentTo } from "./world.ts";

const MANY = 1_000;

const bulk = (h: Harness, items: readonly object[], query = "") =>
  h.request("POST", `/api/v1/directory/peer-mentors${query}`, { body: { items } });

/** Mentors in the directory, active, shared by as many coordinators. */
async function givenMentors(h: Harness, count: number, coordinators = count) {
  const { users } = await givenUsers(h, coordinators);
  const mentors = Array.from({ length: count }, (_, i) => ({
    id: mint("pm"),
    full_name: "Kari Nordmann",
    coordinator_id: users[i % coordinators] ?? "",
  }));
  await bulk(h, mentors);
  return mentors;
}

const inStatus = (mentors: readonly object[], current_status: string) =>
  mentors.map((mentor) => ({ ...mentor, current_status, pause_reason: "Personal leave" }));

async function count(table: string, column: string, values: readonly string[]): Promise<number> {
  const row = await env.DB.prepare(
    `SELECT count(*) AS n FROM ${table} WHERE ${column} IN (SELECT value FROM json_each(?))`,
  )
    .bind(JSON.stringify(values))
    .first<{ n: number }>();
  return row?.n ?? 0;
}

test(
  "a thousand mentors pause in one round trip of a few statements, and each coordinator hears of theirs",
  { timeout: 30_000 },
  async () => {
    const h = createPauseWorld();
    // Fifty for each coordinator, who may get sixty pushes an hour.
    const mentors = await givenMentors(h, MANY, 20);
    const ids = mentors.map((mentor) => mentor.id);
    const coordinators = [...new Set(mentors.map((mentor) => mentor.coordinator_id))];
    expect(await count("notification_records", "peer_mentor_id", ids)).toBe(0);

    h.meter.reset();
    expect((await bulk(h, inStatus(mentors, "paused"))).body).toEqual({ upserted: MANY });
    expect(h.meter.trips).toBe(1);
    // With the look for webhooks at its end.
    expect(h.meter.statements.length).toBeLessThanOrEqual(11 + 1);
    for (const { params } of h.meter.statements)
      for (const param of params) expect(String(param).length).toBeLessThan(2_000_000);
    expect(await count("notification_records", "peer_mentor_id", ids)).toBe(MANY);
    expect(await count("dispatches", "user_id", coordinators)).toBe(2 * MANY);

    await h.drain();
    expect(h.expo.accepted).toHaveLength(MANY);
    for (const mentor of [mentors[0], mentors.at(-1)]) {
      if (mentor === undefined) throw new Error("no mentor");
      const [record] = await recordsOf(h, mentor);
      expect(record).toMatchObject({
        channels_notified: ["push", "in_app"],
        coordinator_id: mentor.coordinator_id,
      });
      const sent = await sentTo(mentor.coordinator_id);
      expect(sent).toHaveLength(100);
      expect(new Set(sent.map((dispatch) => dispatch.lane))).toEqual(new Set(["bulk"]));
    }

    h.meter.reset();
    await bulk(h, inStatus(mentors, "paused"));
    expect(h.meter).toMatchObject({ trips: 1, rowsWritten: 0 });
    expect(h.queues.waiting).toEqual([]);
  },
);

test(
  "reasons of a thousand mentors that exceed one parameter go in several, in the same round trip",
  { timeout: 30_000 },
  async () => {
    const h = createPauseWorld();
    const mentors = await givenMentors(h, MANY, 20);
    const paused = inStatus(mentors, "paused").map((mentor) => ({
      ...mentor,
      pause_reason: "ø".repeat(1_000),
    }));
    h.meter.reset();
    expect((await bulk(h, paused)).status).toBe(200);
    expect(h.meter.trips).toBe(1);
    for (const { params } of h.meter.statements)
      for (const param of params)
        expect(new TextEncoder().encode(String(param)).length).toBeLessThan(2_000_000);
    expect(
      await count(
        "notification_records",
        "peer_mentor_id",
        mentors.map((mentor) => mentor.id),
      ),
    ).toBe(MANY);
  },
);

test("of a bulk only mentors who begin or end a pause cause messages", async () => {
  const h = createPauseWorld();
  const [same, away, back, gone, fresh] = await givenMentors(h, 5);
  if (!same || !away || !back || !gone || !fresh) throw new Error("no mentors");
  await bulk(h, inStatus([same, back], "paused"), "?notify=false");
  await h.request("DELETE", `/api/v1/directory/peer-mentors/${fresh.id}`);
  await bulk(h, [
    ...inStatus([same, away, fresh], "paused"),
    ...inStatus([back], "active"),
    ...inStatus([gone], "inactive"),
  ]);
  const sent = async (mentor: { id: string }) =>
    (await recordsOf(h, mentor)).map((record) => record.event_type);
  expect(await sent(same)).toEqual([]);
  expect(await sent(away)).toEqual(["pause_activated"]);
  expect(await sent(back)).toEqual(["pause_deactivated"]);
  expect(await sent(gone)).toEqual([]);
  // Who is new to the directory has not changed.
  expect(await sent(fresh)).toEqual([]);
});

test("a bulk that was committed although D1 reported a fault notifies each of them once", async () => {
  const h = createPauseWorld();
  const mentors = await givenMentors(h, 3);
  h.meter.failNext("after");
  await bulk(h, inStatus(mentors, "paused"));
  await h.drain();
  expect(h.expo.accepted).toHaveLength(3);
  for (const mentor of mentors)
    expect(await recordsOf(h, mentor)).toMatchObject([{ channels_notified: ["push", "in_app"] }]);
});

test("a coordinator of several mentors hears of each", async () => {
  const h = createPauseWorld();
  const mentors = await givenMentors(h, 2, 1);
  await bulk(h, inStatus(mentors, "paused"));
  await h.drain();
  expect(h.expo.accepted.map((push) => push.data?.["peer_mentor_id"]).toSorted()).toEqual(
    mentors.map((mentor) => mentor.id).toSorted(),
  );
});
