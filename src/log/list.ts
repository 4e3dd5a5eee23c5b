import { limitOf, listedBy } from "../db/page.ts";
import { type SQL, sql } from "drizzle-orm";
import { inScope, orgTree, type Scope } from "../auth/scope.ts";
import type { Ctx } from "../ctx.ts";
import { COMMON_TYPE, dispatches, type DispatchStatus, UNFINISHED, users } from "../db/schema/index.ts";
import { Parsed } from "../db/statement.ts";
import { type Listed, type Page } from "../lib/page.ts";
import { IS_TO_PERSON, listedChannels } from "../outbox/channel.ts";
import { addressKey } from "../lib/address.ts";
import { firstIdAt } from "../lib/ids.ts";
import { type Linked, followedBy } from "./read.ts";

/** What the log can be filtered by. */
export interface LogFilter {
  channel?: string | undefined;
  type?: string | undefined;
  userId?: string | undefined;
  /** Rows of users who are in scope and have this address now, or whose id it is. Not together with `userId`. */
  address?: string | undefined;
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

const UNSENT: readonly DispatchStatus[] = ["failed", "bounced", "cancelled"];

const within = (statuses: readonly DispatchStatus[], set: readonly DispatchStatus[]) =>
  statuses.every((status) => set.includes(status));

/** A column by whose index a query finds its rows; null for the newest rows of the whole log. */
type Driver =
  | "user_id"
  | "batch_id"
  | "org_id"
  | "scenario_id"
  | "prompt_id"
  | "mark"
  | "status"
  | "wake_at"
  | "type"
  | "channel"
  | null;

/**
 * SQLite has no statistics here and would take any index, so we say which: the one that leaves the fewest rows. What a user
 * or an organization asks for never costs more than the rows that are theirs.
 */
function driverOf(scope: Scope, filter: LogFilter): Driver {
  if (filter.userId !== undefined || filter.address !== undefined || scope.kind === "own") return "user_id";
  if (filter.batchId !== undefined) return "batch_id";
  if (filter.orgId !== undefined || scope.kind === "org") return "org_id";
  if (filter.scenarioId !== undefined) return "scenario_id";
  if (filter.promptId !== undefined) return "prompt_id";
  if (typeof filter.mark === "string") return "mark";
  if (filter.statuses !== undefined && within(filter.statuses, UNSENT)) return "status";
  if (filter.statuses !== undefined && within(filter.statuses, UNFINISHED)) return "wake_at";
  if (filter.type !== undefined && filter.type !== COMMON_TYPE) return "type";
  return filter.channel === undefined ? null : "channel";
}

/**
 * The conditions that an index needs. That of a partial index is repeated, or SQLite does not use it; and where the channel comes
 * first in it, all of them are named.
 */
function demandedBy(driver: Driver, channels: readonly string[]): SQL[] {
  if (driver === "status")
    return [sql`status IN ('failed', 'bounced', 'cancelled')`, sql`channel IN ${channels}`];
  if (driver === "wake_at") return [sql`wake_at IS NOT NULL`, sql`channel IN ${channels}`];
  if (driver === "type") return [sql`type <> ${sql.raw(`'${COMMON_TYPE}'`)}`, IS_TO_PERSON];
  return driver === null ? [IS_TO_PERSON] : [];
}

/** Several statuses make SQLite prefer the channel's index, which holds everything that was ever sent. */
const UNSENT_INDEX = sql`INDEXED BY dispatches_unsent`;

/** The unary plus keeps SQLite from using an index on any other column. */
const columnFor = (driver: Driver) => (name: string) => {
  const isIndexed =
    name === driver ||
    (name === "channel" && (driver === "user_id" || driver === "wake_at" || driver === "status"));
  return sql.raw(isIndexed ? name : `+${name}`);
};

/** The index of what is unfinished does not have the rows by id. With the id SQLite would take that of the whole channel. */
const idFor = (driver: Driver): SQL => sql.raw(driver === "wake_at" ? "+id" : "id");

function conditions(scope: Scope, filter: LogFilter, driver: Driver, channels: readonly string[]): SQL[] {
  const column = columnFor(driver);
  const found = demandedBy(driver, channels);
  const equal = (name: string, value: string | undefined) => {
    if (value !== undefined) found.push(sql`${column(name)} = ${value}`);
  };
  equal("channel", filter.channel);
  equal("type", filter.type);
  equal("user_id", filter.userId);
  equal("batch_id", filter.batchId);
  equal("scenario_id", filter.scenarioId);
  equal("prompt_id", filter.promptId);
  if (filter.orgId !== undefined && filter.includeSubOrgs)
    found.push(sql`${column("org_id")} IN ${orgTree(filter.orgId)}`);
  else equal("org_id", filter.orgId);
  const [only, ...more] = filter.statuses ?? [];
  if (only !== undefined && more.length === 0) equal("status", only);
  else if (filter.statuses !== undefined) found.push(sql`${column("status")} IN ${filter.statuses}`);
  if (filter.mark === null) found.push(sql`mark IS NULL`);
  else equal("mark", filter.mark);
  if (filter.from !== undefined) found.push(sql`${idFor(driver)} >= ${firstIdAt(filter.from)}`);
  if (filter.to !== undefined) found.push(sql`${idFor(driver)} < ${firstIdAt(filter.to)}`);
  if (scope.kind !== "all")
    found.push(inScope(scope, { userId: column("user_id"), orgId: column("org_id") }));
  return found;
}

/** So many users with one address are looked up. */
const MOST_USERS = 50;

/** The ids of users in scope who have this address, in any case, and the address as an id. */
const usersAt = (scope: Scope, address: string): SQL =>
  sql`(SELECT id FROM (SELECT id FROM ${users} WHERE email IS NOT NULL AND lower(email) = ${addressKey(address)}
      AND ${inScope(scope, { userId: sql`id`, orgId: sql`org_id` })} LIMIT ${MOST_USERS})
    UNION SELECT ${address})`;

const all = (parts: readonly SQL[]): SQL =>
  parts.length === 0 ? sql`true` : sql.join([...parts], sql` AND `);

/** A page of the log, newest first, and how many rows there are (up to one over the cap): a part of one batch. */
export function listDispatches(
  ctx: Pick<Ctx, "channels">,
  scope: Scope,
  filter: LogFilter,
  page: Page,
): Parsed<Listed<Linked>> {
  const { rows, list } = selectDispatches(ctx, scope, filter, page);
  return listedBy(page, rows, list);
}

/**
 * The statement that reads a page of the log, newest first, with a row beyond it if there is more; and FROM and WHERE of the
 * whole list.
 * Where the index has several values to look up (the organizations of a tree, several statuses), each gives its newest
 * rows, and no more than the page needs. So what is sorted does not grow with the log.
 */
export function selectDispatches(
  ctx: Pick<Ctx, "channels">,
  scope: Scope,
  filter: LogFilter,
  page: Pick<Page, "limit" | "offset" | "before">,
): { rows: SQL<Linked>; list: SQL } {
  const asked = filter.channel === undefined ? [] : [filter.channel];
  const known = [...new Set([...listedChannels(ctx), ...asked])];
  const driver = driverOf(scope, filter);
  const wanted = conditions(scope, filter, driver, known);
  const values = lookedUp(scope, filter, driver, asked.length === 0 ? known : asked);
  const before = page.before === null ? [] : [sql`${idFor(driver)} < ${page.before}`];
  const ofAddress = filter.address === undefined ? [] : [sql`user_id IN ${usersAt(scope, filter.address)}`];
  const needed = page.offset + page.limit + 1;
  const from =
    driver === null || values === null
      ? [...wanted, ...before]
      : [
          sql`id IN (SELECT d.id FROM ${values.from} AS t, ${dispatches} AS d WHERE d.id IN (
            SELECT id FROM ${dispatches} WHERE ${values.found} AND ${all([...wanted, ...before])}
            ORDER BY id DESC LIMIT ${needed}))`,
        ];
  return {
    rows: sql<Linked>`SELECT *, ${followedBy} FROM ${dispatches} WHERE ${all(from)} ORDER BY id DESC ${limitOf(page)}`,
    list: sql`FROM ${dispatches} ${driver === "status" ? UNSENT_INDEX : sql``} WHERE ${all([...wanted, ...ofAddress])}`,
  };
}

/** The values to look up in the driving index, as a subquery, and the condition that finds one; null for a single value. */
function lookedUp(
  scope: Scope,
  filter: LogFilter,
  driver: Driver,
  channels: readonly string[],
): { from: SQL; found: SQL } | null {
  if (driver === "status") return lookedUpStatuses(channels, filter.statuses ?? []);
  if (driver === "user_id" && filter.userId === undefined && filter.address !== undefined)
    return { from: usersAt(scope, filter.address), found: sql`user_id = t.id` };
  if (driver !== "org_id") return null;
  const byOrg = (from: SQL) => ({ from, found: sql`org_id = t.id` });
  if (filter.orgId !== undefined) return filter.includeSubOrgs ? byOrg(orgTree(filter.orgId)) : null;
  return scope.kind === "org" ? byOrg(orgTree(scope.orgId)) : null;
}

/** Every status on every channel. */
function lookedUpStatuses(
  channels: readonly string[],
  statuses: readonly DispatchStatus[],
): { from: SQL; found: SQL } | null {
  if (channels.length === 1 && statuses.length === 1) return null;
  return {
    from: sql`(SELECT c.value AS channel, s.value AS status FROM json_each(${JSON.stringify(channels)}) AS c,
      json_each(${JSON.stringify(statuses)}) AS s)`,
    found: sql`channel = t.channel AND status = t.status`,
  };
}
