import { jwtVerify } from "jose";
import { MINUTE, SECOND } from "../../../../lib/clock.ts";
import { parseJson } from "../../../../lib/objects.ts";
import { isSameSecret } from "../../../../lib/constant-time.ts";
import { sha256Hex } from "../../../../lib/sha256.ts";
import type { Webhook } from "../../../feedback/webhook.ts";

const TOLERANCE_MS = 5 * MINUTE;

type Check = { ok: true } | { ok: false; code: "missing_headers" | "signature" | "payload" };

/**
 * Checks the JWT of a call (developer.vonage.com/en/getting-started/concepts/webhooks, signed webhooks): HS256 by the account's
 * signature secret, made lately, for this account and this body.
 */
async function check(
  authorization: string | null,
  body: string,
  { apiKey, secrets, now }: { apiKey: string | undefined; secrets: readonly string[]; now: number },
): Promise<Check> {
  const [, token] = /^Bearer +(\S+)$/i.exec(authorization ?? "") ?? [];
  if (token === undefined) return { ok: false, code: "missing_headers" };
  for (const secret of secrets) {
    try {
      const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), {
        algorithms: ["HS256"],
        currentDate: new Date(now),
        maxTokenAge: TOLERANCE_MS / SECOND,
        clockTolerance: TOLERANCE_MS / SECOND,
      });
      const { payload_hash: hash, api_key: key } = payload;
      if (apiKey !== undefined && key !== apiKey) return { ok: false, code: "signature" };
      const isSame = typeof hash === "string" && (await isSameSecret(hash, await sha256Hex(body)));
      return isSame ? { ok: true } : { ok: false, code: "payload" };
    } catch {
      // Of another secret, perhaps.
    }
  }
  return { ok: false, code: "signature" };
}

/** Vonage's webhook; null without a secret. */
export function createVonageWebhook(apiKey: string | undefined, secrets: readonly string[]): Webhook | null {
  if (secrets.length === 0) return null;
  return async (call, now) => {
    const body = await call.text();
    const checked = await check(call.headers.get("authorization"), body, { apiKey, secrets, now });
    if (!checked.ok) return { kind: "forged", code: checked.code };
    const payload = parseJson(body);
    return payload === undefined ? { kind: "malformed" } : { kind: "event", payload };
  };
}
