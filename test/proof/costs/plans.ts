import type { Production } from "../production.ts";
import type { Row } from "./measure.ts";

/** How SQLite runs a statement that was measured. */
export interface Plan {
  sql: string;
  steps: string[];
  /** The operations that ran it. */
  operations: string[];
  /** Rows that it read and wrote at the largest size, in one of these operations. */
  rowsRead: number;
  rowsWritten: number;
}

/** An index, with the statements that use it. */
export interface IndexUse {
  table: string;
  index: string;
  plans: Plan[];
}

/** The plan of each statement that ran at the largest size. */
export async function plansOf(db: Production["db"], rows: readonly Row[]): Promise<Plan[]> {
  const found = new Map<string, Plan & { params: unknown[] }>();
  for (const { operation, at } of rows)
    for (const { sql, params, rowsRead, rowsWritten } of at.at(-1)?.statements ?? []) {
      const known = found.get(sql);
      if (known) known.operations.push(operation.name);
      else found.set(sql, { sql, params, steps: [], operations: [operation.name], rowsRead, rowsWritten });
    }
  const plans: Plan[] = [];
  for (const { params, ...plan } of found.values()) {
    const { results } = await db
      .prepare(`EXPLAIN QUERY PLAN ${plan.sql}`)
      .bind(...params)
      .all<{ detail: string }>();
    plans.push({ ...plan, sql: plan.sql.replace(/\s+/g, " "), steps: results.map(({ detail }) => detail) });
  }
  return plans;
}

/** Every index of the database. Automatic indexes are keys, which cannot be dropped. */
export async function indexUse(db: Production["db"], plans: readonly Plan[]): Promise<IndexUse[]> {
  const { results } = await db
    .prepare(
      "SELECT tbl_name, name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY 1, 2",
    )
    .all<{ tbl_name: string; name: string }>();
  return results.map(({ tbl_name, name }) => ({
    table: tbl_name,
    index: name,
    plans: plans.filter(({ steps }) => steps.some((step) => step.split(" ").includes(name))),
  }));
}
