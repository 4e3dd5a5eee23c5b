import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { Harness } from "../../support/harness.ts";
import { givenReader } from "../../support/mail.ts";
import {
  createDigestWorld,
  givenApplication,
  givenGrant,
  givenMatch,
  liveUntil,
  prefer,
  remove,
  messagesTo,
} from "./world.ts";

/** Tables that grow with the users or with what was sent. */
const LARGE =
  /^SCAN (u|users|m|matches|t|a|applications|o|occasions|told|d|dispatches|p|preferences|s|user_schedules|g|grants)\b(?!.*(VIRTUAL|\(subquery))/;

/** Schedules found by their kind alone are those of all users. */
const BY_KIND_ALONE = /SEARCH (s|user_schedules) USING .*\(kind=\?\)/;

async function badSteps(h: Harness): Promise<string[]> {
  const seen = new Map(h.meter.statements.map(({ sql, params }) => [sql, params]));
  const bad: string[] = [];
  for (const [sql, params] of seen) {
    const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .bind(...params)
      .all<{ detail: string }>();
    const steps = results
      .map(({ detail }) => detail)
      .filter((step) => LARGE.test(step) || BY_KIND_ALONE.test(step));
    bad.push(...steps.map((step) => `${step}: ${sql.replaceAll(/\s+/g, " ").slice(0, 160)}`));
  }
  return bad;
}

test("no statement of events, jobs, rendering or preferences goes through a table", async () => {
  const h = createDigestWorld("2026-03-26T12:00");
  h.meter.reset();
  const { id: now } = await givenReader(h, { timezone: "Etc/UTC" });
  const { id: daily } = await givenReader(h, { timezone: "Etc/UTC" });
  await prefer(h, daily, { notification_frequency: "daily" });
  const grant = await givenGrant(h, { deadline: "2026-04-06T12:00" });
  for (const user of [now, daily]) {
    await givenMatch(h, user, grant);
    const application = await givenApplication(h, user, grant);
    await givenApplication(h, user, grant, "approved", application);
  }
  await givenGrant(h, { id: grant, deadline: "2026-04-07T12:00" });
  const early = await givenApplication(h, now, "late-grant");
  await givenApplication(h, now, "late-grant", "approved", early);
  await givenGrant(h, { id: "late-grant" });
  await liveUntil(h, "2026-03-31T12:00");
  for (const path of ["preferences", "history", "stats", "health"])
    await h.request("GET", `/api/v1/notifications/${path}`, { as: { sub: now } });
  expect(await messagesTo(now, "application_status")).toHaveLength(2);
  await remove(h, "users", now);
  expect(h.meter.statements.length).toBeGreaterThan(100);
  expect(await badSteps(h)).toEqual([]);
});
