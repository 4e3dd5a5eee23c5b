import { type SQL, sql } from "drizzle-orm";
import { isOfKind, type KeyForm, part, partOfKey } from "../../outbox/dedupe-keys.ts";

export const DEADLINE_KEYS = { kind: "deadline", user: "part" } as const satisfies KeyForm;

/** That a user was reminded of a grant's deadline (epoch ms) at a step of the ladder (days before it). */
export const deadlineKey = (userId: string, grantId: string, deadline: number, step: number): string =>
  `${DEADLINE_KEYS.kind}:${part(userId)}:${part(grantId)}:${deadline}:${step}`;

/** The condition that the key of `o` is of a deadline's reminder, and the grant's id and the deadline (epoch ms) in it. */
export const IS_DEADLINE: SQL = isOfKind(DEADLINE_KEYS.kind);
export const DEADLINE_GRANT: SQL = partOfKey(2);
export const DEADLINE: SQL = sql`CAST(${partOfKey(3)} AS INTEGER)`;
