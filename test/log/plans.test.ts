import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { beforeAll, describe, expect, test } from "vitest";
import { fetchReceipts } from "../../src/channels/push/receipts.ts";
import { cancelQueued, requeueFailed } from "../../src/outbox/change.ts";
import { type LogFilter, listDispatches } from "../../src/log/list.ts";
import { removeOld } from "../../src/log/retention.ts";
import { settle } from "../../src/delivery/settle.ts";
import { sweep } from "../../src/delivery/sweep.ts";
import type { Scope } from "../../src/auth/scope.ts";
import { chunks } from "../../src/lib/chunks.ts";
import { DAY, MINUTE } from "../../src/lib/clock.ts";
import type { Harness } from "../support/harness.ts";
import { expectNoScan, plansOf, scans } from "../support/plans.ts";
import {
  createWorld,
  deliverNow,
  emptyTables,
  givenDispatches,
  givenPushes,
  givenUsers,
} from "../support/pipeline.ts";
import { aPush } from "../support/world.ts";

const PAGE = { page: 1, limit: 20, offset: 0, before: null, total: null };

/** A page of the log. */
const list = async (h: Harness, scope: Scope, filter: LogFilter) =>
  (await h.ctx.db.read({ list: listDispatches(h.ctx, scope, filter, PAGE) })).list;

beforeAll(async () => {
  await emptyTables();
  const h = createWorld();
  const { ids } = await givenPushes(h, 2_000);
  await env.DB.batch([
    env.DB.prepare(
      "UPDATE dispatches SET status = 'failed', wake_at = NULL, scenario_id = 's', org_id = 'org_big', mark = 'resolved'",
    ),
    env.DB.prepare(
      `INSERT INTO deliveries (dispatch_id, device_id, status, provider, receipt_due_at)
       SELECT value, key, 'accepted', 'expo', ?1 FROM json_each(?2)`,
    ).bind(h.clock.now() + 1_000 * DAY, JSON.stringify(ids)),
  ]);
});

describe("no statement goes through a table, or sorts one", () => {
  test("of those that claim and settle, whatever the outcome", async () => {
    const h = createWorld();
    const { ids, tokens } = await givenPushes(h, 4, { devices: 2, fallback: "in_app" });
    const expired = await givenDispatches(h, (await givenUsers(h, 1)).users, { expiresAt: 1 });
    const early = await givenDispatches(h, (await givenUsers(h, 1)).users, {
      sendAt: h.clock.now() + MINUTE,
    });
    for (const [i, error] of [
      "DeviceNotRegistered",
      "DeviceNotRegistered",
      "MessageTooBig",
      "ExpoError",
    ].entries())
      h.expo.settings.ticketErrors.set(tokens[i] ?? "", error);
    h.meter.reset();
    await deliverNow(h, [...ids, ...expired, ...early]);
    const [id = ""] = ids;
    const delivery = { provider: "expo", error: null, accepted_at: 1, receipt_due_at: 1 };
    await settle(h.ctx, {
      channel: "push",
      claim_id: "overslept",
      claimed_at: 0,
      verdicts: [],
      deliveries: [{ dispatch_id: id, device_id: 1, status: "accepted", ticket_id: "t", ...delivery }],
      gone: [],
    });
    // Users, types and organizations of one claim, each once.
    await expectNoScan(h, ({ sql }) => /SELECT DISTINCT .*claim_id = \?/.test(sql));
  });

  test("of those of the sweep, the receipts and the retention", async () => {
    const h = createWorld();
    const { ids, tokens } = await givenPushes(h, 3, { fallback: "in_app" });
    h.expo.settings.receiptErrors.set(tokens[0] ?? "", "DeviceNotRegistered");
    await deliverNow(h, ids);
    h.meter.reset();
    h.clock.advance(20 * MINUTE);
    await sweep(h.ctx);
    await fetchReceipts(h.ctx, h.deps.pushProviders);
    await removeOld(h.ctx);
    const plans = await plansOf(h);
    const ours = plans.filter(({ sql }) =>
      /dispatches|deliveries|device_tokens|occasions|idempotency/.test(sql),
    );
    expect(ours.length).toBeGreaterThan(8);
    // What a portion holds, and a mentor's record of one pause.
    const isSmall = /GROUP BY user_id, type, status|UPDATE "notification_records"/;
    await expectNoScan(h, (plan) => isSmall.test(plan.sql));
  });

  test("of those of a change by hand", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 1);
    h.meter.reset();
    const one = `id = '${ids[0]}'`;
    await h.ctx.db.write({
      cancel: cancelQueued(h.ctx, sql.raw(one)),
      requeue: requeueFailed(h.ctx, sql.raw(one)),
    });
    await expectNoScan(h);
  });

  test("of those of the push endpoints", async () => {
    const h = createWorld();
    const { users } = await givenUsers(h, 2, 2);
    const headers = { "idempotency-key": crypto.randomUUID(), prefer: "respond-async" };
    h.meter.reset();
    const [user = "", other = ""] = users;
    const sent = await h.request("POST", "/api/v1/notifications", { body: aPush(user), headers });
    await h.request("POST", "/api/v1/notifications/batch", {
      body: { targets: [aPush(user), aPush(other)] },
      headers,
    });
    const path = `/api/v1/notifications/${sent.body.id}`;
    await h.request("GET", path);
    await h.request("PUT", path, { body: { status: "resolved" } });
    await h.request("GET", `/api/v1/dispatches/${sent.body.id}/timeline`);
    await h.request("DELETE", path);
    const token = `ExponentPushToken[${user}-new]`;
    const tokens = "/api/v1/notifications/device-tokens";
    await h.request("POST", tokens, { body: { user_id: user, token, platform: "ios" } });
    await h.request("GET", `${tokens}?user_id=${user}`);
    await h.request("DELETE", `${tokens}/${encodeURIComponent(token)}`);
    // A user has 50 devices at most, and about as many dead ones; a mentor's record the dispatches of one pause.
    const isSmall = /ORDER BY (registered|invalidated)_at DESC|UPDATE "notification_records"/;
    await expectNoScan(h, (plan) => isSmall.test(plan.sql));
  });
});

describe("a list", () => {
  const scopes: Scope[] = [
    { kind: "all" },
    { kind: "org", orgId: "org_small" },
    { kind: "own", userId: "usr_small" },
  ];
  const filters: LogFilter[] = [
    {},
    { userId: "usr_small" },
    { orgId: "org_small" },
    { orgId: "org_small", includeSubOrgs: true },
    { batchId: "b" },
    { scenarioId: "s" },
    { promptId: "p" },
    { mark: "resolved" },
    { mark: null, statuses: ["failed", "bounced"] },
    { statuses: ["failed"] },
    { statuses: ["sent"] },
    { from: 0, to: Date.UTC(2040, 0, 1) },
  ];
  /** Every pair of filters, in every scope, of pushes and of everything. */
  const cases = scopes.flatMap((scope) =>
    filters.flatMap((a, i) =>
      filters.slice(i).flatMap((b) =>
        [{}, { channel: "push" as const }, { type: "test" }].map((c) => ({
          scope,
          filter: { ...a, ...b, ...c },
        })),
      ),
    ),
  );

  test("never goes through the log or sorts it, however it is filtered", async () => {
    const h = createWorld();
    h.meter.reset();
    const narrow = cases.filter(({ filter }) =>
      Object.keys(filter).some((name) => !["from", "to"].includes(name) && filter.statuses?.[0] !== "sent"),
    );
    for (const part of chunks(narrow, 50))
      await h.ctx.db.read(
        Object.fromEntries(
          part.map(({ scope, filter }, i) => [`list${i}`, listDispatches(h.ctx, scope, filter, PAGE)]),
        ),
      );
    // What one user got on all channels.
    await expectNoScan(h, ({ steps }) =>
      steps.includes("SEARCH dispatches USING INDEX dispatches_by_user (user_id=?)"),
    );
  });

  test("of what failed reads the index of that alone, and counts without looking at a row", async () => {
    const h = createWorld();
    h.meter.reset();
    for (const statuses of [["failed"], ["failed", "bounced"]] as const)
      for (const channel of ["push", undefined] as const)
        await list(h, { kind: "all" }, { channel, mark: null, statuses });
    const plans = await plansOf(h);
    const counts = plans.filter(({ sql }) => sql.includes("count(*)"));
    expect(counts).toHaveLength(4);
    for (const { steps } of counts)
      expect(steps.join()).toContain("SEARCH dispatches USING COVERING INDEX dispatches_unsent");
    expect(plans.flatMap(({ steps }) => steps).filter((step) => step.includes("by_channel"))).toEqual([]);
  });

  test.each([
    ["scenario", { scenarioId: "s" }],
    ["prompt", { promptId: "p" }],
  ])("of a %s counts without looking at a row, and sorts nothing", async (name, filter) => {
    const h = createWorld();
    h.meter.reset();
    await list(h, { kind: "all" }, { channel: "push", ...filter });
    const [page, count] = await plansOf(h);
    const search = `dispatches_by_${name} (${name}_id=?)`;
    // And for a row that may have a link, one look-up of it.
    const links = ["SEARCH o USING PRIMARY KEY (key=?)"];
    const steps = page?.steps.filter((step) => !step.startsWith("CORRELATED"));
    expect(steps).toEqual([`SEARCH dispatches USING INDEX ${search}`, ...links]);
    expect(count?.steps).toContain(`SEARCH dispatches USING COVERING INDEX ${search}`);
  });

  test("of what is unfinished looks only at that", async () => {
    const h = createWorld();
    await env.DB.prepare(
      "UPDATE dispatches SET status = 'cancelled', wake_at = NULL WHERE wake_at IS NOT NULL",
    ).run();
    const { ids } = await givenPushes(h, 3);
    for (const channel of ["push", undefined] as const) {
      h.meter.reset();
      const { rows } = await list(h, { kind: "all" }, { channel, statuses: ["queued", "sending"] });
      expect(rows).toHaveLength(ids.length);
      expect((await plansOf(h)).flatMap(scans)).toEqual([]);
      expect(h.meter.rowsRead).toBeLessThan(30);
    }
  });

  test("costs a user or an organization what is theirs, however long the log is", async () => {
    const h = createWorld();
    await env.DB.batch([
      env.DB.prepare("INSERT OR IGNORE INTO orgs (id, parent_id, name) VALUES ('org_small', NULL, 'Small')"),
      env.DB.prepare(
        "INSERT OR IGNORE INTO orgs (id, parent_id, name) VALUES ('org_below', 'org_small', 'Below')",
      ),
    ]);
    const more = { scenarioId: "s", failure: { code: "x", message: "x" } };
    await givenDispatches(h, ["usr_small", "usr_small"], { ...more, orgId: "org_small" });
    await givenDispatches(h, ["usr_small"], { ...more, orgId: "org_below" });
    await env.DB.prepare("UPDATE dispatches SET mark = 'resolved' WHERE user_id = 'usr_small'").run();
    const found = new Set<number>();
    for (const { scope, filter } of cases) {
      const isTheirs = scope.kind !== "all" || filter.userId !== undefined || filter.orgId !== undefined;
      if (!isTheirs || filter.type === "test") continue;
      h.meter.reset();
      const { rows } = await list(h, scope, filter);
      found.add(rows.length);
      expect(h.meter.rowsRead, JSON.stringify({ scope, filter })).toBeLessThan(80);
    }
    expect([...found].toSorted()).toEqual([0, 2, 3]);
  });
});

describe("a claim", () => {
  test("costs what it claims, however much else is waiting", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 200);
    const cost = async (some: readonly string[]) => {
      h.meter.reset();
      await deliverNow(h, some);
      return h.meter.rowsRead;
    };
    const alone = await cost(ids.slice(0, 100));
    await givenPushes(h, 1_000, { sendAt: h.clock.now() + DAY });
    expect(await cost(ids.slice(100))).toBe(alone);
  });
});
