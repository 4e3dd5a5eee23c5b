import { type SQL, sql, type SQLWrapper } from "drizzle-orm";
import { audit, type Author, isAudited } from "../../audit/audit.ts";
import type { Ctx } from "../../ctx.ts";
import { suppressions, type SuppressionReason } from "../../db/schema/index.ts";
import { addressKey } from "../../lib/address.ts";
import { notFound } from "../../lib/failure.ts";
import { type Listed, type Page, TOTAL_CAP } from "../../lib/page.ts";

/** An address that nothing is sent to. */
export interface Suppression {
  /** A UUID. */
  id: string;
  email: string;
  reason: SuppressionReason;
  /** Epoch ms; null: for ever. */
  expires_at: number | null;
  /** Of the first event, epoch ms. */
  created_at: number;
}

const COLUMNS = sql.raw("id, email, reason, expires_at, created_at");

const inForce = (now: number): SQL => sql`(expires_at IS NULL OR expires_at > ${now})`;

/** Whether nothing may be sent to the address in `column`, which is canonical; as 0 or 1. */
export const isSuppressed = (column: SQLWrapper, now: number): SQL =>
  sql`EXISTS (SELECT 1 FROM ${suppressions} WHERE email = lower(${column}) AND ${inForce(now)})`;

/** A page of those in force, newest first. One round trip. */
export async function listSuppressions(ctx: Ctx, page: Page): Promise<Listed<Suppression>> {
  const now = ctx.clock.now();
  const before = page.before === null ? sql`true` : sql`id < ${page.before}`;
  const [rows = [], total = []] = await ctx.db.readList([
    sql`SELECT ${COLUMNS} FROM ${suppressions} WHERE ${inForce(now)} AND ${before}
      ORDER BY id DESC LIMIT ${page.limit + 1} OFFSET ${page.offset}`,
    sql`SELECT count(*) AS total FROM
      (SELECT 1 FROM ${suppressions} WHERE ${inForce(now)} LIMIT ${TOTAL_CAP + 1})`,
  ]);
  return { rows: rows as Suppression[], total: (total as { total: number }[])[0]?.total ?? 0 };
}

/** @param address canonical. @throws 404 when mail may be sent to it */
export async function findSuppression(ctx: Ctx, address: string): Promise<Suppression> {
  const [[found] = []] = await ctx.db.readList([
    sql`SELECT ${COLUMNS} FROM ${suppressions}
      WHERE email = ${addressKey(address)} AND ${inForce(ctx.clock.now())}`,
  ]);
  if (found === undefined) throw notFound("suppression");
  return found as Suppression;
}

/** Lifts a suppression, and notes who did, and what it was. One round trip. @throws 404 */
export async function liftSuppression(ctx: Ctx, id: string, author: Author): Promise<void> {
  const entry = ctx.ids.uuid();
  const found = sql`FROM ${suppressions} WHERE id = ${id}`;
  const was = sql`(SELECT json_object('complaint', reason = 'complaint', 'suppressed_at', created_at,
    'expires_at', expires_at) ${found})`;
  const [, , made = []] = await ctx.db.writeList([
    audit(
      { id: entry, action: "suppression.lift", target: id, detail: was, ...author },
      sql`EXISTS (SELECT 1 ${found})`,
    ),
    sql`DELETE ${found}`,
    isAudited(entry),
  ]);
  if (made.length === 0) throw notFound("suppression");
}
