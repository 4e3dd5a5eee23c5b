import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { printId } from "../../src/lib/ids.ts";
import { mint } from "../support/harness.ts";
import { errorsOf } from "../support/pipeline.ts";
import { createPauseWorld, givenCoordinator, givenMentor, messagesOf, recordOf, recordsOf, sentTo } from "./world.ts";

const PAUSE = {
  current_status: "paused",
  pause_start_date: "2026-03-30T00:00:00.000Z",
  pause_reason: "Personal leave",
};

test("a pause tells the coordinator by push and in the app, and the record names what worked", async () => {
  const h = createPauseWorld();
  const coordinator = await givenCoordinator(h);
  const mentor = await givenMentor(h, { coordinator_id: coordinator.id });
  await mentor.put(PAUSE);

  const before = await recordOf(h, mentor);
  expect(before).toMatchObject({
    event_type: "pause_activated",
    effective_date: "2026-03-30T00:00:00.000Z",
    reason: "Personal leave",
    coordinator_id: coordinator.id,
    coordinator_name: "Kari Nordmann",
    channels_notified: ["in_app"],
    notes: null,
    sent_at: new Date(h.clock.now()).toISOString(),
  });
  await h.drain();
  expect(await recordOf(h, mentor)).toEqual({ ...before, channels_notified: ["push", "in_app"] });

  const [push, inApp, ...more] = await messagesOf(before);
  expect(more).toEqual([]);
  expect(push).toMatchObject({
    channel: "push",
    type: "pause_activated",
    status: "sent",
    user_id: coordinator.id,
    title: "Kari Nordmann is taking a pause",
    body: "Kari Nordmann, a peer mentor whom you coordinate, is taking a pause from 30 March 2026.",
    fallback: "email",
  });
  expect(inApp).toMatchObject({
    channel: "in_app",
    type: "pause_activated",
    status: "delivered",
    user_id: coordinator.id,
    body: "Kari Nordmann, a peer mentor whom you coordinate, is taking a pause from 30 March 2026. Reason: Personal leave",
    fallback: null,
  });
  expect(h.expo.accepted.map((one) => one.data)).toEqual([
    { type: "pause_activated", record_id: before.id, peer_mentor_id: mentor.id },
  ]);
  expect(errorsOf(h)).toEqual([]);
});

test("a return tells the coordinator, at once and without the reason of the pause", async () => {
  const h = createPauseWorld();
  const coordinator = await givenCoordinator(h);
  const mentor = await givenMentor(h, { coordinator_id: coordinator.id, ...PAUSE });
  await mentor.put({ current_status: "active" });
  await h.drain();
  const record = await recordOf(h, mentor);
  expect(record).toMatchObject({
    event_type: "pause_deactivated",
    effective_date: new Date(h.clock.now()).toISOString(),
    reason: null,
    channels_notified: ["push", "in_app"],
  });
  expect(await messagesOf(record)).toMatchObject([
    {
      type: "pause_deactivated",
      title: "Kari Nordmann is no longer paused",
      body: "Kari Nordmann, a peer mentor whom you coordinate, is no longer paused. Status: active.",
    },
    { type: "pause_deactivated", channel: "in_app" },
  ]);
});

test("a pause without a date takes effect now", async () => {
  const h = createPauseWorld();
  const mentor = await givenMentor(h, { coordinator_id: (await givenCoordinator(h)).id });
  await mentor.put({ current_status: "paused" });
  expect(await recordOf(h, mentor)).toMatchObject({
    effective_date: new Date(h.clock.now()).toISOString(),
    reason: null,
  });
});

test("the messages lie in the log of the coordinator's organization, not of the mentor's", async () => {
  const h = createPauseWorld();
  const [above, below] = [mint("org"), mint("org")];
  const coordinator = await givenCoordinator(h, { org: above });
  const mentor = await givenMentor(h, { coordinator_id: coordinator.id, org_id: below });
  await mentor.put(PAUSE);
  expect((await sentTo(coordinator.id)).map((dispatch) => dispatch.org_id)).toEqual([above, above]);
});

test.each([
  ["active", "inactive"],
  ["inactive", "active"],
  ["active", "on_leave"],
  ["paused", "paused"],
])("from %s to %s nobody is told", async (from, to) => {
  const h = createPauseWorld();
  const coordinator = await givenCoordinator(h);
  const mentor = await givenMentor(h, { coordinator_id: coordinator.id, current_status: from });
  await mentor.put({ current_status: to, pause_reason: "Another reason" });
  expect(await recordsOf(h, mentor)).toEqual([]);
  expect(await sentTo(coordinator.id)).toEqual([]);
});

test.each(["active", "inactive", "on_leave"])("from paused to %s is a return", async (to) => {
  const h = createPauseWorld();
  const mentor = await givenMentor(h, { coordinator_id: (await givenCoordinator(h)).id, current_status: "paused" });
  expect(await recordsOf(h, mentor)).toEqual([]);
  await mentor.put({ current_status: to });
  expect(await recordOf(h, mentor)).toMatchObject({ event_type: "pause_deactivated" });
});

test("repeating the same upsert notifies nobody", async () => {
  const h = createPauseWorld();
  const coordinator = await givenCoordinator(h);
  const mentor = await givenMentor(h, { coordinator_id: coordinator.id });
  await mentor.put(PAUSE);
  const told = await sentTo(coordinator.id);
  expect(told).toHaveLength(2);
  h.meter.reset();
  await mentor.put(PAUSE);
  expect(h.meter).toMatchObject({ trips: 1, rowsWritten: 0 });
  await mentor.put({ phone: "+47 900 12 345" });
  expect(await sentTo(coordinator.id)).toEqual(told);
  expect(await recordsOf(h, mentor)).toHaveLength(1);
});

test("there and back again is told each time, each time under its own occasion", async () => {
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
  const told = await sentTo(coordinator.id);
  expect(told).toHaveLength(8);
  const { results } = await env.DB.prepare(
    "SELECT key FROM occasions WHERE dispatch_id IN (SELECT value FROM json_each(?)) ORDER BY key",
  )
    .bind(JSON.stringify(told.map((dispatch) => dispatch.id)))
    .all<{ key: string }>();
  const seq = results.map(({ key }) => Number(key.replace(`status:peer-mentor:${mentor.id}:`, "")));
  expect(seq.map((n) => n - (seq[0] ?? 0))).toEqual([0, 1, 2, 3]);
});

test("who is deleted and comes back under the same id is told of anew", async () => {
  const h = createPauseWorld();
  const coordinator = await givenCoordinator(h);
  const mentor = await givenMentor(h, { coordinator_id: coordinator.id });
  await mentor.put(PAUSE);
  await h.request("DELETE", `/api/v1/directory/peer-mentors/${mentor.id}`);
  expect(await recordsOf(h, mentor)).toEqual([]);
  h.clock.advance(1);
  await mentor.put({ current_status: "active" });
  await mentor.put(PAUSE);
  expect(await recordOf(h, mentor)).toMatchObject({ channels_notified: ["in_app"] });
  expect(await sentTo(coordinator.id)).toHaveLength(4);
});

test("a write that was committed although D1 reported a fault is told once, and the push is woken", async () => {
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

test("with notify=false nothing is recorded and nobody told, and the next change is told again", async () => {
  const h = createPauseWorld();
  const coordinator = await givenCoordinator(h);
  const mentor = await givenMentor(h, { coordinator_id: coordinator.id });
  await mentor.put(PAUSE, "?notify=false");
  expect(await recordsOf(h, mentor)).toEqual([]);
  expect(await sentTo(coordinator.id)).toEqual([]);
  await mentor.put({ current_status: "active" });
  expect(await recordOf(h, mentor)).toMatchObject({ event_type: "pause_deactivated" });
});

test.each([
  ["nobody", null, "Nobody notified: the peer mentor has no coordinator"],
  ["someone unknown", "coord_unknown", "Nobody notified: the coordinator is not known"],
])("a mentor with %s as coordinator has a record that says so", async (_, coordinator_id, notes) => {
  const h = createPauseWorld();
  const mentor = await givenMentor(h, { coordinator_id });
  await mentor.put(PAUSE);
  const record = await recordOf(h, mentor);
  expect(record).toMatchObject({
    coordinator_id,
    coordinator_name: null,
    channels_notified: [],
    dispatch_ids: [],
    notes,
    reason: "Personal leave",
  });
  expect(h.queues.waiting).toEqual([]);
  await mentor.put(PAUSE);
  expect(await recordsOf(h, mentor)).toEqual([record]);
});

test("who takes a mentor over in the same change is the one who is told", async () => {
  const h = createPauseWorld();
  const [former, next] = [await givenCoordinator(h), await givenCoordinator(h)];
  const mentor = await givenMentor(h, { coordinator_id: former.id });
  await mentor.put({ ...PAUSE, coordinator_id: next.id });
  expect(await recordOf(h, mentor)).toMatchObject({ coordinator_id: next.id });
  expect(await sentTo(former.id)).toEqual([]);
  expect(await sentTo(next.id)).toHaveLength(2);
});

test("dispatch ids are those of the admin's log", async () => {
  const h = createPauseWorld();
  const coordinator = await givenCoordinator(h);
  const mentor = await givenMentor(h, { coordinator_id: coordinator.id });
  await mentor.put(PAUSE);
  const { dispatch_ids } = await recordOf(h, mentor);
  expect(dispatch_ids).toEqual((await sentTo(coordinator.id)).map((dispatch) => printId("dsp", dispatch.id)));
  for (const id of dispatch_ids)
    expect((await h.request("GET", `/api/v1/admin/notifications/${id}`)).status).toBe(200);
});
