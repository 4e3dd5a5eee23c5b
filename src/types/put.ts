import { type SQL, sql } from "drizzle-orm";
import { audit, type Author, CHANGED } from "../audit/audit.ts";
import { orgTree, type Scope } from "../auth/scope.ts";
import type { Ctx } from "../ctx.ts";
import { ownTypes } from "../db/schema/index.ts";
import { Failure, notFound } from "../lib/failure.ts";
import { SERVICE } from "../preferences/org-settings.ts";
import { lineOf } from "./find.ts";
import { isOwner, mayOwn } from "../preferences/owner.ts";
import type { OwnTypeData } from "./own-type.ts";
import { selectOwnType, type StoredType, storedType } from "./stored.ts";

/** The most types that an owner may have. */
export const MAX_TYPES = 500;

/** A refusal names so many of those who have an id. */
export const MAX_NAMED = 10;

/** The condition that an organization is on the same line: it inherits from the owner, or the owner from it. */
const onLineOf = (owner: string): SQL =>
  owner === SERVICE ? sql`true` : sql`(org_id IN ${lineOf(owner)} OR org_id IN ${orgTree(owner)})`;

/**
 * Creates or replaces an owner's type. One round trip; the conditions are those of the statement that writes, so that they
 * hold also when two requests come at once.
 * @throws 404 for an organization outside the caller's scope; 409 `type_taken` for an id that another on the same line has,
 *   `too_many_types`; 403 `critical_not_allowed`. To those who administer everything `type_taken` names who has it.
 *   With `isNew` 409 `type_exists` instead of replacing one of the owner's.
 */
export async function putOwnType(
  ctx: Ctx,
  author: Author,
  scope: Scope,
  data: OwnTypeData,
  { isNew = false }: { isNew?: boolean } = {},
): Promise<{ type: StoredType; created: boolean }> {
  const { id, org_id: owner } = data;
  const now = ctx.clock.now();
  const json = JSON.stringify(data);
  const taken = sql<Holder>`SELECT org_id FROM ${ownTypes}
    WHERE id = ${id} AND org_id <> ${owner} AND ${onLineOf(owner)}`;
  const exists = sql`EXISTS (SELECT 1 FROM ${ownTypes} WHERE id = ${id} AND org_id = ${owner})`;
  const full = sql`NOT ${exists} AND (SELECT count(*) FROM ${ownTypes} WHERE org_id = ${owner}) >= ${MAX_TYPES}`;
  // Opt-outs and quiet hours protect users, also from their organization. Who may has made it critical before.
  const refused =
    data.critical && scope.kind !== "all"
      ? sql`NOT EXISTS (SELECT 1 FROM ${ownTypes} WHERE id = ${id} AND org_id = ${owner} AND data->>'critical' = 1)`
      : sql`false`;
  const found = await ctx.db.write({
    allowed: isOwner(scope, owner),
    before: sql`SELECT 1 WHERE ${exists}`,
    taken: sql<Holder>`${taken} ORDER BY org_id LIMIT ${MAX_NAMED}`,
    refused: sql`SELECT 1 WHERE ${refused}`,
    written: sql`INSERT INTO ${ownTypes} (id, org_id, data, created_at, updated_at)
      SELECT ${id}, ${owner}, ${json}, ${now}, ${now}
      WHERE ${mayOwn(scope, owner)} AND NOT EXISTS (${taken}) AND NOT (${full}) AND NOT (${refused})
      ON CONFLICT (id, org_id) DO UPDATE SET data = excluded.data, updated_at = excluded.updated_at
        WHERE ${ownTypes}.data <> excluded.data AND ${isNew ? sql`false` : sql`true`}`,
    noted: audit({ id: ctx.ids.uuid(), action: "type.put", target: `${owner}/${id}`, ...author }, CHANGED),
    stored: selectOwnType(id, owner),
  });
  if (found.allowed.length === 0) throw notFound("organization");
  if (found.taken.length > 0) throw typeTaken(scope, found.taken);
  if (found.refused.length > 0) throw criticalNotAllowed();
  const [row] = found.stored;
  // Nothing else keeps it from being written. The count is not read a second time.
  if (row === undefined)
    throw new Failure("conflict", `There are ${MAX_TYPES} types already; delete one first.`, {
      code: "too_many_types",
    });
  // The same type may be what this very request has written: its batch is repeated when the answer was lost.
  if (isNew && row.data !== json)
    throw new Failure("conflict", "There is a type with this id already.", { code: "type_exists" });
  return { type: storedType(row), created: found.before.length === 0 };
}

/** Who has a type with an id. */
interface Holder {
  /** `""`: the service. */
  org_id: string;
}

/** An org_admin does not learn who it is: it may be an organization above. */
const typeTaken = (scope: Scope, holders: readonly Holder[]): Failure =>
  new Failure("conflict", "The service, or an organization above or below, has a type with this id.", {
    code: "type_taken",
    ...(scope.kind === "all" && {
      extra: { taken_by: holders.map(({ org_id }) => (org_id === SERVICE ? null : org_id)) },
    }),
  });

const criticalNotAllowed = (): Failure =>
  new Failure(
    "forbidden",
    "Only service and global_admin may make a type critical: it ignores what users choose.",
    {
      code: "critical_not_allowed",
      errors: [{ pointer: "/critical", detail: "must be false" }],
    },
  );
