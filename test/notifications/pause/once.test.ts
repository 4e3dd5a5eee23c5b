import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { createPauseWorld, givenCoordinator, givenMentor, recordOf, recordsOf, sentTo } from "./world.ts";

const PAUSE = { current_status: "paused", pause_reason: "Personal leave" };

test("repeating the same upsert notifies nobody", async () => {
  const h = createPauseWorld();
  const coordinator = await givenCoordinator(h);
  const mentor = await givenMentor(h, { coordinator_id: coordinator.id });
  await mentor.put(PAUSE);
  const sent = await sentTo(coordinator.id);
  expect(sent).toHaveLength(2);
  h.meter.reset();
  await mentor.put(PAUSE);
  expect(h.meter).toMatchObject({ trips: 1, rowsWritten: 0 });
  await mentor.put({ phone: "+47 900 12 345" });
  expect(await sentTo(coordinator.id)).toEqual(sent);
  expect(await recordsOf(h, mentor)).toHaveLength(1);
});

test("there and back again is sent each time, each time under its own dedupe key", async () => {
  const h = createPauseWorld();
  const coordinator = await givenCoordinator(h);
  const mentor = await givenMentor(h, { coordinator_id: coordinator.id });
  for (const current_status of ["paused", "active", "paused", "active"]) {
    h.clock.advance(1_000);
    await mentor.put({ current_status });
  }
  const records = await recordsOf(h, mentor);
  expect(records.map((record) => record.event_type)).toEqual([
    "pause_activated",
    "pause_deactivated",
    "pause_activated",
    "pause_deactivated",
  ]);
  const sent = await sentTo(coordinator.id);
  expect(sent).toHaveLength(8);
  const { results } = await env.DB.prepare(
    "SELECT key FROM occasions WHERE dispatch_id IN (SELECT value FROM json_each(?)) ORDER BY key",
  )
    .bind(JSON.stringify(sent.map((dispatch) => dispatch.id)))
    .all<{ key: string }>();
  const seq = results.map(({ key }) => Number(key.replace(`status:peer-mentor:${mentor.id}:`, "")));
  expect(seq.map((n) => n - (seq[0] ?? 0))).toEqual([0, 1, 2, 3]);
});

test("a mentor who is deleted and comes back under the same id causes messages anew", async () => {
  const h = createPauseWorld();
  const coordinator = await givenCoordinator(h);
  const mentor = await givenMentor(h, { coordinator_id: coordinator.id });
  await mentor.put(PAUSE);
  await h.request("DELETE", `/api/v1/directory/peer-mentors/${mentor.id}`);
  expect(await recordsOf(h, mentor)).toEqual([]);
  h.clock.advance(1);
  await mentor.put({ current_status: "active" });
  await mentor.put(PAUSE);
  await h.drain();
  expect(await recordOf(h, mentor)).toMatchObject({ channels_notified: ["push", "in_app"] });
  expect(await sentTo(coordinator.id)).toHaveLength(4);
});

test("a write that was committed although D1 reported a fault is sent once, and the push is woken", async () => {
  const h = createPauseWorld();
  const coordinator = await givenCoordinator(h);
  const mentor = await givenMentor(h, { coordinator_id: coordinator.id });
  h.meter.failNext("after");
  expect((await mentor.put(PAUSE)).status).toBe(200);
  expect(await sentTo(coordinator.id)).toHaveLength(2);
  await h.drain();
  expect(await recordOf(h, mentor)).toMatchObject({ channels_notified: ["push", "in_app"] });
  expect(h.expo.accepted).toHaveLength(1);
});

test("a change that is not written leaves no record and no message", async () => {
  const h = createPauseWorld();
  const coordinator = await givenCoordinator(h);
  const mentor = await givenMentor(h, { coordinator_id: coordinator.id });
  h.meter.failNext("before", "D1_ERROR: something else");
  expect((await mentor.put(PAUSE)).status).toBe(500);
  expect(await recordsOf(h, mentor)).toEqual([]);
  expect(await sentTo(coordinator.id)).toEqual([]);
  await mentor.put({});
  expect(await recordsOf(h, mentor)).toHaveLength(1);
});
