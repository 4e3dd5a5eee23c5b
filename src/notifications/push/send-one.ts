import { sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import type { Statement } from "../../db/statement.ts";
import { type Channel, type Dispatch, dispatches, users } from "../../db/schema/index.ts";
import { inScope, type Scope, senderOf } from "../../auth/scope.ts";
import { dispatchRow, HAS_USER, insertDispatches, insertForUsers } from "../../outbox/create.ts";
import { type Linked, LINKS } from "../../log/links.ts";
import { toWakeOf, wake } from "../../outbox/wake.ts";
import type { IdempotencyKey } from "../../idempotency/keys.ts";
import { type Once, once, type Repeatable } from "../../idempotency/once.ts";
import { Failure, notFound } from "../../lib/failure.ts";
import { chargeQuota, inQuota, overQuota } from "../../rate-limit/quota/admit.ts";
import { NO_ORG } from "../../rate-limit/quota/quotas.ts";
import { inAppBudget, pushBudget } from "../../rate-limit/budgets.ts";
import type { Reservation } from "../../rate-limit/limiter.ts";
import { inSlot } from "../../rate-limit/in-slot.ts";
import { idFromData, type PushContent, shownBy } from "./content.ts";

/** Where a message may be sent at the same time. */
export const SEND_CHANNELS = ["push", "in_app"] as const satisfies readonly Channel[];

export interface SendOne extends PushContent {
  /** Each once; without it a push alone. */
  channels?: readonly (typeof SEND_CHANNELS)[number][] | undefined;
  send_at?: number | undefined;
  expires_at?: number | undefined;
  fallback?: Channel | undefined;
}

export interface SentOne {
  /** The push; the in-app message where there is no push. */
  dispatch: Linked;
  /** The same message on the other channels that were asked for. */
  others: Dispatch[];
  /** Whether an earlier request with the same Idempotency-Key made it. */
  replayed: boolean;
  /** What the limiter said; null for a replay and for a send in the future. */
  reservation: Reservation | null;
}

type User = { id: string; org_id: string | null };

/**
 * Takes a message for one user into the outbox, on each channel asked for, and wakes whom it concerns. One round trip for
 * a caller who may reach everyone and sent no key. Otherwise two: user and key, then dispatches and key, so that neither
 * a repeat nor someone else's user has anything to do with a limiter.
 * @throws 400 for what has expired already, 404 for a user outside the scope, 422 for a key used with another body, 429 over
 * the user's budget or the organization's quota
 */
export async function sendOne(
  ctx: Ctx,
  scope: Scope,
  key: IdempotencyKey | null,
  input: SendOne,
): Promise<SentOne> {
  const isBlind = key === null && scope.kind === "all";
  const request = once(ctx, key, MESSAGE);
  const found = isBlind ? { id: input.user_id, org_id: null } : await look(request, scope, input.user_id);
  if ("replayed" in found) return found;

  // Not before a repeat has had its answer: what its key made may have expired since.
  refuseExpired(ctx, input);
  const rows = rowsOf(ctx, found, senderOf(scope), input);
  const [dispatch] = rows;
  if (dispatch === undefined) throw new Error("A message that is sent nowhere");
  const insertNow = isBlind ? insertBlindly : insert;
  const sent = await inSlots(ctx, rows, () => insertNow(ctx, request, dispatch.id, rows));
  if (sent.replayed) return sent;
  await wake(ctx, toWakeOf(rows));
  return sent;
}

/**
 * Takes the slots of a message. A push that is to go later takes its own when it goes: the budget counts sends, not
 * requests. In-app messages are rows that nothing else holds back, so theirs count when they are made.
 */
async function inSlots(ctx: Ctx, rows: readonly Dispatch[], make: () => Promise<SentOne>): Promise<SentOne> {
  const [row, ...others] = rows;
  if (row === undefined) return make();
  const isNew = ({ replayed }: SentOne) => !replayed;
  const within = () => inSlots(ctx, others, make);
  const slot = { userId: row.user_id, dispatchId: row.id };
  if (row.channel === "in_app")
    return (await inSlot(ctx, { ...slot, budget: inAppBudget(ctx) }, within, isNew)).made;
  if (row.slot_at === null) return within();
  const { made, reservation } = await inSlot(ctx, { ...slot, budget: pushBudget(ctx) }, within, isNew);
  return { ...made, reservation: made.replayed ? null : reservation };
}

function refuseExpired({ clock }: Ctx, { expires_at = Number.POSITIVE_INFINITY }: SendOne): void {
  if (expires_at > clock.now()) return;
  const errors = [{ pointer: "/expires_at", detail: "must be in the future" }];
  throw new Failure("invalid_request", "The message has expired already.", { errors });
}

/** The user, or what an earlier request with the key made. @throws 404, 422 */
async function look(request: Once<SentOne>, scope: Scope, userId: string): Promise<User | SentOne> {
  const { found, earlier } = await request.read([findUser(scope, userId)]);
  if (earlier !== null) return earlier;
  const [[user] = []] = found as User[][];
  if (user === undefined) throw notFound("user");
  return user;
}

/** A dispatch on each channel, the push first. Those of one send are a batch, so that each leads to the others. */
function rowsOf(ctx: Ctx, user: User, senderOrgId: string | null, input: SendOne): Dispatch[] {
  const { channels = ["push"] } = input;
  const batch = channels.length > 1 ? { batchId: ctx.ids.uuid() } : {};
  const now = ctx.clock.now();
  return SEND_CHANNELS.filter((channel) => channels.includes(channel)).map((channel) => {
    const isPush = channel === "push";
    const row = dispatchRow(ctx, {
      ...batch,
      channel,
      lane: "push",
      type: "push",
      userId: user.id,
      orgId: user.org_id,
      senderOrgId,
      ...shownBy(input),
      scenarioId: input.scenario_id ?? idFromData(input.data, "scenario_id"),
      promptId: input.prompt_id ?? idFromData(input.data, "prompt_id"),
      sendAt: input.send_at ?? null,
      expiresAt: input.expires_at ?? null,
      options: isPush ? input.options : undefined,
      fallback: isPush ? (input.fallback ?? null) : null,
      slotTaken: isPush && (input.send_at ?? now) <= now,
    });
    return row as Dispatch;
  });
}

const findUser = (scope: Scope, id: string): Statement =>
  sql`SELECT id, org_id FROM ${users} WHERE id = ${id}
      AND ${inScope(scope, { userId: users.id, orgId: users.org_id })}`;

const sentOf = ([dispatch, ...others]: readonly Dispatch[], replayed: boolean): SentOne => {
  if (dispatch === undefined) throw new Error("A message that is sent nowhere");
  return { dispatch, others, replayed, reservation: null };
};

/** The dispatch that a key stands for, and after it the in-app message that was sent with it. */
const MESSAGE: Repeatable<SentOne> = {
  find: (id) => sql`SELECT *, ${LINKS} FROM ${dispatches} WHERE id = ${id}
    UNION ALL SELECT d.*, NULL, NULL FROM ${dispatches} f CROSS JOIN ${dispatches} d ON d.batch_id = f.batch_id
    WHERE f.id = ${id} AND d.channel = 'in_app' AND d.id <> f.id`,
  replay: (rows) => (rows.length === 0 ? null : sentOf(rows as Dispatch[], true)),
};

/** Inserts the dispatches, unless a request with the same key came first: then it returns what that one made. */
async function insert(
  ctx: Ctx,
  request: Once<SentOne>,
  id: string,
  rows: readonly Dispatch[],
): Promise<SentOne> {
  const write = () => request.write(id, (isMine) => insertDispatches(rows, sql`${isMine} AND ${HAS_USER}`));
  const { earlier } = await inQuota(ctx, rows, write, (made) => made.earlier === null);
  return earlier ?? sentOf(rows, false);
}

/**
 * Inserts the dispatches of a user of whom nothing has been read. Whose quota they count in is known afterwards; the
 * quotas that are known to be used up are kept out. @throws 404 when there is no such user, 429
 */
async function insertBlindly(
  ctx: Ctx,
  request: Once<SentOne>,
  id: string,
  rows: readonly Dispatch[],
): Promise<SentOne> {
  const theirUser = findUser({ kind: "all" }, rows[0]?.user_id ?? "");
  const usedUp = ctx.quotas.usedUp();
  const { found } = await request.write(id, () => insertForUsers(rows, usedUp), [theirUser]);
  const [[user] = []] = found as User[][];
  if (user === undefined) throw notFound("user");
  if (usedUp.includes(user.org_id ?? NO_ORG)) throw overQuota(ctx);
  const inserted = rows.map((row) => ({ ...row, org_id: user.org_id }));
  await chargeQuota(ctx, inserted);
  return sentOf(inserted, false);
}
