import { DurableObject } from "cloudflare:workers";
import { DAY, HOUR } from "../../lib/clock.ts";

/** The units of the latest day that the object has seen. Days are UTC's, counted from 1970. */
interface Kept {
  day: number;
  used: number;
}

/** How many units a lease must and may have. */
interface Need {
  atLeast: number;
  upTo: number;
  /** The units have been used already: take what is left, even if it is too little. */
  owed: boolean;
}

/** Units of a day (UTC, counted from 1970). `left`: not leased by anyone yet. */
interface Lease {
  day: number;
  granted: number;
  left: number;
}

const KEY = "used";

/**
 * What one organization has used of its daily quota. Isolates lease units in blocks and count them in memory, so that many
 * sends need one call. A lease is a written row. Units that an isolate has not used when it ends are lost for that day.
 */
export class OrgQuota extends DurableObject {
  readonly #kv = this.ctx.storage.kv;

  /** Leases units of the day of `now` (epoch ms), which is the caller's. `limit`: units a day. */
  async lease(now: number, limit: number, { atLeast, upTo, owed }: Need): Promise<Lease> {
    const kept = this.#kv.get<Kept>(KEY);
    // An isolate whose clock is behind gets units of the later day.
    const day = Math.max(Math.floor(now / DAY), kept?.day ?? 0);
    const used = kept?.day === day ? kept.used : 0;
    const left = Math.max(0, limit - used);
    if (left === 0 || (atLeast > left && !owed)) return { day, granted: 0, left };
    const granted = Math.min(left, upTo);
    this.#kv.put<Kept>(KEY, { day, used: used + granted });
    if (kept?.day !== day) await this.ctx.storage.setAlarm(Date.now() + (day + 1) * DAY - now + HOUR);
    return { day, granted, left: left - granted };
  }

  /** The units that are left on the day of `now`. Reads only. */
  async left(now: number, limit: number): Promise<number> {
    const kept = this.#kv.get<Kept>(KEY);
    const day = Math.max(Math.floor(now / DAY), kept?.day ?? 0);
    return Math.max(0, limit - (kept?.day === day ? kept.used : 0));
  }

  /** Deletes the storage after the day, so that an organization that sends nothing costs nothing. */
  override async alarm(): Promise<void> {
    await this.ctx.storage.deleteAll();
  }
}
