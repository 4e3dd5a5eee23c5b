import { env } from "cloudflare:workers";
import { expect } from "vitest";
import type { Harness } from "./harness.ts";

export interface Plan {
  sql: string;
  steps: string[];
}

/** How SQLite would run each of the statements that were run since the last reset. */
export async function plansOf(h: Harness): Promise<Plan[]> {
  const seen = [...new Map(h.meter.statements.map(({ sql, params }) => [sql, params]))];
  const answers = await env.DB.batch<{ detail: string }>(
    seen.map(([text, params]) => env.DB.prepare(`EXPLAIN QUERY PLAN ${text}`).bind(...params)),
  );
  return seen.map(([text], i) => ({
    sql: text.replace(/\s+/g, " "),
    steps: (answers[i]?.results ?? []).map((row) => row.detail),
  }));
}

/** What a statement makes itself: `CO-ROUTINE line`, `MATERIALIZE o`. */
const MADE = /^(?:CO-ROUTINE|MATERIALIZE) (\S+)$/;

/** Steps that go through a whole table. What a statement makes, or brings along as JSON, may be gone through. */
export function scans({ steps }: Plan): string[] {
  const made = new Set(steps.flatMap((step) => MADE.exec(step)?.[1] ?? []));
  return steps.filter((step) => {
    const [, name] = /^SCAN (\S+)/.exec(step) ?? [];
    return (
      name !== undefined &&
      !made.has(name) &&
      !/VIRTUAL TABLE|CONSTANT ROW|\(subquery-\d+\)|^SCAN tree$/.test(step)
    );
  });
}

const sorts = ({ steps }: Plan) => steps.filter((step) => step.includes("TEMP B-TREE"));

/**
 * Expects that no statement since the last reset goes through a table, or sorts one.
 * @param bounded what may be sorted because its number is bounded
 */
export async function expectNoScan(h: Harness, bounded: (plan: Plan) => boolean = () => false) {
  const plans = await plansOf(h);
  expect(plans.length).toBeGreaterThan(0);
  expect(plans.filter((plan) => scans(plan).length > 0)).toEqual([]);
  expect(plans.filter((plan) => sorts(plan).length > 0 && !bounded(plan))).toEqual([]);
}
