import { isFinished } from "../../log/read.ts";
import { sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { type Channel, type Dispatch, dispatches, users } from "../../db/schema/index.ts";
import { ensureSubject, type Subject, subjectExists, subjectMissing } from "../../directory/subject.ts";
import {
  dispatchRow,
  type FreshDispatch,
  hasUserOutside,
  insertDispatches,
  ORG_OF_USER,
} from "../../outbox/create.ts";
import {
  DISPATCH,
  type IdempotencyKey,
  type Once,
  once,
  releaseKey,
  type Repeatable,
} from "../../idempotency/once.ts";
import { fromType, type ShownType } from "../../content/type.ts";
import { HOUR } from "../../lib/clock.ts";
import { Failure, notFound } from "../../lib/failure.ts";
import { appended } from "../../outbox/timeline.ts";
import { release, reserveSlot } from "../../rate-limit/budgets.ts";
import type { Budget } from "../../rate-limit/limiter.ts";
import { chargeQuota, overQuota } from "../../rate-limit/quota/quota.ts";
import { NO_ORG } from "../../rate-limit/quota/quotas.ts";
import { test, testPayload } from "./type.ts";

/** Tests that a user may ask for within an hour, on all channels. */
export const TEST_BUDGET: Budget = { name: "test", limit: 5, periodMs: HOUR };

export interface TestRequest extends ShownType {
  channel: Channel;
  subject?: string | undefined;
}

/** Sends the due dispatches among these ids, and returns when they have been settled. */
type DeliverNow = (ctx: Ctx, channel: Channel, ids: readonly string[]) => Promise<unknown>;

/** The test's dispatch, or that of an earlier request with the same key. */
export interface TestOutcome {
  dispatch: Dispatch;
  replayed: boolean;
}

/**
 * Sends the caller a test at once, with sample content of any type, or words on trial, and returns the outcome. The dispatch
 * goes the usual way (claim, provider, settle), only without the queue. Four round trips, one more with a key.
 * @throws 403 for a caller who is no user, 410 for one who was erased; 429 over five an hour; 500 when no provider could be
 *   reached; 409 while the key's first request is under way
 */
export async function sendTest(
  ctx: Ctx,
  deliverNow: DeliverNow,
  key: IdempotencyKey | null,
  caller: Subject,
  { channel, subject, ...shown }: TestRequest,
): Promise<TestOutcome> {
  const request = once(ctx, key, TEST);
  const { earlier } = await request.read({});
  if (earlier !== null) return earlier;

  const row = dispatchRow(ctx, {
    ...fromType(test, ctx.clock.now()),
    channel,
    userId: caller.id,
    orgId: null,
    payload: testPayload(shown),
    // What its inbox shows is only known when it is said.
    isDecidedLater: true,
    ...(subject !== undefined && { title: subject }),
    slotTaken: true,
  });
  const winner = await insertInSlot(ctx, request, key, caller, row);
  if (winner !== null) return winner;
  await deliverNow(ctx, channel, [row.id]);
  return { dispatch: await endTest(ctx, key, row), replayed: false };
}

/**
 * Takes a slot and inserts the dispatch. If a request with the same key came first, it returns that request's outcome. The
 * user's organization is known only after the insert, and its quota is charged then. The insert leaves out organizations
 * whose quota is known to be used up.
 */
async function insertInSlot(
  ctx: Ctx,
  request: Once<TestOutcome>,
  key: IdempotencyKey | null,
  caller: Subject,
  row: FreshDispatch,
): Promise<TestOutcome | null> {
  await using slot = await reserveSlot(ctx, TEST_BUDGET, row);
  const { create, why } = await ensureSubject(ctx, caller);
  const usedUp = ctx.quotas.usedUp();
  const wanted = sql`${subjectExists(caller)} AND ${hasUserOutside(usedUp)}`;
  const { found, earlier } = await request.write(row.id, {
    create,
    inserted: insertDispatches([row], sql`${request.isMine(row.id)} AND ${wanted}`, { org_id: ORG_OF_USER }),
    released: releaseKey(key, row.id, sql`NOT EXISTS (SELECT 1 FROM ${dispatches} WHERE id = ${row.id})`),
    why,
    dispatches: sql<OfOrg>`SELECT org_id FROM ${dispatches} WHERE id = ${row.id}`,
    users: sql<OfOrg>`SELECT org_id FROM ${users} WHERE id = ${caller.id}`,
  });
  if (earlier !== null) return earlier;
  const [[made], [user]] = [found.dispatches, found.users];
  if (made !== undefined) await chargeQuota(ctx, [{ ...row, org_id: made.org_id }]);
  else if (user !== undefined && usedUp.includes(user.org_id ?? NO_ORG)) throw overQuota(ctx);
  else throw subjectMissing(caller, found.why);
  slot?.keep();
  return null;
}

interface OfOrg {
  org_id: string | null;
}

/** How a repeat finds the test of the first request. */
const TEST: Repeatable<Dispatch, TestOutcome> = {
  find: DISPATCH.find,
  replay(rows, id) {
    const dispatch = DISPATCH.replay(rows, id);
    if (dispatch === null) throw notFound("test e-mail any more");
    if (!isFinished(dispatch))
      throw new Failure("conflict", "The first request with this Idempotency-Key is still under way.", {
        code: "in_progress",
      });
    return { dispatch, replayed: true };
  },
};

/**
 * Reads the outcome of the test. If no provider was asked to send it, it fails here: its key and its slot are freed, so that
 * the caller can try again.
 */
async function endTest(
  ctx: Ctx,
  key: IdempotencyKey | null,
  { id, channel }: Pick<FreshDispatch, "id" | "channel">,
): Promise<Dispatch> {
  const code = channel === "email" ? "email_service_error" : "service_error";
  const now = ctx.clock.now();
  const isUnsent = sql`id = ${id} AND status = 'queued'`;
  // A mark in `claim_id`: a repeat of the committed batch recognizes the row that it ended.
  const mark = ctx.ids.uuid();
  const freeKey = releaseKey(key, id, sql`EXISTS (SELECT 1 FROM ${dispatches} WHERE ${isUnsent})`);
  const {
    found: [dispatch],
  } = await ctx.db.write({
    freeKey,
    end: sql`UPDATE ${dispatches} SET status = 'failed', error_code = coalesce(error_code, ${code}),
        error = coalesce(error, 'No provider could be reached'), wake_at = NULL,
        sent_at = coalesce(sent_at, ${now}), claim_id = ${mark}, updated_at = ${now},
        timeline = ${appended({ did: "ended", at: now, status: "failed", code })}
      WHERE ${isUnsent}`,
    found: sql<Dispatch>`SELECT * FROM ${dispatches} WHERE id = ${id}`,
  });
  const isEndedHere = dispatch?.claim_id === mark;
  if (dispatch !== undefined && dispatch.status !== "sending" && !isEndedHere) return dispatch;
  if (isEndedHere && dispatch.attempts === 0) await release(ctx, dispatch.user_id, TEST_BUDGET, [id]);
  const service = channel === "email" ? "e-mail service" : `provider of ${channel}`;
  throw new Failure("internal", `The ${service} is broken or cannot be reached.`, {
    code,
    cause: new Error(`A test by ${channel} was not sent: ${dispatch?.error_code ?? "nobody knows why"}`),
  });
}
