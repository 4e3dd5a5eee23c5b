import type { SQL } from "drizzle-orm";
import { isOfKind, keyInSql, type KeyForm } from "../../outbox/dedupe-keys.ts";

export const PAUSE_KEYS = { kind: "status:peer-mentor", user: null } as const satisfies KeyForm;

/** That a coordinator was notified of the `seq`th status of a mentor. */
export const pauseKey = (mentorId: SQL, seq: SQL): SQL => keyInSql(PAUSE_KEYS.kind, mentorId, seq);

/** The condition that the key of `o` is of a mentor's pause or return. */
export const IS_PAUSE: SQL = isOfKind(PAUSE_KEYS.kind);
