import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/statement.ts";
import { inJson, insertRows, JSON_PARAMETER_BYTES } from "../db/json.ts";
import {
  type Dispatch,
  type DispatchRow,
  dispatches,
  type QueueName,
  dedupeKeys,
  users,
} from "../db/schema/index.ts";
import { chunksByBytes } from "../lib/chunks.ts";
import { afterMsOf, chainColumns, type ChainStep } from "./chain.ts";
import { channelOf } from "./channel.ts";
import { firstWakeAt } from "./timing.ts";

/** What a source says about a dispatch; the rest follows. */
export interface NewDispatch {
  channel: string;
  /** The queue that wakes it; `bulk` stands for the channel's queue for bulk work. Left out: its channel's own. */
  lane?: QueueName;
  type: string;
  userId: string;
  orgId: string | null;
  /** Of the org_admin who asks for it: `senderOf` the caller's scope. Left out where no permission is needed. */
  senderOrgId?: string | null;
  batchId?: string;
  title?: string;
  body?: string;
  data?: Record<string, unknown> | null;
  /** How the channel is to send it, where its sender said so. */
  options?: object | undefined;
  /** What the message's template is rendered from. */
  payload?: unknown;
  grantId?: string | null;
  matchId?: string | null;
  scenarioId?: string | null;
  promptId?: string | null;
  /** Epoch ms; not before. */
  sendAt?: number | null;
  /** Epoch ms; not after. */
  expiresAt?: number | null;
  /** The channel that follows when this one fails. */
  fallback?: string | null;
  /** The steps that follow, instead of a single `fallback`. */
  chain?: readonly ChainStep[] | undefined;
  /** Whether the user's rate limiter has given it a slot already. */
  slotTaken?: boolean;
  /** The slot that the user's rate limiter gave, in epoch ms; not before. */
  slotAt?: number | undefined;
  /** Whether its consumer decides on it, also on a channel where inserting a dispatch delivers it. Left out: false. */
  isDecidedLater?: boolean;
  /** Set to log a message that cannot be sent as failed from the start. */
  failure?: { code: string; message: string };
  /** Set to log a message that its user does not want as cancelled from the start. */
  unwanted?: { code: string; message: string } | undefined;
}

/** Columns that stay null until something happens to a dispatch. */
const UNTOUCHED = {
  mark: null,
  note: null,
  retry_note: null,
  to_address: null,
  provider: null,
  provider_message_id: null,
  claim_id: null,
  lease_until: null,
  chunk_id: null,
  read_at: null,
  archived_at: null,
  inbox_seq: null,
  feedback_weight: null,
  timeline: null,
  follows: null,
} as const satisfies Partial<Dispatch>;

/** The row of a new dispatch: every column that has a value from the start. */
export type FreshDispatch = Omit<Dispatch, keyof typeof UNTOUCHED>;

/** A new dispatch as it is read after it was inserted; only an in-app message's `inbox_seq` is known to the database alone. */
export const asRead = (row: FreshDispatch): Dispatch => ({ ...UNTOUCHED, ...row });

/** The row of a new dispatch. On some channels inserting it delivers it, unless it has expired. */
export function dispatchRow(ctx: Ctx, input: NewDispatch, id = ctx.ids.uuid()): FreshDispatch {
  const now = ctx.clock.now();
  const dueAt = Math.max(now, input.sendAt ?? now, input.slotAt ?? now);
  const isLate = input.expiresAt != null && input.expiresAt <= now;
  const channel = channelOf(ctx, input.channel);
  const isInstant = channel.announce !== null && input.isDecidedLater !== true;
  const end = input.failure ?? input.unwanted;
  const chain = input.chain ?? (input.fallback == null ? [] : [{ channel: input.fallback }]);
  const afterMs = afterMsOf(chain);
  const delivered = isInstant && end === undefined && dueAt <= now && !isLate;
  return {
    id,
    channel: input.channel,
    lane: input.lane === "bulk" ? channel.bulkQueue : (input.lane ?? channel.queue),
    type: input.type,
    org_id: input.orgId,
    sender_org_id: input.senderOrgId ?? null,
    user_id: input.userId,
    batch_id: input.batchId ?? null,
    status: input.failure ? "failed" : input.unwanted ? "cancelled" : delivered ? "delivered" : "queued",
    error_code: end?.code ?? null,
    error: end?.message ?? null,
    title: input.title ?? null,
    body: input.body ?? null,
    data: input.data ? JSON.stringify(input.data) : null,
    options: input.options ? JSON.stringify(input.options) : null,
    payload: input.payload === undefined ? null : JSON.stringify(input.payload),
    grant_id: input.grantId ?? null,
    match_id: input.matchId ?? null,
    scenario_id: input.scenarioId ?? null,
    prompt_id: input.promptId ?? null,
    targets: 0,
    delivered_count: delivered ? 1 : 0,
    failed_count: 0,
    attempts: 0,
    claims: 0,
    scheduled_at: input.sendAt ?? null,
    slot_at: input.slotAt ?? (input.slotTaken ? now : null),
    due_at: dueAt,
    wake_at: delivered || end !== undefined ? null : firstWakeAt(dueAt, now, ctx.config.sweepAfterMs),
    expires_at: input.expiresAt ?? null,
    ...chainColumns(chain),
    follow_at: afterMs === null || end !== undefined ? null : dueAt + afterMs,
    created_at: now,
    sent_at: delivered || input.failure ? now : null,
    delivered_at: delivered ? now : null,
    updated_at: now,
  };
}

/** The condition that a dedupe key points to a message. When another tick came first, the keys point to its message. */
export const HAS_DEDUPE_KEY: SQL = sql`EXISTS (SELECT 1 FROM ${dedupeKeys} AS o WHERE o.dispatch_id = value->>'id')`;

/** The condition that a message's user is there: they may have been erased since they were read. */
export const HAS_USER: SQL = hasUser(sql``);

function hasUser(and: SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM ${users} WHERE id = value->>'user_id'${and})`;
}

/** The organization of a message's user, as the directory has it when the message is inserted. */
export const ORG_OF_USER: SQL = sql`(SELECT u.org_id FROM ${users} AS u WHERE u.id = value->>'user_id')`;

/** Columns that the database finds out, in terms of json_each's `value`. */
export type Computed = { readonly [C in keyof DispatchRow]?: SQL };

/**
 * Statements that insert dispatches; idempotent, so that the batch may be repeated.
 * @param where a condition upon the whole insertion, or upon each row (`HAS_DEDUPE_KEY`)
 */
export const insertDispatches = (
  rows: readonly DispatchRow[],
  where: SQL = sql`true`,
  computed: Computed = {},
): Statement[] =>
  chunksByBytes(rows, JSON_PARAMETER_BYTES).map((portion) =>
    insertRows(dispatches, portion, { where, computed, onConflict: sql`ON CONFLICT DO NOTHING` }),
  );

/**
 * The same for users that have not been read: it leaves out messages for users who are not there, or who belong to one of
 * these organizations (`""`: to none).
 */
export const insertForUsers = (rows: readonly DispatchRow[], except: readonly string[]): Statement[] =>
  insertDispatches(rows, hasUserOutside(except), { org_id: ORG_OF_USER });

/** The condition that a message's user is there and belongs to none of these organizations (`""`: to none at all). */
export const hasUserOutside = (orgs: readonly string[]): SQL => hasUser(notOf(orgs));

const notOf = (orgs: readonly string[]): SQL =>
  orgs.length === 0 ? sql`` : sql` AND NOT ${inJson(sql`coalesce(org_id, '')`, orgs)}`;

/** Statements that insert dedupe keys. A key that exists already stays with its first dispatch. */
export const insertDedupeKeys = (
  rows: readonly { key: string; dispatch_id: string }[],
  where: SQL = sql`true`,
): Statement[] =>
  chunksByBytes(rows, JSON_PARAMETER_BYTES).map((portion) =>
    insertRows(dedupeKeys, portion, { where, onConflict: sql`ON CONFLICT DO NOTHING` }),
  );
