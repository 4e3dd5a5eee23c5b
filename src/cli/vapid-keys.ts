import { createECDH } from "node:crypto";

/** A new key pair for Web Push (RFC 8292), base64url: the uncompressed point, and the scalar. */
export function createVapidKeys(): { publicKey: string; privateKey: string } {
  const pair = createECDH("prime256v1");
  pair.generateKeys();
  // Node leaves out leading zeros.
  const scalar = Buffer.concat([Buffer.alloc(32), pair.getPrivateKey()]).subarray(-32);
  return { publicKey: pair.getPublicKey("base64url"), privateKey: scalar.toString("base64url") };
}
