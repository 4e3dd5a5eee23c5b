/**
 * 32 bytes of a secret for one purpose (HKDF-SHA-256), so that what is signed or sealed for one purpose is never valid for
 * another one, nor as a link or a token of the same secret.
 */
export async function deriveKey(secret: string, purpose: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const base = await crypto.subtle.importKey("raw", bytes(secret), "HKDF", false, ["deriveBits"]);
  const info = bytes(`tidings/${purpose}`);
  const derived = await crypto.subtle.deriveBits(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info },
    base,
    256,
  );
  return new Uint8Array(derived);
}
