import type { SQL } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/statement.ts";
import type { Change, Collection, Facts } from "./collection.ts";

/**
 * What follows from a change, written in the change's own batch. The batch may be repeated after having been committed,
 * so each statement must be idempotent; ids made beforehand are the same in the repeat.
 */
export interface Consequences {
  /** Run before the rows are written: their SQL can compare the state so far with the new rows. */
  before?: readonly Statement[];
  /** Run after: their SQL sees the rows as they are now. */
  after?: readonly Statement[];
  /** Dispatches that these statements may have inserted. Those that are there and due get their wake-up call. */
  dispatchIds?: readonly string[];
}

/** What follows from the changes of one collection. It must not read: what it asks of the database is in its statements. */
export interface Reaction<F extends Facts = Facts> {
  changed?(ctx: Ctx, change: Change<F>): Consequences;
  /** Statements to run before the row with this id is deleted, in the same batch. */
  removed?(ctx: Ctx, id: string): readonly Statement[];
}

/** What follows from changes of the directory. The directory knows none of it: the table is `notifications/reactions.ts`. */
export interface Reactions {
  /** By the name of a collection, in the order in which their statements run. */
  readonly changes: ReadonlyMap<string, readonly Reaction[]>;
  /**
   * Statements that keep what others would lose when dispatches are deleted, with their user or one by itself. They run
   * before that, in the same batch.
   * @param dispatches the ids of these, as a subquery in parentheses
   */
  beforeDeletion(dispatches: SQL): readonly Statement[];
}

/** An entry of `Reactions.changes`. */
export const on = <F extends Facts, S extends F>(
  { name }: Collection<F, S>,
  ...reactions: readonly Reaction<NoInfer<F>>[]
): readonly [string, readonly Reaction[]] => [name, reactions];

/** The reactions to a collection's changes. */
export const reactionsTo = ({ reactions }: Ctx, { name }: Pick<Collection, "name">): readonly Reaction[] =>
  reactions.changes.get(name) ?? [];
