// What a browser does with a push (RFC 8188, RFC 8291), written for the tests with nothing but Web Crypto: it shares no code
// with the library that sends. It is checked by the example of RFC 8291 and by another library that encrypts.

export const fromBase64Url = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) =>
    character.charCodeAt(0),
  );

export const toBase64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

/** What a browser keeps of a subscription. */
export interface BrowserKeys {
  privateKey: CryptoKey;
  /** 65 bytes. */
  publicKey: Uint8Array<ArrayBuffer>;
  /** 16 bytes. */
  auth: Uint8Array<ArrayBuffer>;
}

const P256 = { name: "ECDH", namedCurve: "P-256" } as const;

const asPair = (key: CryptoKey | CryptoKeyPair): CryptoKeyPair => {
  if (!("privateKey" in key)) throw new Error("not a pair");
  return key;
};

const asBytes = (key: ArrayBuffer | JsonWebKey): Uint8Array<ArrayBuffer> => {
  if (!(key instanceof ArrayBuffer)) throw new Error("not raw");
  return new Uint8Array(key);
};

export async function createBrowserKeys(): Promise<BrowserKeys> {
  const { privateKey, publicKey } = asPair(await crypto.subtle.generateKey(P256, false, ["deriveBits"]));
  return {
    privateKey,
    publicKey: asBytes(await crypto.subtle.exportKey("raw", publicKey)),
    auth: crypto.getRandomValues(new Uint8Array(16)),
  };
}

/** Keys from their texts: a private scalar, a public point and a secret, base64url. */
export async function readBrowserKeys(d: string, p256dh: string, auth: string): Promise<BrowserKeys> {
  const publicKey = fromBase64Url(p256dh);
  const [x, y] = [publicKey.slice(1, 33), publicKey.slice(33)].map((half) => toBase64Url(half));
  const jwk = { kty: "EC", crv: "P-256", x: x ?? "", y: y ?? "", d };
  return {
    privateKey: await crypto.subtle.importKey("jwk", jwk, P256, false, ["deriveBits"]),
    publicKey,
    auth: fromBase64Url(auth),
  };
}

const bytesOf = (text: string) => Uint8Array.from(new TextEncoder().encode(text));

const joined = (...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(parts.flatMap((part) => [...part]));

async function hkdf(
  salt: Uint8Array<ArrayBuffer>,
  secret: ArrayBuffer,
  info: Uint8Array<ArrayBuffer>,
  length: number,
): Promise<ArrayBuffer> {
  const key = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  return crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, key, 8 * length);
}

/** The text of an encrypted body. @throws if it is not for these keys, or not as the standards want it */
export async function decrypt(body: Uint8Array<ArrayBuffer>, keys: BrowserKeys): Promise<Uint8Array> {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const salt = body.slice(0, 16);
  const recordSize = view.getUint32(16);
  const idLength = view.getUint8(20);
  const sender = body.slice(21, 21 + idLength);
  const record = body.slice(21 + idLength);
  if (idLength !== 65) throw new Error("the key id is no public key");
  if (record.length > recordSize) throw new Error("more than one record");
  const publicKey = await crypto.subtle.importKey("raw", sender, P256, false, []);
  // Workers' types call the member $public; the runtime and the standard do not.
  const agreement = Object.assign({ name: "ECDH" }, { public: publicKey });
  const shared = await crypto.subtle.deriveBits(agreement, keys.privateKey, 256);
  const info = joined(bytesOf("WebPush: info\0"), keys.publicKey, sender);
  const secret = await hkdf(keys.auth, shared, info, 32);
  const cek = await hkdf(salt, secret, bytesOf("Content-Encoding: aes128gcm\0"), 16);
  const nonce = await hkdf(salt, secret, bytesOf("Content-Encoding: nonce\0"), 12);
  const key = await crypto.subtle.importKey("raw", cek, "AES-GCM", false, ["decrypt"]);
  const padded = new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: nonce }, key, record));
  const end = padded.findLastIndex((byte) => byte !== 0);
  if (padded[end] !== 2) throw new Error("the last record does not end as one");
  return padded.slice(0, end);
}
