import { sql } from "drizzle-orm";
import { audit, type Author } from "../../audit/audit.ts";
import { fromType } from "../../content/type.ts";
import type { Ctx } from "../../ctx.ts";
import { certifications, type Dispatch, users } from "../../db/schema/index.ts";
import { inScope, type Scope, senderOf } from "../../auth/scope.ts";
import {
  asRead,
  dispatchRow,
  type FreshDispatch,
  insertDedupeKeys,
  insertDispatches,
} from "../../outbox/create.ts";
import { wake } from "../../outbox/wake.ts";
import { type IdempotencyKey, DISPATCH, type Once, once } from "../../idempotency/once.ts";
import { Failure, notFound } from "../../lib/failure.ts";
import { reserveQuota } from "../../rate-limit/quota/quota.ts";
import { emailBudget, reserveSlot } from "../../rate-limit/budgets.ts";
import { type Certificate, reminderOf } from "./content.ts";
import { reminderKey } from "./dedupe-key.ts";
import { certificationReminder } from "./type.ts";

/** The most certificates of one user that a reminder reads: those whose expiry is nearest. */
const MAX_CERTIFICATES = 200;

type User = { id: string; org_id: string | null };

/**
 * Queues one e-mail that lists a user's certificates, expired ones included. Two round trips.
 * @throws 404 for a user outside the scope, 409 `no_certification`, 429 over the user's budget or the organization's quota
 */
export async function remindUser(
  ctx: Ctx,
  scope: Scope,
  author: Author,
  key: IdempotencyKey | null,
  userId: string,
): Promise<{ dispatch: Dispatch; replayed: boolean }> {
  const request = once(ctx, key, DISPATCH);
  const { found, earlier } = await request.read({
    users: sql<User>`SELECT id, org_id FROM ${users} WHERE id = ${userId}
      AND ${inScope(scope, { userId: users.id, orgId: users.org_id })}`,
    certificates: sql<Certificate>`SELECT id, name, expires_at FROM ${certifications} WHERE user_id = ${userId}
      ORDER BY abs(expires_at - ${ctx.clock.now()}) LIMIT ${MAX_CERTIFICATES}`,
  });
  if (earlier !== null) return { dispatch: earlier, replayed: true };
  const [user] = found.users;
  const { certificates } = found;
  if (user === undefined) throw notFound("user");
  if (certificates.length === 0)
    throw new Failure("conflict", "The user has no certification.", { code: "no_certification" });

  const row = dispatchRow(ctx, {
    ...fromType(certificationReminder, ctx.clock.now()),
    lane: "email",
    userId,
    orgId: user.org_id,
    senderOrgId: senderOf(scope),
    payload: reminderOf(certificates, ctx.clock.now()),
    slotTaken: true,
  });
  await using slot = await reserveSlot(ctx, emailBudget(ctx), row);
  await using quota = await reserveQuota(ctx, [row]);
  const winner = await insert(ctx, author, request, row, certificates);
  if (winner !== null) return { dispatch: winner, replayed: true };
  slot?.keep();
  quota.keep();
  await wake(ctx, [{ id: row.id, channel: "email", lane: "email", at: row.due_at }]);
  return { dispatch: asRead(row), replayed: false };
}

/** Inserts the dispatch. If a request with the same key came first, returns that request's dispatch instead. */
async function insert(
  ctx: Ctx,
  author: Author,
  request: Once<Dispatch>,
  row: FreshDispatch,
  certificates: readonly Certificate[],
): Promise<Dispatch | null> {
  const keys = certificates.map((one) => ({ key: reminderKey(one, row.id), dispatch_id: row.id }));
  // The user may have been erased since the read.
  const isWanted = sql`${request.isMine(row.id)} AND EXISTS (SELECT 1 FROM ${users} WHERE id = ${row.user_id})`;
  const { earlier } = await request.write(row.id, {
    dispatch: insertDispatches([row], isWanted),
    keys: insertDedupeKeys(keys, isWanted),
    audited: audit({ id: ctx.ids.uuid(), action: "reminder.send", target: row.id, ...author }, isWanted),
  });
  return earlier;
}
