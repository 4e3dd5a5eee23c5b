import type { SQL } from "drizzle-orm";
import { isOfKind, keyInSql, type KeyForm, restOf } from "../../outbox/dedupe-keys.ts";

export const MATCH_KEYS = { kind: "match", user: null } as const satisfies KeyForm;

/** That a user was notified of a match. */
export const matchKey = (matchId: SQL): SQL => keyInSql(MATCH_KEYS.kind, matchId);

/** The condition that the key of `o` is of a match, and the match's id in it. */
export const IS_MATCH: SQL = isOfKind(MATCH_KEYS.kind);
export const MATCH_ID: SQL = restOf(MATCH_KEYS.kind);
