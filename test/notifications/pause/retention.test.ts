import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { keepOutcomes } from "../../../src/notifications/pause/following.ts";
import { parseId } from "../../../src/lib/ids.ts";
import type { Harness } from "../../support/harness.ts";
import { live } from "../../support/pipeline.ts";
import { createPauseWorld, givenCoordinator, givenMentor, type Mentor, recordOf, sentTo } from "./world.ts";

const DAY = 86_400_000;

/** A mentor whose coordinator was notified, with this outcome. */
async function givenNotified(h: Harness, devices: number): Promise<{ mentor: Mentor; coordinator: string }> {
  const { id } = await givenCoordinator(h, { devices });
  const mentor = await givenMentor(h, { coordinator_id: id });
  await mentor.put({ current_status: "paused" });
  await live(h, 1);
  return { mentor, coordinator: id };
}

/** Deletes dispatches as retention does: with their outcomes kept in the records. */
async function deleteDispatches(h: Harness, ids: readonly string[]): Promise<void> {
  const doomed = sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`;
  await h.ctx.db.write({
    kept: keepOutcomes(doomed),
    deletion: sql`DELETE FROM dispatches WHERE id IN ${doomed}`,
  });
}

test.each([
  [1, ["push", "in_app"], null],
  [0, ["in_app", "email"], "Email fallback triggered due to push failure"],
])(
  "a record stays true when the dispatches are gone (%s devices)",
  async (devices, channels_notified, notes) => {
    const h = createPauseWorld();
    const { mentor, coordinator } = await givenNotified(h, devices);
    const record = await recordOf(h, mentor);
    expect(record).toMatchObject({ channels_notified, notes });
    await deleteDispatches(
      h,
      (await sentTo(coordinator)).map((dispatch) => dispatch.id),
    );
    expect(await sentTo(coordinator)).toEqual([]);
    expect(await recordOf(h, mentor)).toEqual(record);
  },
);

test("a record whose dispatches go one by one stays true at each step, and goes on following the rest", async () => {
  const h = createPauseWorld();
  const { mentor } = await givenNotified(h, 0);
  const record = await recordOf(h, mentor);
  const [push, inApp, email] = record.dispatch_ids.map((id) => parseId("dsp", id) ?? "");
  await deleteDispatches(h, [push ?? ""]);
  expect(await recordOf(h, mentor)).toEqual(record);
  await env.DB.prepare("UPDATE dispatches SET status = 'bounced' WHERE id = ?").bind(email).run();
  expect(await recordOf(h, mentor)).toEqual({ ...record, channels_notified: ["in_app"] });
  await env.DB.prepare("UPDATE dispatches SET status = 'delivered' WHERE id = ?").bind(email).run();
  await deleteDispatches(h, [inApp ?? "", email ?? ""]);
  expect(await recordOf(h, mentor)).toEqual(record);
});

test("keeping the outcomes twice changes nothing", async () => {
  const h = createPauseWorld();
  const { mentor, coordinator } = await givenNotified(h, 0);
  const record = await recordOf(h, mentor);
  h.meter.failNext("after");
  await deleteDispatches(
    h,
    (await sentTo(coordinator)).map((dispatch) => dispatch.id),
  );
  expect(await recordOf(h, mentor)).toEqual(record);
});

test("a record that a PUT has fixed keeps what the PUT said", async () => {
  const h = createPauseWorld();
  const { mentor, coordinator } = await givenNotified(h, 1);
  const { id } = await recordOf(h, mentor);
  await h.request("PUT", `/api/v1/notification-records/${id}`, { body: { channels_notified: ["email"] } });
  const record = await recordOf(h, mentor);
  await deleteDispatches(
    h,
    (await sentTo(coordinator)).map((dispatch) => dispatch.id),
  );
  expect(await recordOf(h, mentor)).toEqual(record);
});

test("the daily job leaves the records as they were", async () => {
  const h = createPauseWorld({ RETENTION_DAYS: "60" });
  const { mentor, coordinator } = await givenNotified(h, 0);
  const record = await recordOf(h, mentor);
  h.clock.advance(61 * DAY);
  await h.tick("17 * * * *");
  expect(await sentTo(coordinator)).toEqual([]);
  expect(await recordOf(h, mentor)).toEqual(record);
});

test("when the coordinator is erased, the record still says what had worked, and names nobody", async () => {
  const h = createPauseWorld();
  const { mentor, coordinator } = await givenNotified(h, 0);
  const record = await recordOf(h, mentor);
  await h.request("DELETE", `/api/v1/directory/users/${coordinator}`);
  expect(await recordOf(h, mentor)).toEqual({ ...record, coordinator_id: null, coordinator_name: null });
});

test("when an admin deletes the push, the record still says that it had worked", async () => {
  const h = createPauseWorld();
  const { mentor, coordinator } = await givenNotified(h, 1);
  const record = await recordOf(h, mentor);
  const [push] = record.dispatch_ids;
  await h.request("DELETE", `/api/v1/notifications/${push?.replace("dsp_", "notif_")}`);
  expect(await sentTo(coordinator)).toHaveLength(1);
  expect(await recordOf(h, mentor)).toEqual(record);
});
