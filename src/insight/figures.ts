import { type SQL, sql } from "drizzle-orm";
import { orgTree, type Scope } from "../auth/scope.ts";
import { countedHours, dispatches, hourlyCounts } from "../db/schema/index.ts";
import { Parsed } from "../db/statement.ts";
import { HOUR } from "../lib/clock.ts";
import { firstIdAt } from "../lib/ids.ts";
import { IS_TO_PERSON } from "../outbox/channel.ts";
import { COUNTED_STATUS, EVERYONE, firstIdOf } from "./hours.ts";

/** What is counted of the hours that the job has not counted yet: at most so many of the newest dispatches. */
const MOST_UNCOUNTED = 20_000;

/** The time that figures are about: whole hours since 1970, UTC, in steps of so many hours. */
export interface Range {
  /** The first hour: a multiple of `step`. */
  from: number;
  /** The hour after the last. */
  to: number;
  step: number;
}

/** How many messages have come to what. */
export interface Tally {
  /** A provider has accepted them, or they lie in an inbox. */
  sent: number;
  /** Failed or bounced. */
  failed: number;
  /** Of the failed ones, those that came back from the receiving server. */
  bounced: number;
  /** They still wait, put off beyond the time that was asked for: by a slot, quiet hours, a quota, a provider, a new attempt. */
  deferred: number;
  /** They wait for the time that was asked for, or are being sent. */
  waiting: number;
  cancelled: number;
}

/** What became of the messages on one way. `provider`: null where none was asked. */
export interface Route extends Tally {
  channel: string;
  provider: string | null;
}

/** The messages of some hours, by the hour in which they were made, as far as is known what became of them. */
export interface Figures {
  range: Range;
  total: Tally;
  /** One for each step of the range, oldest first. `hour`: the step's first. */
  steps: readonly (Tally & { hour: number })[];
  /** By channel and provider, in alphabetical order, in whole and for each step of the range. */
  routes: readonly (Route & { steps: readonly Tally[] })[];
  /** There were more messages than could be counted since the last count: the newest hours are too low. */
  isIncomplete: boolean;
}

interface Row {
  hour: number;
  channel: string;
  provider: string;
  status: string;
  n: number;
}

const NONE: Tally = { sent: 0, failed: 0, bounced: 0, deferred: 0, waiting: 0, cancelled: 0 };

const COUNTS_AS: Readonly<Record<string, readonly (keyof Tally)[]>> = {
  sent: ["sent"],
  delivered: ["sent"],
  failed: ["failed"],
  bounced: ["failed", "bounced"],
  deferred: ["deferred"],
  queued: ["waiting"],
  sending: ["waiting"],
  cancelled: ["cancelled"],
};

/**
 * Reads the figures of a scope: a part of one batch. What a job has counted is added up; messages since then are counted where
 * they lie, up to a bound. An organization costs what is its own.
 */
export const figures = (scope: Scope, range: Range): Parsed<Figures> =>
  Parsed.of(
    { counted: counted(scope, range), uncounted: uncounted(scope, range) },
    ({ counted: before, uncounted: since }) => {
      const rows = [...before, ...since];
      return {
        range,
        total: tally(rows),
        steps: byStep(rows, range),
        routes: routesOf(rows, range),
        isIncomplete: since.reduce((sum, { n }) => sum + n, 0) >= MOST_UNCOUNTED,
      };
    },
  );

function tally(rows: readonly Row[]): Tally {
  const sum = { ...NONE };
  for (const { status, n } of rows) for (const name of COUNTS_AS[status] ?? []) sum[name] += n;
  return sum;
}

function byStep(rows: readonly Row[], { from, to, step }: Range): Figures["steps"] {
  const byHour = Map.groupBy(rows, ({ hour }) => hour);
  return Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => {
    const hour = from + i * step;
    return { hour, ...tally(byHour.get(hour) ?? []) };
  });
}

const routesOf = (rows: readonly Row[], range: Range): Figures["routes"] =>
  [...Map.groupBy(rows, ({ channel, provider }) => `${channel} ${provider}`)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, own]) => {
      const [first] = own;
      if (first === undefined) return [];
      const { channel, provider } = first;
      return [{ channel, provider: provider || null, ...tally(own), steps: byStep(own, range) }];
    });

/** The organizations of a scope as `t.id`; those of everyone have a sum of their own. A user sees no figures. */
function orgsOf(scope: Scope): SQL {
  if (scope.kind === "all") return sql`(SELECT ${EVERYONE} AS id)`;
  return scope.kind === "org" ? orgTree(scope.orgId) : sql`(SELECT '' AS id WHERE false)`;
}

const stepOf = (hour: SQL, { step }: Range): SQL => sql`${hour} - ${hour} % ${step}`;

const counted = (scope: Scope, range: Range): SQL<Row> => sql<Row>`
  SELECT ${stepOf(sql`c.hour`, range)} AS hour, c.channel, c.provider, c.status, sum(c.n) AS n
  FROM ${orgsOf(scope)} AS t CROSS JOIN ${hourlyCounts} AS c ON c.org_id = t.id
  WHERE c.hour >= ${range.from} AND c.hour < ${range.to} GROUP BY 1, 2, 3, 4`;

/** Counts the dispatches of the hours after the last that the job has counted. */
function uncounted(scope: Scope, range: Range): SQL<Row> {
  const start = sql`max(coalesce((SELECT max(hour) + 1 FROM ${countedHours}), 0), ${range.from})`;
  const isNew = sql`id >= ${firstIdOf(start)} AND id < ${firstIdAt(range.to * HOUR)}`;
  const newest = sql`ORDER BY id DESC LIMIT ${MOST_UNCOUNTED}`;
  const found =
    scope.kind === "all"
      ? sql`SELECT id FROM ${dispatches} WHERE ${isNew} AND ${IS_TO_PERSON} ${newest}`
      : sql`SELECT o.id FROM ${orgsOf(scope)} AS t CROSS JOIN ${dispatches} AS o ON o.id IN (
          SELECT id FROM ${dispatches} WHERE org_id = t.id AND ${isNew} ${newest}) LIMIT ${MOST_UNCOUNTED}`;
  // D1 binds a number as a real one. An id and its `created_at` may lie on either side of an hour.
  const hour = sql`min(max(CAST(created_at / ${HOUR} AS INTEGER), ${range.from}), ${range.to - 1})`;
  return sql<Row>`SELECT ${stepOf(hour, range)} AS hour, channel, coalesce(provider, '') AS provider,
      ${COUNTED_STATUS} AS status, count(*) AS n
    FROM ${dispatches} WHERE id IN (${found}) GROUP BY 1, 2, 3, 4`;
}
