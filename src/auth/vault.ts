import { base64url } from "jose";
import type { Ctx } from "../ctx.ts";
import { cachedLater } from "../lib/cached.ts";
import { Failure } from "../lib/failure.ts";
import { deriveKey } from "./derived-key.ts";
import { seal, unseal } from "./seal.ts";

/** The row that a stored secret belongs to. Copied into another row it does not open. */
export interface Place {
  table: string;
  id: string;
}

type WithKeys = Pick<Ctx, "config">;

/** Six bytes of each key, so that a sealed text says which key opens it. */
const KEY_ID_BYTES = 6;

/** Characters of the key's id at the start of a sealed text. */
const KEY_ID_LENGTH = (KEY_ID_BYTES * 4) / 3;

/** The name of a key: derived from it, and worthless for finding it out. */
export const keyIdOf = cachedLater(4, async (key: string) =>
  base64url.encode((await deriveKey(key, "secrets-key-id")).slice(0, KEY_ID_BYTES)),
);

/** The id of the key that sealed a stored secret. */
export const sealerOf = (stored: string): string => stored.slice(0, KEY_ID_LENGTH);

/** What a place's secrets are sealed with. */
const belonging = ({ table, id }: Place) =>
  ({ purpose: "stored-secrets", to: JSON.stringify([table, id]) }) as const;

/**
 * A secret as it is stored: JSON of `value`, sealed for one row with the current SECRETS_KEY. The text is
 * `<key id>.<AES-256-GCM>`, URL-safe ASCII, and about as long for a short secret as for a long one.
 * @throws Failure `secrets_key_missing` where SECRETS_KEY is not set
 */
export async function sealSecret({ config }: WithKeys, place: Place, value: unknown): Promise<string> {
  if (config.secretsKeys === null)
    throw new Failure(
      "unavailable",
      "This service cannot store secrets: its operator must set SECRETS_KEY.",
      {
        code: "secrets_key_missing",
      },
    );
  const { current } = config.secretsKeys;
  const sealed = await seal({ current, previous: undefined }, belonging(place), value);
  return `${await keyIdOf(current)}.${sealed}`;
}

/**
 * The JSON of a stored secret, opened with the key that sealed it: the current SECRETS_KEY or the former one.
 * @returns null when neither did, when the text is damaged, and when it was sealed for another row
 */
export async function openSecret({ config }: WithKeys, place: Place, stored: string): Promise<string | null> {
  for (const key of [config.secretsKeys?.current, config.secretsKeys?.previous]) {
    if (key === undefined || !stored.startsWith(`${await keyIdOf(key)}.`)) continue;
    const sealed = stored.slice(KEY_ID_LENGTH + 1);
    return unseal({ current: key, previous: undefined }, belonging(place), sealed);
  }
  return null;
}
