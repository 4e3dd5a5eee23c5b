import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/statement.ts";
import { erasedUsers } from "../db/schema/index.ts";
import { DAY } from "../lib/clock.ts";
import { sha256Hex } from "../lib/sha256.ts";
import { Failure } from "../lib/failure.ts";

/**
 * What is kept of an erased user's id: SHA-256, in hex. It uses no secret: after a rotation no tombstone would match any
 * more. The hash does not show the id, but someone who has the database can check a guess.
 */
export const erasedHash = (userId: string): Promise<string> => sha256Hex(`erased user ${userId}`);

/**
 * The statement for the batch that erases a user. For `TOMBSTONE_DAYS` neither the user's token nor a device registration
 * creates the user again. A PUT to the directory still can.
 * @param isFound the condition that there is something to erase
 */
export async function buryUser(ctx: Ctx, userId: string, isFound: SQL): Promise<Statement> {
  const hash = await erasedHash(userId);
  return sql`INSERT INTO ${erasedUsers} (id_hash, expires_at)
    SELECT ${hash}, ${ctx.clock.now() + ctx.config.tombstoneDays * DAY} WHERE ${isFound}
    ON CONFLICT (id_hash) DO UPDATE SET expires_at = excluded.expires_at`;
}

/** The condition that the user has a tombstone. */
export async function erasedLately(ctx: Ctx, userId: string): Promise<SQL> {
  const hash = await erasedHash(userId);
  return sql`EXISTS (SELECT 1 FROM ${erasedUsers} WHERE id_hash = ${hash} AND expires_at > ${ctx.clock.now()})`;
}

/** The answer to a caller who was erased. */
export const userErased = (): Failure =>
  new Failure("gone", "This user has been erased. Only the directory can create the user anew.", {
    code: "user_erased",
  });
