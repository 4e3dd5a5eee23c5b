import { pauseActivated } from "../../../src/notifications/pause/type.ts";
import { givenChoices } from "../../support/preferences.ts";
import { expect, test } from "vitest";
import { printId } from "../../../src/lib/ids.ts";
import { mint } from "../../support/harness.ts";
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

const PAUSE = {
  current_status: "paused",
  pause_start_date: "2026-03-30T00:00:00.000Z",
  pause_reason: "Personal leave",
};

test("a pause notifies the coordinator by push and in the app, and the record names what worked", async () => {
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
    channels_notified: [],
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

test("a return notifies the coordinator, at once and without the reason of the pause", async () => {
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
])("from %s to %s nobody is notified", async (from, to) => {
  const h = createPauseWorld();
  const coordinator = await givenCoordinator(h);
  const mentor = await givenMentor(h, { coordinator_id: coordinator.id, current_status: from });
  await mentor.put({ current_status: to, pause_reason: "Another reason" });
  expect(await recordsOf(h, mentor)).toEqual([]);
  expect(await sentTo(coordinator.id)).toEqual([]);
});

test.each(["active", "inactive", "on_leave"])("from paused to %s is a return", async (to) => {
  const h = createPauseWorld();
  const mentor = await givenMentor(h, {
    coordinator_id: (await givenCoordinator(h)).id,
    current_status: "paused",
  });
  expect(await recordsOf(h, mentor)).toEqual([]);
  await mentor.put({ current_status: to });
  expect(await recordOf(h, mentor)).toMatchObject({ event_type: "pause_deactivated" });
});

test("with notify=false nothing is recorded and nobody notified, and the next change notifies again", async () => {
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

test("a coordinator who takes a mentor over in the same change is the one to be notified", async () => {
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

test("a coordinator who has switched such in-app messages off gets the push alone", async () => {
  const h = createPauseWorld();
  const coordinator = await givenCoordinator(h);
  await givenChoices(coordinator.id, { cells: { [pauseActivated.category]: { in_app: false } } });
  const mentor = await givenMentor(h, { coordinator_id: coordinator.id });
  await mentor.put(PAUSE);
  await h.drain();
  const record = await recordOf(h, mentor);
  expect(record).toMatchObject({ channels_notified: ["push"], notes: null });
  const messages = await messagesOf(record);
  expect(messages.find(({ channel }) => channel === "in_app")).toMatchObject({
    status: "cancelled",
    error_code: "unsubscribed",
  });
});
