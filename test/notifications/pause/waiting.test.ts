import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { type Harness, mint } from "../../support/harness.ts";
import { errorsOf } from "../../support/pipeline.ts";
import {
  createPauseWorld,
  givenCoordinator,
  givenMentor,
  messagesOf,
  recordOf,
  recordsOf,
  sentTo,
} from "./world.ts";

// A pause may be known before its coordinator is, or before the mentor has one.

const MINUTE = 60_000;
const DAY = 86_400_000;
const PAUSE = { current_status: "paused", pause_reason: "Personal leave" };
const UNKNOWN = "Nobody notified: the coordinator is not known";
const NOBODY = "Nobody notified: the peer mentor has no coordinator";

beforeEach(async () => {
  await env.DB.batch(["occasions", "user_schedules"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
});

const tickAfter = async (h: Harness, ms: number) => {
  h.clock.advance(ms);
  await h.tick();
  await h.drain();
};

const arrives = async (h: Harness, id: string) => {
  const body = { name: "Ada", email: `${id}@example.com`, email_verified: true };
  const { status } = await h.request("PUT", `/api/v1/directory/users/${id}?notify=false`, { body });
  expect([200, 201]).toContain(status);
};

const waiting = async () =>
  (await env.DB.prepare("SELECT * FROM occasions WHERE dispatch_id LIKE 'awaiting:%'").all()).results;

async function early(h: Harness) {
  const coordinator = mint("boss");
  const mentor = await givenMentor(h, { coordinator_id: coordinator });
  h.meter.reset();
  await mentor.put(PAUSE);
  expect(h.meter.trips).toBe(1);
  await tickAfter(h, MINUTE);
  expect(await recordOf(h, mentor)).toMatchObject({
    notes: UNKNOWN,
    dispatch_ids: [],
    channels_notified: [],
  });
  return { coordinator, mentor };
}

test("it is sent once its coordinator is known, once, and the record follows", async () => {
  const h = createPauseWorld();
  const { coordinator, mentor } = await early(h);
  await arrives(h, coordinator);
  for (let minute = 0; minute < 3; minute++) await tickAfter(h, MINUTE);
  await mentor.put(PAUSE);
  await tickAfter(h, MINUTE);
  const record = await recordOf(h, mentor);
  expect(record).toMatchObject({
    event_type: "pause_activated",
    coordinator_id: coordinator,
    reason: "Personal leave",
    channels_notified: ["in_app", "email"],
    notes: "Email fallback triggered due to push failure",
  });
  expect((await messagesOf(record)).map(({ channel, status }) => `${channel} ${status}`)).toEqual([
    "push failed",
    "in_app delivered",
    "email sent",
  ]);
  expect(await sentTo(coordinator)).toHaveLength(3);
  expect(h.resend.accepted.map(({ subject }) => subject)).toEqual(["Kari Nordmann is taking a pause"]);
  expect(await waiting()).toEqual([]);
  expect(errorsOf(h)).toEqual([]);
});

test("a return waits, too, and the pause that it ends is not sent any more", async () => {
  const h = createPauseWorld();
  const { coordinator, mentor } = await early(h);
  h.clock.advance(MINUTE);
  await mentor.put({ current_status: "active" });
  await mentor.put({ current_status: "on_leave" });
  await arrives(h, coordinator);
  await tickAfter(h, MINUTE);
  expect(h.resend.accepted.map(({ subject }) => subject)).toEqual(["Kari Nordmann is active again"]);
  expect(
    (await recordsOf(h, mentor)).map(({ event_type, notes }) => [event_type, notes === UNKNOWN]),
  ).toEqual([
    ["pause_activated", true],
    ["pause_deactivated", false],
  ]);
  expect(await waiting()).toEqual([]);
});

test("there and back and there again is sent as the last pause", async () => {
  const h = createPauseWorld();
  const { coordinator, mentor } = await early(h);
  await mentor.put({ current_status: "active" });
  await mentor.put({ ...PAUSE, pause_reason: "Travels" });
  await arrives(h, coordinator);
  await tickAfter(h, MINUTE);
  expect(h.resend.accepted.map(({ text }) => text.includes("Travels"))).toEqual([true]);
  expect(await sentTo(coordinator)).toHaveLength(3);
});

test.each([
  ["nobody, to one who is known", null, true],
  ["nobody, to one who is not known yet", null, false],
  ["someone unknown, to one who is known", "nobody-knows", true],
  ["someone unknown, to one who is not known yet", "nobody-knows", false],
] as const)("it goes from %s", async (_, former, isKnown) => {
  const h = createPauseWorld();
  const mentor = await givenMentor(h, { coordinator_id: former });
  await mentor.put(PAUSE);
  expect(await recordOf(h, mentor)).toMatchObject({ notes: former === null ? NOBODY : UNKNOWN });
  await tickAfter(h, MINUTE);
  const next = isKnown ? (await givenCoordinator(h)).id : mint("boss");
  h.meter.reset();
  await mentor.put({ coordinator_id: next });
  expect(h.meter.trips).toBe(1);
  await mentor.put({ coordinator_id: next });
  await tickAfter(h, MINUTE);
  if (!isKnown) {
    expect(await sentTo(next)).toEqual([]);
    await arrives(h, next);
  }
  for (let minute = 0; minute < 2; minute++) await tickAfter(h, MINUTE);
  expect(await recordOf(h, mentor)).toMatchObject({
    coordinator_id: next,
    channels_notified: isKnown ? ["push", "in_app"] : ["in_app", "email"],
  });
  expect((await sentTo(next)).map(({ channel }) => channel)).toEqual(
    isKnown ? ["push", "in_app"] : ["push", "in_app", "email"],
  );
  await tickAfter(h, 8 * DAY);
  expect(await waiting()).toEqual([]);
});

test("a coordinator who takes over a mentor is not notified of a pause that the former one was notified of", async () => {
  const h = createPauseWorld();
  const [former, next] = [await givenCoordinator(h), await givenCoordinator(h)];
  const mentor = await givenMentor(h, { coordinator_id: former.id });
  await mentor.put(PAUSE);
  await h.drain();
  await mentor.put({ coordinator_id: next.id });
  await tickAfter(h, MINUTE);
  expect(await sentTo(next.id)).toEqual([]);
});

test("it waits for seven days, and no longer", async () => {
  const h = createPauseWorld();
  const { coordinator, mentor } = await early(h);
  const orphan = await givenMentor(h);
  await orphan.put(PAUSE);
  await tickAfter(h, 7 * DAY - 2 * MINUTE);
  expect(await waiting()).toHaveLength(1);
  await tickAfter(h, 2 * MINUTE);
  expect(await waiting()).toEqual([]);
  await arrives(h, coordinator);
  await orphan.put({ coordinator_id: coordinator });
  await tickAfter(h, MINUTE);
  expect(await sentTo(coordinator)).toEqual([]);
  for (const one of [mentor, orphan]) expect((await recordOf(h, one)).notes).toMatch(/^Nobody notified/);
});

test.each<[string, (h: Harness, world: Awaited<ReturnType<typeof early>>) => Promise<unknown>]>([
  [
    "the mentor is back, of which nobody is to be notified",
    (_, { mentor }) => mentor.put({ current_status: "active" }, "?notify=false"),
  ],
  [
    "the mentor is deleted",
    (h, { mentor }) => h.request("DELETE", `/api/v1/directory/peer-mentors/${mentor.id}`),
  ],
  ["the mentor has no coordinator any more", (_, { mentor }) => mentor.put({ coordinator_id: null })],
  [
    "a person has set the record's channels",
    async (h, { mentor }) => {
      const { id } = await recordOf(h, mentor);
      const body = { channels_notified: ["email"] };
      expect((await h.request("PUT", `/api/v1/notification-records/${id}`, { body })).status).toBe(200);
    },
  ],
])("it is not sent when %s", async (_, change) => {
  const h = createPauseWorld();
  const world = await early(h);
  await change(h, world);
  await arrives(h, world.coordinator);
  await tickAfter(h, MINUTE);
  expect(await sentTo(world.coordinator)).toEqual([]);
  expect(await waiting()).toEqual([]);
});

test("it is sent once although D1 committed and its answer was lost, at each step", async () => {
  const h = createPauseWorld();
  const coordinator = mint("boss");
  const mentor = await givenMentor(h);
  await mentor.put(PAUSE);
  h.meter.failNext("after");
  await mentor.put({ coordinator_id: coordinator });
  h.meter.failNext("after");
  await arrives(h, coordinator);
  for (let write = 0; write < 12; write++) h.meter.failNext("after");
  for (let minute = 0; minute < 2; minute++) await tickAfter(h, MINUTE);
  expect((await sentTo(coordinator)).map(({ channel }) => channel)).toEqual(["push", "in_app", "email"]);
  expect(await recordOf(h, mentor)).toMatchObject({ channels_notified: ["in_app", "email"] });
});

test("many are sent in one tick, each once", async () => {
  const h = createPauseWorld();
  const coordinator = mint("boss");
  const items = Array.from({ length: 600 }, () => ({
    id: mint("pm"),
    full_name: "Kari",
    coordinator_id: coordinator,
  }));
  for (const status of ["active", "paused"])
    for (const from of [0, 300])
      await h.request("POST", "/api/v1/directory/peer-mentors", {
        body: { items: items.slice(from, from + 300).map((item) => ({ ...item, current_status: status })) },
      });
  await arrives(h, coordinator);
  h.clock.advance(MINUTE);
  h.meter.reset();
  await h.tick();
  expect(h.meter.trips).toBeLessThan(40);
  const sent = await sentTo(coordinator);
  expect(sent).toHaveLength(1_200);
  expect(new Set(sent.map(({ batch_id }) => batch_id)).size).toBe(600);
  expect(await waiting()).toEqual([]);
});

test("no statement of it goes through a table", async () => {
  const h = createPauseWorld();
  h.meter.reset();
  const { coordinator, mentor } = await early(h);
  const next = mint("boss");
  await mentor.put({ coordinator_id: next });
  for (const id of [coordinator, next]) await arrives(h, id);
  await tickAfter(h, MINUTE);
  expect(await sentTo(next)).toHaveLength(3);
  const own = h.meter.statements.filter(({ sql }) => /peer_mentors|'awaiting|status:peer-mentor/.test(sql));
  expect(own.length).toBeGreaterThan(10);
  const large = /^SCAN (?!j\b|n\b|g\b|json_each|CONSTANT|\(|value)(?!.*VIRTUAL)/;
  for (const { sql, params } of own) {
    const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .bind(...params)
      .all<{ detail: string }>();
    expect(
      results.map(({ detail }) => detail).filter((step) => large.test(step)),
      sql,
    ).toEqual([]);
  }
});
