import { type SQL, sql } from "drizzle-orm";
import type { Statement } from "../db/client.ts";
import { type Channel, type Dispatch, dispatches, type DispatchStatus } from "../db/schema/index.ts";
import { inScope, orgTree, type Scope } from "../directory/scope.ts";
import { type Listed, type Page, TOTAL_CAP } from "../lib/page.ts";
import { firstIdAt } from "../lib/ids.ts";

/** What the log can be filtered by. */
export interface LogFilter {
  channel?: Channel | undefined;
  type?: string | undefined;
  userId?: string | undefined;
  /** Rows of this organization, and of those below it where `includeSubOrgs` says so. */
  orgId?: string | undefined;
  includeSubOrgs?: boolean | undefined;
  batchId?: string | undefined;
  scenarioId?: string | undefined;
  promptId?: string | undefined;
  statuses?: readonly DispatchStatus[] | undefined;
  /** A mark; null for rows that have none. */
  mark?: string | null | undefined;
  /** Created at or after, epoch ms. */
  from?: number | undefined;
  /** Created before, epoch ms. */
  to?: number | undefined;
}

const UNFINISHED: readonly DispatchStatus[] = ["queued", "sending"];
const UNSENT: readonly DispatchStatus[] = ["failed", "bounced", "cancelled"];

const within = (statuses: readonly DispatchStatus[], set: readonly DispatchStatus[]) =>
  statuses.every((status) => set.includes(status));

/** SQLite uses a partial index only where the query repeats the index's own condition, so we say it. */
function statusCondition(statuses: readonly DispatchStatus[]): SQL {
  const given = sql`status IN (SELECT value FROM json_each(${JSON.stringify(statuses)}))`;
  const [only] = statuses;
  const exact = statuses.length === 1 && only !== undefined ? sql`status = ${only}` : given;
  if (within(statuses, UNFINISHED)) return sql`wake_at IS NOT NULL AND ${exact}`;
  if (within(statuses, UNSENT)) return sql`status IN ('failed', 'bounced', 'cancelled') AND ${exact}`;
  return exact;
}

function conditions(filter: LogFilter): SQL[] {
  const found: SQL[] = [];
  const equal = (column: string, value: string | undefined) => {
    if (value !== undefined) found.push(sql`${sql.raw(column)} = ${value}`);
  };
  equal("channel", filter.channel);
  if (filter.type !== undefined && filter.type !== "push") found.push(sql`type <> 'push'`);
  equal("type", filter.type);
  equal("user_id", filter.userId);
  equal("batch_id", filter.batchId);
  equal("scenario_id", filter.scenarioId);
  equal("prompt_id", filter.promptId);
  if (filter.orgId !== undefined)
    found.push(
      filter.includeSubOrgs ? sql`org_id IN ${orgTree(filter.orgId)}` : sql`org_id = ${filter.orgId}`,
    );
  if (filter.statuses !== undefined) found.push(statusCondition(filter.statuses));
  if (filter.mark === null) found.push(sql`mark IS NULL`);
  else equal("mark", filter.mark);
  if (filter.from !== undefined) found.push(sql`id >= ${firstIdAt(filter.from)}`);
  if (filter.to !== undefined) found.push(sql`id < ${firstIdAt(filter.to)}`);
  return found;
}

const all = (parts: readonly SQL[]): SQL =>
  parts.length === 0 ? sql`true` : sql.join([...parts], sql` AND `);

/**
 * A page of the log, newest first, and how many rows there are (up to one over the cap): two statements for one batch.
 * An organization's rows are taken from each organization of its tree, newest first and no more than the page needs, so
 * that the cost does not grow with the log.
 */
export function listDispatches(scope: Scope, filter: LogFilter, page: Page): Statement[] {
  const tree = treeOf(scope, filter);
  const scoped = scope.kind === "all" ? [] : [inScope(scope, { userId: sql`user_id`, orgId: sql`org_id` })];
  const wanted = [...conditions(filter), ...scoped];
  const before = page.before === null ? [] : [sql`id < ${page.before}`];
  const needed = page.offset + page.limit + 1;
  const candidates =
    tree === null
      ? []
      : [
          sql`id IN (SELECT d.id FROM ${tree} AS t, ${dispatches} AS d WHERE d.id IN (
            SELECT id FROM ${dispatches} WHERE org_id = t.id AND ${all([...wanted, ...before])}
            ORDER BY id DESC LIMIT ${needed}))`,
        ];
  const from = candidates.length > 0 ? candidates : [...wanted, ...before];
  return [
    sql`SELECT * FROM ${dispatches} WHERE ${all(from)} ORDER BY id DESC LIMIT ${page.limit + 1} OFFSET ${page.offset}`,
    sql`SELECT count(*) AS total FROM (SELECT 1 FROM ${dispatches} WHERE ${all(wanted)} LIMIT ${TOTAL_CAP + 1})`,
  ];
}

/** The organizations whose rows are merged, when there is more than one of them. */
function treeOf(scope: Scope, filter: LogFilter): SQL | null {
  if (filter.orgId !== undefined) return filter.includeSubOrgs ? orgTree(filter.orgId) : null;
  return scope.kind === "org" ? orgTree(scope.orgId) : null;
}

/** What `listDispatches` answered. */
export const listed = ([rows = [], total = []]: unknown[][]): Listed<Dispatch> => ({
  rows: rows as Dispatch[],
  total: (total as { total: number }[])[0]?.total ?? 0,
});

/** One dispatch, if it is in scope. */
export const findDispatch = (scope: Scope, channel: Channel | null, id: string): Statement =>
  sql`SELECT * FROM ${dispatches} WHERE id = ${id} AND ${channel === null ? sql`true` : sql`channel = ${channel}`}
      AND ${inScope(scope, { userId: sql`user_id`, orgId: sql`org_id` })}`;
