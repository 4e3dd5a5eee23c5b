import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import { removeOld } from "../../src/dispatch/retention.ts";
import { listDispatches } from "../../src/dispatch/log.ts";
import type { Harness } from "../support/harness.ts";
import { createWorld, deliverNow, emptyTables, givenPushes, live } from "../support/pipeline.ts";

async function plansOf(h: Harness) {
  const seen = new Map<string, unknown[]>();
  for (const { sql, params } of h.meter.statements) seen.set(sql, params);
  for (const [sql, params] of seen) {
    const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .bind(...params)
      .all<{ detail: string }>();
    console.log(sql.replace(/\s+/g, " ").slice(0, 600) + "\n" + results.map((r) => "   " + r.detail).join("\n"));
  }
}

test("x", async () => {
  await emptyTables();
  const h = createWorld();
  const { ids } = await givenPushes(h, 3, { devices: 2, fallback: "in_app" });
  h.meter.reset();
  h.expo.settings.ticketErrors.set(`x`, "DeviceNotRegistered");
  await deliverNow(h, ids);
  await h.tick();
  h.clock.advance(20*60_000);
  await h.tick();
  await removeOld(h.ctx);
  for (const filter of [{channel: "push" as const}, {channel: "push" as const, userId: "u"}, {channel: "push" as const, statuses: ["queued" as const]}, {channel: "push" as const, statuses: ["failed" as const]}, {channel: "push" as const, statuses: ["sent" as const]},{channel: "push" as const, scenarioId: "u"},{channel: "push" as const, promptId: "u"},{channel: "push" as const, batchId: "u"}, {channel: "push" as const, from: 1000, to: 1e12}, {channel: "push" as const, orgId: "o"}, {channel: "push" as const, mark: "resolved"},{type: "x"}])
  for (const scope of [{kind:"all" as const},{kind:"org" as const, orgId: "o"}, {kind:"own" as const, userId: "u"}])
    await h.ctx.db.read(listDispatches(scope as never, filter, {page:1, limit: 20, offset: 0, before: null}));
  await plansOf(h);
});
