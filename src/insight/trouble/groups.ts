import { type SQL, sql } from "drizzle-orm";
import { orgTree, type Scope } from "../../auth/scope.ts";
import { listed } from "./trouble.ts";

/** All that are looked at. */
export const MOST = 5_000;
/** Groups of messages that are read. */
export const GROUPS = 200;

/** What groups of messages have in common: so many of a type, on a channel. */
export interface Counted {
  channel: string;
  type: string;
  n: number;
}

/** The organizations in scope, as a subquery of ids; none for whoever sees everything. */
export const treeOf = (scope: Scope): SQL =>
  scope.kind === "org" ? orgTree(scope.orgId) : sql`(SELECT '' AS id WHERE false)`;

/** Groups that have the same to tell: types are listed in one sentence. */
export const byKind = <T extends Counted>(groups: readonly T[], kind: (group: T) => string): T[][] =>
  [...Map.groupBy(groups, kind).values()].toSorted((a, b) => sum(b) - sum(a));

export const sum = (groups: readonly Pick<Counted, "n">[]): number =>
  groups.reduce((n, group) => n + group.n, 0);

export const typesOf = (groups: readonly Pick<Counted, "type">[]): string =>
  `of ${listed([...new Set(groups.map(({ type }) => `“${type}”`))])}`;

/** Whether there may be more than these. */
export const isFull = (groups: readonly Pick<Counted, "n">[], most: number): boolean =>
  sum(groups) >= most || groups.length >= GROUPS;
