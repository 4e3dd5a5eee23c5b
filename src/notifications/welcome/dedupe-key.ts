import type { SQL } from "drizzle-orm";
import { type KeyForm, restOf } from "../../outbox/dedupe-keys.ts";

export const WELCOME_KEYS = { kind: "welcome", user: "rest" } as const satisfies KeyForm;

/** That a user was welcomed. */
export const welcomeKey = (userId: string): string => `${WELCOME_KEYS.kind}:${userId}`;

/** The user whom the dispatch with this key welcomes. */
export const welcomedBy = (key: SQL): SQL => restOf(WELCOME_KEYS.kind, key);
