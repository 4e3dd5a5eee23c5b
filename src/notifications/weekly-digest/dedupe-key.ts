import { type KeyForm, part } from "../../outbox/dedupe-keys.ts";

export const DIGEST_KEYS = { kind: "digest", user: "part" } as const satisfies KeyForm;

/** That a user got the digest of a local week, such as `2026-W13`. */
export const digestKey = (userId: string, week: string): string =>
  `${DIGEST_KEYS.kind}:${part(userId)}:${week}`;
