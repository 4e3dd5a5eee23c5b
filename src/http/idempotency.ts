import type { Context } from "hono";
import { type IdempotencyKey, keyOf } from "../idempotency/once.ts";
import { Failure } from "../lib/failure.ts";
import type { AppEnv } from "./app-env.ts";
import { actorOf, type Principal } from "../auth/principal.ts";

/**
 * The owner of a key: a caller within one organization. A caller without a token is known by the address. On a laptop no
 * Cloudflare adds the address, so all such callers are one.
 */
const ownerOf = (principal: Principal, address: string | undefined): readonly string[] => [
  actorOf(principal),
  principal.kind === "token" ? (principal.orgId ?? "") : (address ?? "local"),
];

/**
 * The request's `Idempotency-Key`, scoped to owner, method, path and key, all of it hashed; null when it sent none.
 * Quoted (as the draft has it) and unquoted forms are the same key. `body` is what was parsed, defaults included.
 */
export async function idempotencyKeyOf(c: Context<AppEnv>, body: unknown): Promise<IdempotencyKey | null> {
  const header = c.req.header("idempotency-key");
  if (header === undefined) return null;
  const text = /^"(.*)"$/.exec(header)?.[1] ?? header;
  if (!/^[\x21-\x7e]{1,255}$/.test(text))
    throw new Failure("invalid_request", "The Idempotency-Key must be 1 to 255 visible ASCII characters.", {
      errors: [{ pointer: "Idempotency-Key", detail: "must be 1 to 255 visible ASCII characters" }],
    });
  const owner = ownerOf(c.get("principal"), c.req.header("cf-connecting-ip"));
  const scope = [...owner, c.req.method, c.req.path, text];
  return keyOf(scope, body, c.get("deps").clock.now());
}
