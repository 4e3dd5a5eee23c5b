import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/statement.ts";
import { insertRows } from "../db/json.ts";
import { users as table } from "../db/schema/index.ts";
import { canonicalAddress } from "../lib/address.ts";
import type { Collection } from "./collection.ts";
import { eraseUser } from "./erase-user.ts";
import type { Change } from "./collection.ts";

export type User = typeof table.$inferSelect;
export type UserFacts = Omit<User, "phone_country" | "created_at" | "updated_at">;

/** The users. Deleting one erases the user's personal data everywhere. */
export const users: Collection<UserFacts, User> = {
  name: "users",
  noun: "user",
  table,
  normalized: withNumbers,
  kept: (now) => ({
    phone_country: { initial: null, changed: sql`excluded.phone_country` },
    created_at: { initial: now },
    updated_at: { initial: now, changed: sql`excluded.updated_at` },
  }),
  remove: eraseUser,
};

/** Numbers in E.164, each with its country. The library is loaded only for users who have a phone. */
async function withNumbers(rows: readonly UserFacts[]) {
  const { readPhone } = rows.some(({ phone }) => phone !== null)
    ? await import("../lib/phone.ts")
    : { readPhone: () => null };
  return rows.map(({ phone }) => {
    const found = phone === null ? null : readPhone(phone);
    return found === null
      ? { phone, phone_country: null }
      : { phone: found.number, phone_country: found.country };
  });
}

/** A query of the ids of users to whom this change gives another time zone. It includes new users who have a zone. */
export function withNewZone({ rows }: Change<Pick<UserFacts, "id" | "timezone">>): SQL {
  const zones = JSON.stringify(rows.map(({ id, timezone }) => ({ id, timezone })));
  return sql`SELECT given.value->>'id' FROM json_each(${zones}) AS given LEFT JOIN ${table} AS u
    ON u.id = given.value->>'id' WHERE u.timezone IS NOT given.value->>'timezone'`;
}

/** What a token or a registration says about a user. */
export interface NewUser {
  id: string;
  orgId?: string | null;
  name?: string | null;
  email?: string | null;
  emailVerified?: boolean;
}

/**
 * Creates a user who is missing; an existing one stays as it is. The statement belongs into the batch that needs the user.
 * @param erased the condition `erasedLately`: an erased user is not created
 */
export function createUserIfMissing(ctx: Ctx, user: NewUser, erased: SQL): Statement {
  const now = ctx.clock.now();
  const email = canonicalAddress(user.email ?? "");
  const row = {
    id: user.id,
    org_id: user.orgId ?? null,
    name: user.name ?? null,
    email,
    email_verified: email !== null && user.emailVerified === true,
    created_at: now,
    updated_at: now,
  };
  return insertRows(table, [row], { where: sql`NOT ${erased}`, onConflict: sql`ON CONFLICT DO NOTHING` });
}
