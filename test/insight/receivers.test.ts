import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import type { Scope } from "../../src/auth/scope.ts";
import { insertRows } from "../../src/db/json.ts";
import { chatConnections, type DisabledReason, webhookEndpoints } from "../../src/db/schema/index.ts";
import { overview } from "../../src/insight/overview.ts";
import { DAY, HOUR, MINUTE } from "../../src/lib/clock.ts";
import { printId } from "../../src/lib/ids.ts";
import type { Harness } from "../support/harness.ts";
import { createWorld } from "../support/pipeline.ts";
import { plansOf, scans } from "../support/plans.ts";
import { givenOrg } from "../support/world.ts";
import { change, emptyInsight, givenMade } from "./world.ts";

beforeEach(async () => {
  await emptyInsight();
  await env.DB.batch(
    ["webhook_endpoints", "chat_connections"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
  );
});

const ALL: Scope = { kind: "all" };
const of = (orgId: string): Scope => ({ kind: "org", orgId });

interface Endpoint {
  description?: string | null;
  reason?: DisabledReason;
  failingFor?: number | null;
}

async function givenEndpoints(h: Harness, org_id: string, endpoints: readonly Endpoint[]): Promise<void> {
  const now = h.clock.now();
  const rows = endpoints.map(({ description = null, reason, failingFor = null }) => ({
    id: h.deps.ids.uuid(),
    org_id,
    url: "https://hooks.example.com/a-secret-path",
    description,
    enabled: reason === undefined,
    disabled_reason: reason ?? null,
    secret: "sealed",
    failing_since: failingFor === null ? null : now - failingFor,
    queued_on: 0,
    queued_count: 0,
    created_at: now,
    updated_at: now,
  }));
  await h.ctx.db.write({ rows: insertRows(webhookEndpoints, rows) });
}

async function givenChats(
  h: Harness,
  owner: { org_id?: string; user_id?: string },
  codes: readonly (string | null)[],
) {
  const now = h.clock.now();
  const rows = codes.map((broken_code) => ({
    id: printId("con", h.deps.ids.uuid()),
    ...owner,
    kind: "discord" as const,
    name: "#ops",
    secret: "sealed",
    sealed_by: "none",
    hint: "discord.com/…",
    broken_code,
    broken_at: broken_code === null ? null : now,
    created_at: now,
    updated_at: now,
  }));
  await h.ctx.db.write({ rows: insertRows(chatConnections, rows) });
}

async function told(h: Harness, scope: Scope = ALL) {
  const { troubles } = await overview(h.ctx, scope, { span: "day", config: [] });
  return troubles.map(({ level, what }) => `${level}: ${what}`);
}

async function aService(vars: Record<string, string> = {}): Promise<Harness> {
  const h = createWorld(vars);
  await h.tick();
  return h;
}

test("an endpoint is told that takes nothing, and one that was disabled; not one that is paused or has just begun to fail", async () => {
  const h = await aService();
  const org = await givenOrg(h);
  await givenEndpoints(h, org, [
    { description: "works" },
    { description: "paused", reason: "by_hand" },
    { description: "paused while it failed", reason: "by_hand", failingFor: DAY },
    { description: "deploys anew", failingFor: MINUTE },
    { description: "The CRM", failingFor: 3 * HOUR },
    { description: null, reason: "gone", failingFor: HOUR },
    { description: "The shop", reason: "failing", failingFor: 6 * DAY },
  ]);
  const expected = [
    "error: The webhook endpoint “hooks.example.com” is disabled: its receiver has answered that it is gone.",
    "error: The webhook endpoint “The shop” is disabled: its receiver has taken nothing for five days.",
    "warning: The webhook endpoint “The CRM” has taken nothing for 3 hours. After five days it is disabled.",
  ];
  expect((await told(h)).toSorted()).toEqual(expected.toSorted());
  expect((await told(h, of(org))).toSorted()).toEqual(expected.toSorted());
  expect(await told(h, of(await givenOrg(h)))).toEqual([]);
});

test("a chat is told that refuses, with what to do; those of people are counted", async () => {
  const h = await aService();
  const top = await givenOrg(h);
  const below = await givenOrg(h, top);
  await givenChats(h, { org_id: below }, [null, "channel_gone"]);
  await givenChats(h, { user_id: "usr_1" }, ["connection_revoked", "connection_revoked", null]);
  const chat = "error: The chat connection “#ops” refuses messages.";
  expect(await told(h)).toEqual([chat, "info: 2 chat connections of people refuse messages."]);
  expect(await told(h, of(top))).toEqual([chat]);
  const { troubles } = await overview(h.ctx, of(below), { span: "day", config: [] });
  expect(troubles[0]?.fix).toBe(
    "Its channel is not there, is archived, or lets nobody write. Then send a test: one that works makes it active again.",
  );
  expect(troubles[0]?.place).toEqual({ page: "chat", id: expect.stringMatching(/^con_/u) });
});

test("of very many only some are told, and that there are more", async () => {
  const h = await aService();
  const org = await givenOrg(h);
  await givenEndpoints(h, org, Array(20).fill({ reason: "gone", failingFor: HOUR }));
  await givenChats(h, { org_id: org }, Array(20).fill("channel_gone"));
  const all = await told(h);
  expect(all).toHaveLength(22);
  expect(all).toContain("error: More than 10 endpoints are in trouble: the others are not told here.");
  expect(all).toContain("error: More than 10 chat connections are in trouble: the others are not told here.");
});

test.each([
  ["sms", "provider_account", "error", "the provider has stopped our account"],
  ["sms", "invalid_sender", "error", "the provider does not send from our sender"],
  ["push", "fcm_refused_key", "error", "Google gives our service account no access token"],
  ["push", "webpush_unauthorized", "error", "the browsers' push service does not accept our VAPID token"],
])("of %s it is told what to mend at the provider: %s", async (channel, code, level, because) => {
  const h = await aService({ SMS_PROVIDERS: "log" });
  const ids = await givenMade(h, { n: 2, channel, status: "failed", code });
  const { troubles } = await overview(h.ctx, ALL, { span: "day", config: [] });
  expect(troubles).toEqual([
    expect.objectContaining({ level, what: expect.stringContaining(because), place: expect.anything() }),
  ]);
  await change(ids, { status: "sent", code: null });
  expect(await told(h)).toEqual([]);
});

test("it costs no further round trip, reads a row for each that is in trouble, and goes through no table", async () => {
  const h = await aService();
  const org = await givenOrg(h);
  for (let i = 0; i < 5; i++) {
    await givenEndpoints(h, await givenOrg(h), Array(20).fill({}));
    await givenChats(h, { org_id: await givenOrg(h) }, Array(20).fill(null));
  }
  await givenEndpoints(h, org, [{ reason: "gone", failingFor: HOUR }]);
  await givenChats(h, { org_id: org }, ["channel_gone"]);
  for (const scope of [ALL, of(org)]) {
    h.meter.reset();
    expect(await told(h, scope)).toHaveLength(2);
    expect(h.meter.trips).toBe(1);
    const plans = (await plansOf(h)).filter(({ sql }) => /webhook_endpoints|chat_connections/u.test(sql));
    expect(plans.length).toBeGreaterThanOrEqual(2);
    expect(plans.flatMap(scans)).toEqual([]);
    expect(JSON.stringify(plans)).toContain("webhook_endpoints_failed");
    expect(JSON.stringify(plans)).toContain("chat_connections_broken");
  }
});
