/** An access token (OAuth 2.0). */
export interface AccessToken {
  value: string;
  /** Epoch ms. From then on another is asked for: a few minutes before it expires. */
  freshUntil: number;
}

/** What came of asking a token endpoint. `code` and `afterMs` are the provider's own. */
export type Minted =
  | { kind: "token"; token: AccessToken }
  | { kind: "failed"; code: string; afterMs?: number | undefined };

/** Asks a token endpoint. Resolves always. */
export type Mint = () => Promise<Minted>;

/** The access tokens of one account, shared by all isolates. */
export interface SharedAccess {
  /** A token that is fresh. @param stale one that was refused: another is wanted */
  get(stale?: string): Promise<Minted>;
}

/** The shared access to an account. @param name of the account: whoever has another key has another name */
export type AccessTokens = (name: string, mint: Mint) => SharedAccess;
