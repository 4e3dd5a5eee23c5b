import { DurableObject } from "cloudflare:workers";
import type { AccessToken, Mint, Minted } from "./access-tokens.ts";

/**
 * Keeps the access token of one account for all isolates, in memory alone. Callers mint it themselves, one at a time: this
 * object never sees the account's key. `now` (epoch ms) is the caller's.
 */
export class AccessTokenKeeper extends DurableObject {
  #token: AccessToken | null = null;
  /** Null: its caller is gone. */
  #minting: Promise<Minted | null> | null = null;

  /**
   * A token that is fresh, of this object or else of `mint`. Callers who come meanwhile wait for the same one, and share its
   * failure too.
   * @param stale one that was refused; null for none
   * @returns null when `mint` could not be called
   */
  async get(now: number, stale: string | null, mint: Mint): Promise<Minted | null> {
    for (;;) {
      const token = this.#token;
      if (token !== null && token.value !== stale && now < token.freshUntil) return { kind: "token", token };
      if (this.#minting === null) return this.#mint(mint);
      const minted = await this.#minting;
      // Whoever was minting is gone: it is this caller's turn.
      if (minted !== null) return minted;
    }
  }

  async #mint(mint: Mint): Promise<Minted | null> {
    this.#minting = called(mint);
    const minted = await this.#minting;
    this.#minting = null;
    if (minted?.kind === "token") this.#token = minted.token;
    return minted;
  }
}

async function called(mint: Mint): Promise<Minted | null> {
  try {
    const minted: Minted & Partial<Disposable> = await mint();
    // What an RPC gives must be disposed of. The data stay.
    minted[Symbol.dispose]?.();
    return minted;
  } catch {
    return null;
  }
}
