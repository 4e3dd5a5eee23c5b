/** The SHA-256 of a text's UTF-8. */
export const sha256 = (text: string): Promise<ArrayBuffer> =>
  crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));

/** The same in hexadecimal: 64 digits. */
export const sha256Hex = async (text: string): Promise<string> =>
  Array.from(new Uint8Array(await sha256(text)), (byte) => byte.toString(16).padStart(2, "0")).join("");
