import type { Clock } from "../../../lib/clock.ts";
import type { Log } from "../../../lib/log.ts";
import type { AccessToken, AccessTokens, Minted } from "./access-tokens.ts";
import type { AccessTokenKeeper } from "./durable-object.ts";

/** A failure is not asked about again for so long: the requests of a round share it. */
const FAILURE_KEPT_MS = 1_000;

/**
 * Each isolate keeps the token that it has, and asks a Durable Object when it needs one. The object lets the first caller mint
 * it, and hands it to the others. So neither key nor network access leaves the isolate, and nothing is stored.
 */
export const createAccessTokens =
  (namespace: DurableObjectNamespace<AccessTokenKeeper>, clock: Clock, log: Log): AccessTokens =>
  (name, mint) => {
    let held: AccessToken | null = null;
    let failed: { minted: Minted; at: number } | null = null;

    async function ask(stale: string | null): Promise<Minted> {
      try {
        const minted = await namespace.getByName(name).get(clock.now(), stale, mint);
        if (minted !== null) return minted;
      } catch (error) {
        log.error("access_tokens_failed", error);
      }
      return mint();
    }

    return {
      async get(stale) {
        const now = clock.now();
        if (held !== null && held.value !== stale && now < held.freshUntil)
          return { kind: "token", token: held };
        if (failed !== null && now - failed.at < FAILURE_KEPT_MS) return failed.minted;
        const minted = await ask(stale ?? null);
        if (minted.kind === "token") held = minted.token;
        failed = minted.kind === "failed" ? { minted, at: clock.now() } : null;
        return minted;
      },
    };
  };
