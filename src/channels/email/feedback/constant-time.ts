const digest = async (text: string): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));

/** Whether two secrets are the same, in a time that tells nothing of where they differ or how long they are. */
export async function isSameSecret(a: string, b: string): Promise<boolean> {
  const [left, right] = await Promise.all([digest(a), digest(b)]);
  let difference = 0;
  for (const [index, byte] of left.entries()) difference |= byte ^ (right[index] ?? 0);
  return difference === 0;
}

/** Whether `text` is one of `secrets`. All are compared, so that the time does not tell which one it was. */
export async function isOneOf(text: string, secrets: readonly string[]): Promise<boolean> {
  const same = await Promise.all(secrets.map((secret) => isSameSecret(text, secret)));
  return same.includes(true);
}
