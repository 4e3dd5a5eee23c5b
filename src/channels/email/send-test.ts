import { sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { type Dispatch, dispatches, idempotencyKeys } from "../../db/schema/index.ts";
import { createUserIfMissing, type NewUser } from "../../directory/users.ts";
import { dispatchRow, insertDispatches } from "../../dispatch/create.ts";
import {
  findKey,
  type IdempotencyKey,
  keyTaken,
  replayOf,
  type StoredKey,
  takeKey,
} from "../../idempotency/keys.ts";
import { HOUR, MINUTE } from "../../lib/clock.ts";
import { Failure, notFound } from "../../lib/failure.ts";
import { reserveOrRefuse } from "../../rate-limit/headers.ts";
import type { EmailType } from "./templates/index.ts";

/** Test e-mails that a user may ask for within an hour. */
const TESTS_PER_HOUR = 5;

/** A test that could not be sent at once is of no use later. */
const GOOD_FOR_MS = MINUTE;

export interface TestRequest {
  type: EmailType;
  subject?: string | undefined;
}

/** Sends what is due of these ids, and returns when it has been settled. */
export type DeliverNow = (ctx: Ctx, ids: readonly string[]) => Promise<unknown>;

/**
 * Sends the caller a test e-mail at once, with sample content of any type, and reports what became of it. The dispatch
 * goes the way of all others (claim, provider, settle), only without the queue.
 * @throws 429 over five an hour; 500 when no provider could be reached
 */
export async function sendTest(
  ctx: Ctx,
  deliverNow: DeliverNow,
  key: IdempotencyKey | null,
  caller: NewUser,
  { type, subject }: TestRequest,
): Promise<{ dispatch: Dispatch; replayed: boolean }> {
  const earlier = key && (await replayed(ctx, key));
  if (earlier) return { dispatch: outcomeOf(earlier), replayed: true };

  const row = dispatchRow(ctx, {
    channel: "email",
    lane: "email",
    type: "test",
    userId: caller.id,
    orgId: caller.orgId ?? null,
    payload: { sample: type },
    ...(subject !== undefined && { title: subject }),
    expiresAt: ctx.clock.now() + GOOD_FOR_MS,
    slotTaken: true,
  });
  await reserveOrRefuse(
    ctx.limiters(caller.id),
    { name: "test", limit: TESTS_PER_HOUR, periodMs: HOUR },
    row.id,
  );
  await ctx.db.write([
    ...(key ? [takeKey(key, row.id)] : []),
    createUserIfMissing(ctx, caller),
    ...insertDispatches([row], keyTaken(key, row.id)),
  ]);
  await deliverNow(ctx, [row.id]);
  const [found = []] = await ctx.db.read([sql`SELECT * FROM ${dispatches} WHERE id = ${row.id}`]);
  return { dispatch: outcomeOf(found[0] as Dispatch | undefined), replayed: false };
}

async function replayed(ctx: Ctx, key: IdempotencyKey): Promise<Dispatch | null> {
  const [stored = [], found = []] = await ctx.db.read([
    findKey(key),
    sql`SELECT * FROM ${dispatches} WHERE id = (SELECT resource_id FROM ${idempotencyKeys} WHERE key = ${key.key})`,
  ]);
  if (replayOf(key, stored[0] as StoredKey | undefined) === null) return null;
  if (found.length === 0) throw notFound("test e-mail any more");
  return found[0] as Dispatch;
}

/** What a provider has decided upon; anything else means that none could be reached. */
function outcomeOf(dispatch: Dispatch | undefined): Dispatch {
  if (dispatch !== undefined && dispatch.status !== "queued" && dispatch.status !== "sending")
    return dispatch;
  throw new Failure("internal", "The e-mail service is broken or cannot be reached.", {
    code: "email_service_error",
    cause: new Error(`A test e-mail was not sent: ${dispatch?.error_code ?? "all providers rest"}`),
  });
}
