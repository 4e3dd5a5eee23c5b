import { type SQL, sql } from "drizzle-orm";
import { inScope, type Scope, senderOf } from "../../auth/scope.ts";
import type { Ctx } from "../../ctx.ts";
import { afterMsOf, type ChainStep } from "../../outbox/chain.ts";
import { type Channel, CHANNELS, type Dispatch, dispatches, users } from "../../db/schema/index.ts";
import { Parsed } from "../../db/statement.ts";
import { type IdempotencyKey, type Once, once, type Repeatable } from "../../idempotency/once.ts";
import { Failure, notFound } from "../../lib/failure.ts";
import {
  asRead,
  dispatchRow,
  type FreshDispatch,
  HAS_USER,
  insertDispatches,
  insertForUsers,
} from "../../outbox/create.ts";
import { type Linked, followedBy } from "../../log/read.ts";
import { holdOf } from "../../preferences/decide.ts";
import { type ReaderFacts, readReaders } from "../../preferences/readers.ts";
import { toWakeOf, wake } from "../../outbox/wake.ts";
import { inAppBudget, pushBudget, reserveSlot } from "../../rate-limit/budgets.ts";
import type { RateLimitResult } from "../../rate-limit/limiter.ts";
import { chargeQuota, overQuota, reserveQuota } from "../../rate-limit/quota/quota.ts";
import { NO_ORG } from "../../rate-limit/quota/quotas.ts";
import { idFromData, type PushContent, shownBy } from "./content.ts";
import { push } from "./type.ts";

/** Channels to which one call may send the same message, in the order in which an answer names them. */
export const SEND_CHANNELS = CHANNELS;

export interface SendOne extends PushContent {
  /** Each at most once. Left out: a push only. */
  channels?: readonly (typeof SEND_CHANNELS)[number][] | undefined;
  send_at?: number | undefined;
  expires_at?: number | undefined;
  /** What follows where none of these channels has reached the user. */
  fallback?: readonly ChainStep[] | undefined;
}

export interface SentOne {
  /** The push, or the in-app message if no push was asked for. */
  dispatch: Linked;
  /** The same message on the other channels that were asked for. */
  others: Dispatch[];
  /** Whether an earlier request with the same Idempotency-Key made it. */
  replayed: boolean;
  /** The limiter's answer for the push; null for a replay, a scheduled push and a message without a push. */
  limit: RateLimitResult | null;
}

type User = { id: string; org_id: string | null };

/** Why a user does not want an in-app message. */
type Unwanted = { code: string; message: string };

/** The dispatches of one message, at least one. */
type Rows = readonly [FreshDispatch, ...FreshDispatch[]];

/**
 * Writes a message for one user into the outbox, on each channel asked for, and wakes the queues. One round trip for a
 * push by a caller who may reach everyone and sent no key. Otherwise two: user and key, then dispatches and key, so that
 * neither a repeat nor someone else's user costs a call to a limiter. Inserting an in-app message delivers it, so one that
 * the user, or the user's organization, has switched off is cancelled here.
 * @throws 400 for a message that has expired, 404 for a user outside the scope, 422 for a key used with another body, 429 over
 * the user's budget or the organization's quota
 */
export async function sendOne(
  ctx: Ctx,
  scope: Scope,
  key: IdempotencyKey | null,
  input: SendOne,
): Promise<SentOne> {
  const isBlind = key === null && scope.kind === "all" && !asksInApp(input);
  const request = isBlind ? null : once(ctx, key, MESSAGE);
  let user: User = { id: input.user_id, org_id: null };
  let unwanted: Unwanted | undefined;
  if (request !== null) {
    const { found, earlier } = await request.read({
      users: findUser(scope, input.user_id),
      readers: factsOf(input),
    });
    if (earlier !== null) return earlier;
    user = requireUser(found.users);
    unwanted = unwantedInApp(ctx, input, found.readers);
  }
  // After the check for a repeat: what its key made may have expired since.
  refuseExpired(ctx, input);
  const rows = rowsOf(ctx, user, senderOf(scope), input, unwanted);

  // A scheduled push takes its slot when it is sent: the budget counts sends, not requests. In-app messages are not limited
  // later, so they take their slot now.
  await using pushSlot = await reserveSlot(ctx, pushBudget(ctx), rows.find(holdsSlot));
  await using inAppSlot = await reserveSlot(ctx, inAppBudget(ctx), rows.find(isInApp));
  const sent = request === null ? await insertBlindly(ctx, rows) : await insert(ctx, request, rows);
  if (sent.replayed) return sent;
  pushSlot?.keep();
  inAppSlot?.keep();
  await wake(ctx, toWakeOf(rows));
  return { ...sent, limit: pushSlot?.result ?? null };
}

const holdsSlot = ({ slot_at }: FreshDispatch): boolean => slot_at !== null;
const isInApp = ({ channel, status }: FreshDispatch): boolean =>
  channel === "in_app" && status !== "cancelled";

const asksInApp = ({ channels = [] }: SendOne): boolean => channels.includes("in_app");

/** Reads what the user wants; nothing where no in-app message is asked for. */
const factsOf = (input: SendOne): Parsed<ReaderFacts | null> =>
  asksInApp(input)
    ? Parsed.of({ readers: readReaders(sql`(SELECT ${input.user_id})`) }, ({ readers }) =>
        readers(input.user_id),
      )
    : Parsed.of({}, () => null);

/** Why an in-app message is not wanted now; undefined for one that is, and for one for later, which is decided upon then. */
function unwantedInApp(
  { clock }: Ctx,
  { send_at: sendAt = 0 }: SendOne,
  facts: ReaderFacts | null,
): Unwanted | undefined {
  const now = clock.now();
  if (facts === null || sendAt > now) return undefined;
  const hold = holdOf({ ...facts, reach: [], type: push, channel: "in_app", earlier: null, now });
  return hold?.verdict === "skip" ? { code: hold.code, message: hold.message } : undefined;
}

function refuseExpired({ clock }: Ctx, { expires_at = Number.POSITIVE_INFINITY }: SendOne): void {
  if (expires_at > clock.now()) return;
  const errors = [{ pointer: "/expires_at", detail: "must be in the future" }];
  throw new Failure("invalid_request", "The message has expired already.", { errors });
}

/**
 * The channel whose message the fallback follows. It asks for the others when it is sent. With a time it is the inbox, where a
 * message can be read until then; others say themselves when they have failed.
 */
function carrierOf(
  channels: readonly Channel[],
  chain: readonly ChainStep[],
  isInAppUnwanted: boolean,
): Channel | undefined {
  const isTimed = afterMsOf(chain) !== null;
  const sent = SEND_CHANNELS.filter((channel) => channels.includes(channel));
  return isTimed && !isInAppUnwanted && sent.includes("in_app")
    ? "in_app"
    : (sent.find((channel) => channel !== "in_app") ?? sent[0]);
}

/** A dispatch on each channel, the push first. Several share a batch id, so that each leads to the others. */
function rowsOf(
  ctx: Ctx,
  user: User,
  senderOrgId: string | null,
  input: SendOne,
  unwanted: Unwanted | undefined,
): Rows {
  const { channels = ["push"], fallback = [] } = input;
  const carrier = carrierOf(channels, fallback, unwanted !== undefined);
  const batch = channels.length > 1 ? { batchId: ctx.ids.uuid() } : {};
  const now = ctx.clock.now();
  const [first, ...others] = SEND_CHANNELS.filter((channel) => channels.includes(channel)).map((channel) => {
    const isPush = channel === "push";
    return dispatchRow(ctx, {
      ...batch,
      channel,
      ...(channel === "in_app" && { lane: "push" }),
      type: push.id,
      userId: user.id,
      orgId: user.org_id,
      senderOrgId,
      ...shownBy(input),
      scenarioId: input.scenario_id ?? idFromData(input.data, "scenario_id"),
      promptId: input.prompt_id ?? idFromData(input.data, "prompt_id"),
      sendAt: input.send_at ?? null,
      expiresAt: input.expires_at ?? null,
      // What follows it may be a push.
      options: isPush || channel === carrier ? input.options : undefined,
      chain: channel === carrier ? fallback : [],
      slotTaken: isPush && (input.send_at ?? now) <= now,
      unwanted: channel === "in_app" ? unwanted : undefined,
    });
  });
  if (first === undefined) throw new Error("A message without a channel");
  return [first, ...others];
}

const findUser = (scope: Scope, id: string): SQL<User> =>
  sql<User>`SELECT id, org_id FROM ${users} WHERE id = ${id}
      AND ${inScope(scope, { userId: users.id, orgId: users.org_id })}`;

function requireUser([user]: readonly User[]): User {
  if (user === undefined) throw notFound("user");
  return user;
}

/** Finds the dispatch that a key stands for, and those on other channels that were sent with it. */
const MESSAGE: Repeatable<Linked, SentOne> = {
  find: (id) => sql<Linked>`SELECT *, ${followedBy} FROM ${dispatches} WHERE id = ${id}
    UNION ALL SELECT d.*, NULL FROM ${dispatches} f CROSS JOIN ${dispatches} d ON d.batch_id = f.batch_id
    WHERE f.id = ${id} AND d.follows IS NULL AND d.id <> f.id`,
  replay: ([dispatch, ...others]) =>
    dispatch === undefined ? null : { dispatch, others, replayed: true, limit: null },
};

const sentOf = ([first, ...others]: Rows): SentOne => ({
  dispatch: asRead(first),
  others: others.map(asRead),
  replayed: false,
  limit: null,
});

/** Inserts the dispatches, unless a request with the same key came first: then it returns what that one made. */
async function insert(ctx: Ctx, request: Once<SentOne>, rows: Rows): Promise<SentOne> {
  const [{ id }] = rows;
  await using quota = await reserveQuota(ctx, rows);
  const isWanted = sql`${request.isMine(id)} AND ${HAS_USER}`;
  const { earlier } = await request.write(id, { inserted: insertDispatches(rows, isWanted) });
  if (earlier !== null) return earlier;
  quota.keep();
  return sentOf(rows);
}

/**
 * Inserts the dispatches of a user who has not been read. The statement finds the organization, skips those whose quota is
 * known to be used up, and the quota is charged afterwards. @throws 404 when there is no such user, 429
 */
async function insertBlindly(ctx: Ctx, rows: Rows): Promise<SentOne> {
  const usedUp = ctx.quotas.usedUp();
  const { found } = await ctx.db.write({
    inserted: insertForUsers(rows, usedUp),
    found: findUser({ kind: "all" }, rows[0].user_id),
  });
  const { org_id } = requireUser(found);
  if (usedUp.includes(org_id ?? NO_ORG)) throw overQuota(ctx);
  const [first, ...others] = rows;
  const inserted: Rows = [{ ...first, org_id }, ...others.map((row) => ({ ...row, org_id }))];
  await chargeQuota(ctx, inserted);
  return sentOf(inserted);
}
