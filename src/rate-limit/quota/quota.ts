import type { Ctx } from "../../ctx.ts";
import type { Dispatch, DispatchRow } from "../../db/schema/index.ts";
import { DAY, HOUR } from "../../lib/clock.ts";
import { Failure } from "../../lib/failure.ts";
import { limitHeaders, Reserved } from "../budgets.ts";
import { NO_ORG } from "./quotas.ts";

/** A row counts one unit for each 4 KB or part of it, so that one quota bounds rows and bytes. */
const UNIT_BYTES = 4_096;

/** A row that a call writes: its organization, and the columns that may be long. */
type Stored = { org_id?: string | null | undefined } & Partial<
  Pick<DispatchRow, "title" | "body" | "data" | "payload">
>;

const encoder = new TextEncoder();

/** The units of a row: 1 or more. */
export const unitsOf = ({ title, body, data, payload }: Stored): number => {
  const texts = [title, body, data, payload];
  const bytes = texts.reduce((sum, text) => sum + (text ? encoder.encode(text).byteLength : 0), 0);
  return Math.max(1, Math.ceil(bytes / UNIT_BYTES));
};

/** @throws 429 until the day (UTC) is over */
export function overQuota({ quotas, clock }: Ctx, retryAfterMs = DAY - (clock.now() % DAY)): Failure {
  const budget = { name: "org", limit: quotas.limit, periodMs: DAY };
  const refused = { allowed: false, retryAfterMs, resetMs: retryAfterMs } as const;
  return new Failure("rate_limited", "The organization's quota for today is used up.", {
    code: "org_quota",
    headers: limitHeaders(budget, refused),
  });
}

const unitsByOrg = (rows: readonly Stored[]): [string, number][] =>
  [...Map.groupBy(rows, (row) => row.org_id ?? NO_ORG)].map(([org, own]) => [
    org,
    own.reduce((sum, row) => sum + unitsOf(row), 0),
  ]);

/**
 * Counts rows that a call is about to write against the quotas of their organizations: all of them, or none. A quota that
 * does not answer refuses nobody.
 * @throws 429
 */
export async function spendQuota(ctx: Ctx, rows: readonly Stored[]): Promise<void> {
  await takeUnits(ctx, rows);
}

/** @returns what was taken, by organization: nothing of a quota that did not answer. @throws 429 */
async function takeUnits(ctx: Ctx, rows: readonly Stored[]): Promise<[org: string, units: number][]> {
  const spent = await Promise.all(
    unitsByOrg(rows).map(async ([org, units]) => ({
      org,
      units,
      answer: await spend(ctx, ctx.quotas, org, units),
    })),
  );
  const taken = spent.flatMap(({ org, units, answer }): [string, number][] =>
    answer === "taken" ? [[org, units]] : [],
  );
  const [refusal] = spent.flatMap(({ answer }) => (typeof answer === "object" ? [answer] : []));
  if (refusal === undefined) return taken;
  for (const [org, units] of taken) ctx.quotas.giveBack(org, units);
  throw overQuota(ctx, refusal.retryAfterMs);
}

/**
 * The same, and the units go back at the end of the block unless the call keeps them (see `Reserved`).
 * @throws 429
 */
export async function reserveQuota(ctx: Ctx, rows: readonly Stored[]): Promise<Reserved> {
  const taken = await takeUnits(ctx, rows);
  return new Reserved(() => {
    for (const [org, units] of taken) ctx.quotas.giveBack(org, units);
  });
}

/** Counts rows that are written already, when only the database knew their organization. */
export async function chargeQuota(ctx: Ctx, rows: readonly Stored[]): Promise<void> {
  for (const [org, units] of unitsByOrg(rows)) {
    try {
      await ctx.quotas.charge(org, units);
    } catch (error) {
      ctx.log.error("quota_failed", error);
    }
  }
}

/** Some types and their followers are counted when they are written, all others when they take their slot. */
export const isCounted = ({ types }: Ctx, { type, slot_at }: Dispatch): boolean =>
  types.chargedOnRequest.includes(type) || slot_at !== null;

const SPREAD_MS = HOUR;

/** How a round counts in the quotas. */
export interface Counted {
  /** When those over their organization's quota are due: on the next day, epoch ms by id. */
  waits: ReadonlyMap<string, number>;
  /** The ids of those that were counted now. */
  taken: ReadonlySet<string>;
}

/** Counts dispatches that the system sends. Those over their organization's quota wait for the next day. */
export async function deferOverQuota(ctx: Ctx, dispatches: readonly Dispatch[]): Promise<Counted> {
  const waits = new Map<string, number>();
  const taken = new Set<string>();
  const byOrg = Map.groupBy(
    dispatches.filter((dispatch) => !isCounted(ctx, dispatch)),
    (dispatch) => dispatch.org_id ?? NO_ORG,
  );
  await Promise.all(
    [...byOrg].map(async ([org, own]) => {
      for (const dispatch of own) {
        const answer = await spend(ctx, ctx.quotas, org, unitsOf(dispatch));
        if (answer === "taken") taken.add(dispatch.id);
        else if (answer !== "unknown") waits.set(dispatch.id, ctx.clock.now() + waitOver(ctx, answer));
      }
    }),
  );
  if (waits.size > 0) ctx.log.warn("deferred_over_quota", { dispatches: waits.size });
  return { waits, taken };
}

/** Returns what `deferOverQuota` took for dispatches that got no slot. They are counted when they ask again. */
export function uncountQuota(ctx: Ctx, dispatches: readonly Dispatch[]): void {
  for (const dispatch of dispatches) ctx.quotas.giveBack(dispatch.org_id, unitsOf(dispatch));
}

/** What a quota says. `unknown`: it did not answer, and nothing was taken that could be given back. */
type Spent = "taken" | "unknown" | { retryAfterMs: number };

/** Takes units of an organization's quota. It does not throw. */
export async function spend(
  { log }: Pick<Ctx, "log">,
  quotas: Ctx["quotas"],
  org: string,
  units: number,
): Promise<Spent> {
  try {
    return (await quotas.spend(org, units)) ?? "taken";
  } catch (error) {
    log.error("quota_failed", error);
    return "unknown";
  }
}

/** How long what is over a quota waits: into the first hour of the next day, so that not all of it comes at once. */
export const waitOver = (
  { random }: Pick<Ctx, "random">,
  { retryAfterMs }: { retryAfterMs: number },
): number => retryAfterMs + Math.round(random() * SPREAD_MS);
