import { sql } from "drizzle-orm";
import { audit, type Author } from "../../audit/audit.ts";
import type { Ctx } from "../../ctx.ts";
import { certifications, type Dispatch, users } from "../../db/schema/index.ts";
import { inScope, type Scope, senderOf } from "../../auth/scope.ts";
import { dispatchRow, insertDispatches, insertDedupeKeys } from "../../outbox/create.ts";
import { reminderKey } from "../../outbox/dedupe-keys.ts";
import { wake } from "../../outbox/wake.ts";
import type { IdempotencyKey } from "../../idempotency/keys.ts";
import { DISPATCH, type Once, once } from "../../idempotency/once.ts";
import { Failure, notFound } from "../../lib/failure.ts";
import { inQuota } from "../../rate-limit/quota/admit.ts";
import { emailBudget } from "../../rate-limit/budgets.ts";
import { inSlot } from "../../rate-limit/in-slot.ts";
import { type Certificate, reminderOf } from "./content.ts";

/** Certificates of one user that a reminder looks at: those nearest to their expiry. */
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
  const { found, earlier } = await request.read([
    sql`SELECT id, org_id FROM ${users} WHERE id = ${userId}
      AND ${inScope(scope, { userId: users.id, orgId: users.org_id })}`,
    sql`SELECT id, name, expires_at FROM ${certifications} WHERE user_id = ${userId}
      ORDER BY abs(expires_at - ${ctx.clock.now()}) LIMIT ${MAX_CERTIFICATES}`,
  ]);
  if (earlier !== null) return { dispatch: earlier, replayed: true };
  const [[user], certificates] = found as [User[], Certificate[]];
  if (user === undefined) throw notFound("user");
  if (certificates.length === 0)
    throw new Failure("conflict", "The user has no certification.", { code: "no_certification" });

  const row = dispatchRow(ctx, {
    channel: "email",
    lane: "email",
    type: "certification_reminder",
    userId,
    orgId: user.org_id,
    senderOrgId: senderOf(scope),
    payload: reminderOf(certificates, ctx.clock.now()),
    slotTaken: true,
  }) as Dispatch;
  const { made: winner } = await inSlot(
    ctx,
    { userId, budget: emailBudget(ctx), dispatchId: row.id },
    () =>
      inQuota(
        ctx,
        [row],
        () => insert(ctx, author, request, row, certificates),
        (one) => one === null,
      ),
    (one) => one === null,
  );
  if (winner !== null) return { dispatch: winner, replayed: true };
  await wake(ctx, [{ id: row.id, channel: "email", lane: "email", at: row.due_at }]);
  return { dispatch: row, replayed: false };
}

/** Inserts the dispatch, unless a request with the same key came first: then it returns what that one made. */
async function insert(
  ctx: Ctx,
  author: Author,
  request: Once<Dispatch>,
  row: Dispatch,
  certificates: readonly Certificate[],
): Promise<Dispatch | null> {
  const told = certificates.map((one) => ({ key: reminderKey(one, row.id), dispatch_id: row.id }));
  const { earlier } = await request.write(row.id, (isMine) => {
    // The user may have been erased since they were read.
    const isWanted = sql`${isMine} AND EXISTS (SELECT 1 FROM ${users} WHERE id = ${row.user_id})`;
    return [
      ...insertDispatches([row], isWanted),
      ...insertDedupeKeys(told, isWanted),
      audit({ id: ctx.ids.uuid(), action: "reminder.send", target: row.id, ...author }, isWanted),
    ];
  });
  return earlier;
}
