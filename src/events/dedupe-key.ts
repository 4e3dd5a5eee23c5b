import { sha256Hex } from "../lib/sha256.ts";
import { type KeyForm, part } from "../outbox/dedupe-keys.ts";

/** That an event with a key has notified a user on a channel. */
const NOTIFIED = { kind: "event", user: "part" } as const satisfies KeyForm;

/** The message that collects a user's events on a channel. It points to another one once that is no longer open. */
const COLLECTING = { kind: "collect", user: "part" } as const satisfies KeyForm;

/** All name the user, so that erasing the user removes them. */
export const EVENT_KEYS: readonly KeyForm[] = [NOTIFIED, COLLECTING];

/** Makes the key of a recipient and a channel. */
export type KeyFor = (userId: string, channel: string) => string;

/** So much of a hash that no two texts have the same. */
const HASH_CHARS = 32;

/** What a key is of: an organization, a type, and a text of the caller's. The text may be long, so it is hashed. */
async function keysOf({ kind }: KeyForm, orgId: string, type: string, text: string): Promise<KeyFor> {
  const hash = (await sha256Hex(text)).slice(0, HASH_CHARS);
  return (userId, channel) => [kind, part(userId), part(orgId), part(type), channel, hash].join(":");
}

export const notifiedKeys = (orgId: string, type: string, key: string): Promise<KeyFor> =>
  keysOf(NOTIFIED, orgId, type, key);

/**
 * @param value of the field by which the type collects; undefined where it collects all, or the data lacks it
 * @param senderOrgId of the org_admin who sends: when the user has left that organization, nobody else's events are lost
 */
export const collectingKeys = (
  orgId: string,
  type: string,
  value: unknown,
  senderOrgId: string | null,
): Promise<KeyFor> =>
  keysOf(COLLECTING, orgId, type, JSON.stringify([senderOrgId, ...(value === undefined ? [] : [value])]));
