import type { SQL } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/statement.ts";
import type { Change, Collection, Facts } from "./collection.ts";

/**
 * What follows from a change. It runs in the change's own batch. The batch may be repeated after a commit, so each statement
 * must be idempotent. New ids are made before, so that a repeat uses the same ones.
 */
export interface Consequences {
  /** Run before the rows are written, so they can compare the old rows with the new ones. */
  before?: readonly Statement[];
  /** Run after the rows are written. */
  after?: readonly Statement[];
  /** Dispatches that these statements may insert. Those that exist afterwards and are due get a wake-up call. */
  dispatchIds?: readonly string[];
}

/** A reaction to the changes of one collection. It must not read from the database; only its statements may. */
export interface Reaction<F extends Facts = Facts> {
  changed?(ctx: Ctx, change: Change<F>): Consequences;
  /** Statements to run before the row with this id is deleted, in the same batch. */
  removed?(ctx: Ctx, id: string): readonly Statement[];
}

/** The reactions to changes of the directory. They are listed in `notifications/reactions.ts`; this room knows none. */
export interface Reactions {
  /** By the name of a collection, in the order in which their statements run. */
  readonly changes: ReadonlyMap<string, readonly Reaction[]>;
  /**
   * Statements that keep what others would lose when dispatches are deleted, with their user or one by itself. They run
   * before that, in the same batch.
   * @param dispatches the ids of these, as a subquery in parentheses
   */
  beforeDeletion(dispatches: SQL): readonly Statement[];
  /**
   * Statements to run before users get another time zone, in the same batch.
   * @param users a query of their ids, one column
   */
  beforeMove(ctx: Ctx, users: SQL): readonly Statement[];
}

/**
 * An entry of `Reactions.changes`. Throws for a reaction to removals of a collection that removes by itself: it would not
 * run.
 */
export function on<F extends Facts, S extends F>(
  { name, remove }: Collection<F, S>,
  ...reactions: readonly Reaction<NoInfer<F>>[]
): readonly [string, readonly Reaction[]] {
  if (remove !== undefined && reactions.some(({ removed }) => removed !== undefined))
    throw new Error(`The collection ${name} removes by itself, so a reaction to it would not run`);
  return [name, reactions];
}

/** The reactions to a collection's changes. */
export const reactionsTo = ({ reactions }: Ctx, { name }: Pick<Collection, "name">): readonly Reaction[] =>
  reactions.changes.get(name) ?? [];
