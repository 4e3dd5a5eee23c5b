import { sha256Hex } from "../../lib/sha256.ts";
/** How long a ticket is valid (ms). Short, because a ticket is in a URL, and URLs may end up in logs. */
export const TICKET_TTL_MS = 60_000;

/** Valid tickets of one user. One more invalidates the oldest. */
export const MAX_TICKETS = 20;

interface Issued {
  userId: string;
  /** Epoch ms. */
  expiresAt: number;
}

const PREFIX = "ticket:";

/** The tickets of one inbox, stored as hashes in its Durable Object. */
export class Tickets {
  constructor(private readonly kv: SyncKvStorage) {}

  /** Stores a new ticket and deletes expired ones. `now` is epoch ms. @returns when it expires */
  async issue(secret: string, userId: string, now: number): Promise<number> {
    const key = PREFIX + (await sha256Hex(secret));
    const expiresAt = now + TICKET_TTL_MS;
    const others = this.#alive(now).toSorted(([, a], [, b]) => b.expiresAt - a.expiresAt);
    for (const [key] of others.slice(MAX_TICKETS - 1)) this.kv.delete(key);
    this.kv.put<Issued>(key, { userId, expiresAt });
    return expiresAt;
  }

  /** Redeems a ticket, once. @returns its user, or null when it is unknown, used or expired */
  async redeem(secret: string, now: number): Promise<string | null> {
    const key = PREFIX + (await sha256Hex(secret));
    const issued = this.kv.get<Issued>(key);
    if (issued === undefined) return null;
    this.kv.delete(key);
    return issued.expiresAt > now ? issued.userId : null;
  }

  /** Whether a ticket is still valid. */
  areOutstanding(now: number): boolean {
    return this.#alive(now).length > 0;
  }

  #alive(now: number): [string, Issued][] {
    const all = [...this.kv.list<Issued>({ prefix: PREFIX })];
    for (const [key, { expiresAt }] of all) if (expiresAt <= now) this.kv.delete(key);
    return all.filter(([, { expiresAt }]) => expiresAt > now);
  }
}
