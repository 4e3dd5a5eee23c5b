import { afterCursor, limitOf, listedBy } from "../../db/page.ts";
import { type SQL, sql, type SQLWrapper } from "drizzle-orm";
import { audit, type Author, isAudited } from "../../audit/audit.ts";
import type { Ctx } from "../../ctx.ts";
import { suppressions, type SuppressionReason } from "../../db/schema/index.ts";
import { type Subject, suppressible } from "../../directory/subject.ts";
import { addressKey } from "../../lib/address.ts";
import { notFound } from "../../lib/failure.ts";
import { type Listed, type Page } from "../../lib/page.ts";

/** An address that gets no e-mail, or a number that gets no text message. */
export interface Suppression {
  /** A UUID. */
  id: string;
  /** The address or the number. */
  email: string;
  reason: SuppressionReason;
  /** Epoch ms; null: for ever. */
  expires_at: number | null;
  /** When it was first suppressed, epoch ms. */
  created_at: number;
}

const inForce = (now: number): SQL => sql`(expires_at IS NULL OR expires_at > ${now})`;

/** Suppressions that are in force, where `condition` holds. */
const select = (now: number, condition: SQL): SQL<Suppression> =>
  sql<Suppression>`SELECT id, email, reason, expires_at, created_at FROM ${suppressions}
    WHERE ${inForce(now)} AND ${condition}`;

/** 1 when nothing may be sent to the canonical address in `column`, otherwise 0. */
export const isSuppressed = (column: SQLWrapper, now: number): SQL =>
  sql`EXISTS (SELECT 1 FROM ${suppressions} WHERE email = lower(${column}) AND ${inForce(now)})`;

/** A page of the suppressions in force, newest first. One round trip. */
export async function listSuppressions(ctx: Ctx, page: Page): Promise<Listed<Suppression>> {
  const now = ctx.clock.now();
  const rows = sql<Suppression>`${select(now, afterCursor(page, sql`id`))} ORDER BY id DESC ${limitOf(page)}`;
  const { list } = await ctx.db.read({
    list: listedBy(page, rows, sql`FROM ${suppressions} WHERE ${inForce(now)}`),
  });
  return list;
}

/** The suppression of an address. @param address canonical. @throws 404 when it is not suppressed */
export async function findSuppression(ctx: Ctx, address: string): Promise<Suppression> {
  const { found } = await ctx.db.read({
    found: select(ctx.clock.now(), sql`email = ${addressKey(address)}`),
  });
  const [suppression] = found;
  if (suppression === undefined) throw notFound("suppression");
  return suppression;
}

/** The suppressions of a user's present address and number, where the caller may know of them: at most two. */
export const suppressionsOfUser = (ctx: Pick<Ctx, "clock">, subject: Subject): SQL<Suppression> =>
  select(ctx.clock.now(), sql`email IN ${suppressible(subject)}`);

/** Whether it is of a number. No address is without an @. */
export const isOfNumber = ({ email }: Pick<Suppression, "email">): boolean => !email.includes("@");

/** Lifts a suppression, with an audit entry. One round trip. @throws 404 */
export async function liftSuppression(ctx: Ctx, id: string, author: Author): Promise<void> {
  const entry = ctx.ids.uuid();
  const found = sql`FROM ${suppressions} WHERE id = ${id}`;
  const was = sql`(SELECT json_object('complaint', reason = 'complaint', 'suppressed_at', created_at,
    'expires_at', expires_at) ${found})`;
  const { made } = await ctx.db.write({
    note: audit(
      { id: entry, action: "suppression.lift", target: id, detail: was, ...author },
      sql`EXISTS (SELECT 1 ${found})`,
    ),
    lift: sql`DELETE ${found}`,
    made: isAudited(entry),
  });
  if (made.length === 0) throw notFound("suppression");
}
