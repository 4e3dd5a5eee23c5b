import { DAY, type Clock } from "../../lib/clock.ts";
import type { OrgQuota } from "./durable-object.ts";

/** The daily quotas of organizations. Users without one share a quota of their own. */
export interface Quotas {
  /** Units a day. */
  readonly limit: number;
  /** Takes units, or none. @returns null, or that there are not enough today */
  spend(orgId: string | null, units: number): Promise<{ retryAfterMs: number } | null>;
  /** Whether units could be spent at a time (epoch ms). Nothing is taken. */
  peek(orgId: string | null, units: number, at: number): Promise<{ retryAfterMs: number } | null>;
  /** Counts what has been used already. */
  charge(orgId: string | null, units: number): Promise<void>;
  /** Returns units that were spent for nothing. */
  giveBack(orgId: string | null, units: number): void;
  /** Organizations that have nothing left today, as far as this isolate knows; `NO_ORG` for users without one. */
  usedUp(): string[];
}

/** The id for users without an organization: no real id is empty. */
export const NO_ORG = "";

/** An isolate leases at most this many units at a time, and at most a thousandth of the day: it may end at any time. */
const MAX_BLOCK = 1_000;
const SHARE = 1_000;

/** An isolate remembers at most this many organizations, and drops the oldest. */
const MAX_KNOWN = 10_000;

/** One statement names at most this many organizations without units. */
const MAX_NAMED = 1_000;

/** What an isolate holds of an organization's day. */
interface Held {
  day: number;
  units: number;
  /** Nothing is left to lease. */
  isLast: boolean;
}

/** The quotas of all organizations: a Durable Object each, found by the organization's id. @param kind of the quota */
export function createQuotas(
  namespace: DurableObjectNamespace<OrgQuota>,
  clock: Clock,
  limit: number,
  kind: "org" | "sms" = "org",
): Quotas {
  const block = Math.min(MAX_BLOCK, Math.max(1, Math.floor(limit / SHARE)));
  const known = new Map<string, Held>();
  const usedUp = new Set<string>();
  const today = () => Math.floor(clock.now() / DAY);
  const nothing = (): Held => ({ day: today(), units: 0, isLast: false });

  function heldOf(org: string): Held {
    const held = known.get(org);
    return held === undefined || held.day < today() ? nothing() : held;
  }

  function keep(org: string, held: Held): void {
    const [oldest] = known.keys();
    if (!known.has(org) && known.size >= MAX_KNOWN && oldest !== undefined) {
      known.delete(oldest);
      usedUp.delete(oldest);
    }
    known.set(org, held);
    if (held.isLast && held.units === 0) usedUp.add(org);
    else usedUp.delete(org);
  }

  /** @returns whether there were enough */
  async function take(org: string, units: number, owed: boolean): Promise<boolean> {
    const before = heldOf(org);
    if (before.units < units && !before.isLast) {
      const missing = units - before.units;
      // Users without an organization share an object, and its name must not be empty.
      const object = namespace.getByName(`${kind}/${org}`);
      const need = { atLeast: missing, upTo: missing + block - 1, owed };
      const { day, granted, left } = await object.lease(clock.now(), limit, need);
      // Other requests have spent and leased meanwhile.
      const { units: now } = heldOf(org);
      keep(org, { day, units: now + granted, isLast: left === 0 });
    }
    const held = heldOf(org);
    const enough = held.units >= units;
    if (enough || owed) keep(org, { ...held, units: Math.max(0, held.units - units) });
    return enough;
  }

  return {
    limit,
    spend: async (orgId, units) =>
      (await take(orgId ?? NO_ORG, units, false))
        ? null
        : { retryAfterMs: (today() + 1) * DAY - clock.now() },
    async peek(orgId, units, at) {
      const org = orgId ?? NO_ORG;
      const day = Math.floor(at / DAY);
      const held = heldOf(org);
      // What this isolate holds counts for its day alone.
      const own = held.day === day ? held : { units: 0, isLast: false };
      if (own.units >= units) return null;
      const left = own.isLast ? 0 : await namespace.getByName(`${kind}/${org}`).left(at, limit);
      return own.units + left >= units ? null : { retryAfterMs: (day + 1) * DAY - at };
    },
    async charge(orgId, units) {
      await take(orgId ?? NO_ORG, units, true);
    },
    giveBack(orgId, units) {
      const org = orgId ?? NO_ORG;
      const held = heldOf(org);
      keep(org, { ...held, units: held.units + units });
    },
    usedUp: () => [...usedUp].filter((org) => heldOf(org).isLast).slice(-MAX_NAMED),
  };
}
