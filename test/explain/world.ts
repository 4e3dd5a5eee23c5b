import { env } from "cloudflare:workers";
import fc from "fast-check";
import type { Channel } from "../../src/db/schema/index.ts";
import { insertRows } from "../../src/db/json.ts";
import { events } from "../../src/db/schema/index.ts";
import { DAY, HOUR } from "../../src/lib/clock.ts";
import { dispatchRow, insertDispatches } from "../../src/outbox/create.ts";
import { type Harness, mint } from "../support/harness.ts";
import { reminderPayload } from "../support/mail.ts";
import { anOwnType } from "../support/own-type.ts";
import { givenChoices, givenOrgSettings } from "../support/preferences.ts";
import { givenOrg } from "../support/world.ts";
import { WORDS } from "../events/world.ts";

export const NIGHT = Date.parse("2026-03-27T23:00:00Z");
export const QUIET = { enabled: true, start: "22:00", end: "07:00", days: [0, 1, 2, 3, 4, 5, 6] };

const CHANNELS = ["push", "email", "in_app"] as const satisfies readonly Channel[];

/** Mostly what holds nothing up: a message is held up by two or three things. */
const usually = <T>(usual: T, ...rare: T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...rare) });

/** A message, and everything upon which it depends what becomes of it. */
export const worlds = fc.record({
  channel: fc.constantFrom(...CHANNELS),
  kind: fc.constantFrom("own", "built_in"),
  isCritical: usually(false, true),
  words: usually("right", "none", "failing"),
  isKnown: usually(true, true, true, false),
  hasAddress: usually(true, false),
  isVerified: usually(true, false),
  isSuppressed: usually(false, true),
  devices: usually(1, 0, 2),
  chosen: usually<boolean | null>(null, true, false),
  orgSays: usually<{ on: boolean; locked: boolean } | null>(
    null,
    { on: false, locked: false },
    { on: false, locked: true },
    { on: true, locked: true },
  ),
  hours: usually<"none" | "user" | "org">("none", "user", "org"),
  sender: usually<"nobody" | "own" | "other">("nobody", "own", "other"),
  expiresInMs: usually<number | null>(null, -HOUR, HOUR, 3 * DAY),
  claims: usually(0, 10, 3),
  dueInMs: usually(0, HOUR),
  hasSlot: usually(false, true),
  madeAgoMs: usually(0, 2 * HOUR, 80 * HOUR),
  isBudgetUsed: usually(false, true),
  isQuotaUsed: usually(false, true),
  ttl: usually<number | null>(null, 0, 3_600),
});
export type World = typeof worlds extends fc.Arbitrary<infer W> ? W : never;

const failingBody = "{{ data.when | date: 'no such style' }}";
const FAILING = {
  push: { title: "Title", body: failingBody },
  in_app: { title: "Title", body: failingBody },
  email: { subject: "Subject", body: failingBody },
} as const;

/** What was made of a world. */
export interface Made {
  id: string;
  userId: string;
  orgId: string;
  type: string;
}

/** Makes a world and its message, which waits in the outbox. */
export async function make(h: Harness, world: World): Promise<Made> {
  const { channel, kind } = world;
  const db = env.DB;
  const userId = mint("usr");
  const orgId = await givenOrg(h);
  const otherOrg = await givenOrg(h);
  const email = `${userId}@example.com`;
  if (world.isKnown)
    await db
      .prepare(
        "INSERT INTO users (id, org_id, name, email, email_verified, created_at, updated_at) VALUES (?, ?, 'Kari', ?, ?, 0, 0)",
      )
      .bind(userId, orgId, world.hasAddress ? email : null, world.isVerified ? 1 : 0)
      .run();
  if (world.isSuppressed)
    await db
      .prepare("INSERT INTO suppressions (email, id, reason, created_at) VALUES (?, ?, 'complaint', 0)")
      .bind(email.toLowerCase(), h.ctx.ids.uuid())
      .run();
  for (let i = 0; i < world.devices; i++)
    await db
      .prepare(
        "INSERT INTO device_tokens (token, user_id, provider, platform, registered_at, last_used_at) VALUES (?, ?, 'expo', 'ios', 0, 0)",
      )
      .bind(`ExponentPushToken[${userId}-${i}]`, userId)
      .run();
  const builtIn = channel === "email" ? "certification_reminder" : "push";
  const category = kind === "own" ? "orders" : channel === "email" ? "certifications" : "messages";
  await givenChoices(userId, {
    ...(world.chosen !== null && { cells: { [category]: { [channel]: world.chosen } } }),
    ...(world.hours === "user" && { quietHours: QUIET }),
  });
  await givenOrgSettings(orgId, {
    ...(world.orgSays !== null && { preferences: { [category]: { [channel]: world.orgSays } } }),
    ...(world.hours === "org" && { quietHours: QUIET }),
  });
  const type = kind === "own" ? mint("type").toLowerCase().replaceAll("-", "_") : builtIn;
  const batchId = kind === "own" ? await givenEvent(h, world, type, orgId) : undefined;
  const now = h.clock.now();
  const row = dispatchRow(h.ctx, {
    channel,
    type,
    userId,
    orgId: world.isKnown ? orgId : null,
    senderOrgId: world.sender === "nobody" ? null : world.sender === "own" ? orgId : otherOrg,
    ...(batchId === undefined ? contentOf(channel, now) : { batchId }),
    expiresAt: world.expiresInMs === null ? null : now + world.expiresInMs,
    sendAt: world.dueInMs === 0 ? null : now + world.dueInMs,
    isDecidedLater: true,
    ...(channel === "push" && world.ttl !== null && { options: { ttl: world.ttl } }),
  });
  const created_at = now - world.madeAgoMs;
  const dueAt = world.dueInMs === 0 ? created_at : row.due_at;
  const late = {
    claims: world.claims,
    created_at,
    due_at: dueAt,
    slot_at: world.hasSlot ? created_at : null,
  };
  await h.ctx.db.write({ rows: insertDispatches([{ ...row, ...late }]) });
  if (world.isBudgetUsed) await fillBudget(h, channel, userId);
  if (world.isQuotaUsed && world.isKnown) await h.ctx.quotas.charge(orgId, h.ctx.quotas.limit);
  return { id: row.id, userId, orgId, type };
}

const contentOf = (channel: Channel, now: number) =>
  channel === "email" ? { payload: reminderPayload(now + 7 * DAY) } : { title: "Hello", body: "This is it." };

async function fillBudget(h: Harness, channel: Channel, userId: string): Promise<void> {
  const budget = h.ctx.channels.get(channel)?.budget;
  if (budget == null) return;
  const ids = Array.from({ length: budget.limit }, () => h.ctx.ids.uuid());
  await h.ctx.limiters.of(userId).slots(budget, ids);
}

/** An event of an own type of an organization, and its words. */
async function givenEvent(h: Harness, world: World, type: string, orgId: string): Promise<string> {
  const { channel } = world;
  const data = anOwnType({
    id: type,
    org_id: orgId,
    channels: [{ channel }],
    critical: world.isCritical,
    sample: { order: "1042", when: "2026-03-28" },
  });
  const db = env.DB;
  await db
    .prepare("INSERT INTO own_types (id, org_id, data, created_at, updated_at) VALUES (?, ?, ?, 0, 0)")
    .bind(type, orgId, JSON.stringify(data))
    .run();
  if (world.words !== "none")
    await db.batch([
      db
        .prepare(
          "INSERT INTO wordings (type, channel, org_id, locale, published, published_at, latest, updated_at) VALUES (?, ?, ?, 'en', 1, 0, 1, 0)",
        )
        .bind(type, channel, orgId),
      db
        .prepare(
          "INSERT INTO wording_versions (type, channel, org_id, locale, version, fields, created_by, created_at) VALUES (?, ?, ?, 'en', 1, ?, 'service:test', 0)",
        )
        .bind(type, channel, orgId, JSON.stringify((world.words === "failing" ? FAILING : WORDS)[channel])),
    ]);
  const now = h.clock.now();
  const id = h.ctx.ids.uuid();
  await h.ctx.db.write({
    event: insertRows(events, [
      {
        id,
        org_id: orgId,
        sender_org_id: null,
        type,
        type_data: JSON.stringify(data),
        key: null,
        data: JSON.stringify(data.sample),
        actor: null,
        recipients: "{}",
        channels: null,
        dry_run: false,
        status: "done",
        send_at: null,
        expires_at: null,
        after: "",
        portion_id: null,
        recipient_count: 1,
        message_count: 1,
        skipped: "{}",
        next_at: null,
        created_by: "service:test",
        cancelled_by: null,
        created_at: now,
        updated_at: now,
      },
    ]),
  });
  return id;
}
