import { expect, test } from "vitest";
import { fetchReceipts } from "../../src/channels/push/receipts.ts";
import type { Ctx } from "../../src/ctx.ts";
import { sendDeadlineReminders } from "../../src/notifications/deadline-reminder/job.ts";
import { sendMatchDigests } from "../../src/notifications/new-match/job.ts";
import { sendWeeklyDigests } from "../../src/notifications/weekly-digest/job.ts";
import { eraseUser } from "../../src/directory/erase-user.ts";
import { removeOld } from "../../src/log/retention.ts";
import { sendDueReminders } from "../../src/notifications/certification-reminder/job.ts";
import { remindOrg } from "../../src/notifications/certification-reminder/remind-org.ts";
import { refreshStale } from "../../src/notifications/stats-summary/refresh-stale.ts";
import { sendSummaries } from "../../src/notifications/stats-summary/job.ts";
import { deliverOn } from "../../src/delivery/deliver.ts";
import { createHarness, type Harness, mint } from "../support/harness.ts";
import { givenOrg, givenUser } from "../support/world.ts";

/** A context whose invocation has made nearly all the queries that it may. */
function nearTheEnd(h: Harness): Ctx {
  const { ctx } = h;
  return { ...ctx, db: { ...ctx.db, queriesLeft: () => 99 } };
}

test("jobs begin no portion for which the invocation has no queries left: the next tick does it", async () => {
  const h = createHarness();
  const jobs = [
    ...[sendDeadlineReminders, sendMatchDigests, sendWeeklyDigests, sendDueReminders],
    ...[sendSummaries, refreshStale, removeOld],
    (ctx: Ctx) => fetchReceipts(ctx, h.deps.pushProviders),
  ];
  h.meter.reset();
  for (const job of jobs) expect(await job(nearTheEnd(h))).toBe(0);
  expect(h.meter.trips).toBe(0);
});

test("a bulk and an erasure that are too much for one invocation say that they go on when asked again", async () => {
  const h = createHarness();
  const orgId = await givenOrg(h);
  const { id } = await givenUser(h, { org: orgId });
  const again = { problem: "unavailable", options: { headers: { "retry-after": "1" } } };
  const request = { orgId, daysThreshold: 30, includeSubOrgs: false };
  const author = { actor: "service:test", requestId: mint("request") };
  await expect(remindOrg(nearTheEnd(h), { kind: "all" }, author, null, request)).rejects.toMatchObject(again);
  await expect(eraseUser(nearTheEnd(h), author, id)).rejects.toMatchObject(again);
  await eraseUser(h.ctx, author, id);
});

test("a consumer claims nothing more, and what is left of its batch comes again at once", async () => {
  const h = createHarness();
  const id = crypto.randomUUID();
  h.meter.reset();
  expect(await deliverOn(nearTheEnd(h), "push", [[id]])).toEqual(new Map([[id, 0]]));
  expect(h.meter.trips).toBe(0);
});
