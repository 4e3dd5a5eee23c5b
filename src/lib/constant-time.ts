import { sha256 } from "./sha256.ts";

/** Whether two secrets are the same. The time it takes shows neither where they differ nor how long they are. */
export async function isSameSecret(a: string, b: string): Promise<boolean> {
  const [left, right] = await Promise.all([sha256(a), sha256(b)]);
  return crypto.subtle.timingSafeEqual(left, right);
}

/** Whether `text` is one of `secrets`. It compares all, so that the time does not show which one it was. */
export async function isOneOf(text: string, secrets: readonly string[]): Promise<boolean> {
  const same = await Promise.all(secrets.map((secret) => isSameSecret(text, secret)));
  return same.includes(true);
}
