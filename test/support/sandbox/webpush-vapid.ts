import { z } from "zod";
import { fromBase64Url } from "./webpush-crypto.ts";

const claims = z.strictObject({
  aud: z.string(),
  exp: z.int(),
  iat: z.int().optional(),
  sub: z.string().regex(/^(mailto:[^\s<>]+@[^\s<>]+|https:\/\/\S+)$/),
});

/** Who sends, as a push service sees it. */
export interface Sender {
  /** base64url. */
  publicKey: string;
  claims: z.infer<typeof claims>;
}

const DAY_SECONDS = 86_400;

const json = (part: string): unknown => JSON.parse(new TextDecoder().decode(fromBase64Url(part)));

/**
 * Checks `Authorization: vapid t=…, k=…` as a push service does (RFC 8292): the form, the signature, the audience, the time.
 * @param origin of the push service
 * @param now epoch ms
 * @returns why it is refused, as a text
 */
export async function verifyVapid(
  header: string | undefined,
  origin: string,
  now: number,
): Promise<Sender | string> {
  const [, token = "", publicKey = ""] = /^vapid t=([\w.-]+), ?k=([\w-]+)$/.exec(header ?? "") ?? [];
  const [head = "", body = "", signature = ""] = token.split(".");
  if (signature === "") return "no VAPID header";
  try {
    const { typ, alg } = z.object({ typ: z.string(), alg: z.string() }).parse(json(head));
    if (typ !== "JWT" || alg !== "ES256") return "another algorithm";
    const key = await crypto.subtle.importKey(
      "raw",
      fromBase64Url(publicKey),
      { name: "ECDSA", namedCurve: "P-256" },
      false,
      ["verify"],
    );
    const isSigned = await crypto.subtle.verify(
      { name: "ECDSA", hash: "SHA-256" },
      key,
      fromBase64Url(signature),
      new TextEncoder().encode(`${head}.${body}`),
    );
    if (!isSigned) return "a wrong signature";
    const read = claims.parse(json(body));
    const seconds = Math.floor(now / 1_000);
    if (read.aud !== origin) return "another audience";
    if (read.exp <= seconds) return "an expired token";
    if (read.exp > seconds + DAY_SECONDS) return "a token for more than a day";
    return { publicKey, claims: read };
  } catch (error) {
    return `nonsense: ${String(error)}`;
  }
}
