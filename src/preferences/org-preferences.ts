import { type SQL, sql } from "drizzle-orm";
import { audit, type Author, CHANGED } from "../audit/audit.ts";
import type { Scope } from "../auth/scope.ts";
import type { Ctx } from "../ctx.ts";
import { orgs, orgSettings } from "../db/schema/index.ts";
import { Parsed, type Statement } from "../db/statement.ts";
import { type FieldError, Failure, notFound } from "../lib/failure.ts";
import { type Choice, choiceOf } from "./decide.ts";
import { type Defaults, orgLinesAbove, type OrgSettings, SERVICE } from "./org-settings.ts";
import { isOwner, mayOwn } from "./owner.ts";
import type { QuietHours } from "./quiet-hours.ts";

/** Categories in which an organization may have defaults. */
export const MAX_DEFAULTS = 100;

/** What an organization has set, or the service. */
export interface OrgPreferences {
  /** Null: it has set nothing. */
  own: OrgSettings | null;
  /** What those above it have set, the nearest first, the service last. */
  above: readonly OrgSettings[];
}

/** Changes of defaults: category → channel → the new default, or null to have none. */
export type DefaultChanges = Readonly<
  Record<string, Readonly<Record<string, { on: boolean; locked: boolean } | null>>>
>;

export interface OrgPreferencesChange {
  defaults: DefaultChanges;
  /** Null: none of its own. Left out: as before. */
  quietHours?: QuietHours | null | undefined;
  locale?: string | null | undefined;
}

const read = (scope: Scope, orgId: string): Parsed<OrgPreferences | null> =>
  Parsed.of(
    {
      allowed: isOwner(scope, orgId),
      lines: orgLinesAbove(sql`SELECT id FROM ${orgs} WHERE id = ${orgId}`),
    },
    ({ allowed, lines }) => {
      if (allowed.length === 0) return null;
      const line = lines.of(orgId === SERVICE ? null : orgId);
      const own = line.find((one) => one.orgId === orgId) ?? null;
      return { own, above: line.filter((one) => one !== own) };
    },
  );

/** What an organization has set, and what it inherits. One round trip. @throws 404 outside the scope */
export async function getOrgPreferences(ctx: Ctx, scope: Scope, orgId: string): Promise<OrgPreferences> {
  const { found } = await ctx.db.read({ found: read(scope, orgId) });
  if (found === null) throw notFound("organization");
  return found;
}

/**
 * Changes what is given. Two round trips. Messages that wait are decided upon with what holds when they are sent.
 * @throws 404 outside the scope; 409 `locked` for a cell that an organization above has locked; 400 for too many categories
 */
export async function changeOrgPreferences(
  ctx: Ctx,
  author: Author,
  scope: Scope,
  orgId: string,
  change: OrgPreferencesChange,
): Promise<OrgPreferences> {
  const before = await getOrgPreferences(ctx, scope, orgId);
  refuseLocked(before.above, change.defaults);
  refuseTooMany(before.own?.defaults ?? {}, change.defaults);
  const { found } = await ctx.db.write({
    change: changes(ctx, author, scope, orgId, change),
    found: read(scope, orgId),
  });
  if (found === null) throw notFound("organization");
  return found;
}

function refuseLocked(above: readonly OrgSettings[], changed: DefaultChanges): void {
  const errors: FieldError[] = Object.entries(changed).flatMap(([category, row]) =>
    Object.entries(row).flatMap(([channel, cell]) => {
      const choice = choiceOf({}, above, category, channel);
      return cell !== null && choice.by === "org" && choice.locked
        ? [{ pointer: `/categories/${category}/${channel}`, detail: "is locked by an organization above" }]
        : [];
    }),
  );
  if (errors.length > 0)
    throw new Failure("conflict", "An organization above does not let this be changed.", {
      code: "locked",
      errors,
    });
}

function refuseTooMany(defaults: Defaults, changed: DefaultChanges): void {
  if (new Set([...Object.keys(defaults), ...Object.keys(changed)]).size <= MAX_DEFAULTS) return;
  throw new Failure("invalid_request", "These are too many categories.", {
    errors: [{ pointer: "/categories", detail: `must not make more than ${MAX_DEFAULTS} categories` }],
  });
}

/** The defaults after a merge patch (RFC 7396) of those that are there; null when none are left. */
function patched(orgId: string, defaults: DefaultChanges): SQL {
  const there = sql`(SELECT preferences FROM ${orgSettings} WHERE org_id = ${orgId} AND json_valid(preferences))`;
  return sql`(SELECT CASE WHEN count(*) > 0 THEN json_group_object(key, json(value)) END
    FROM json_each(json_patch(coalesce(${there}, '{}'), ${JSON.stringify(defaults)})) WHERE value <> '{}')`;
}

/** Writes only what differs, so that the log has no change that was none. */
function changes(
  ctx: Ctx,
  author: Author,
  scope: Scope,
  orgId: string,
  { defaults, quietHours, locale }: OrgPreferencesChange,
): Statement[] {
  const given: [column: string, value: SQL][] = [];
  if (Object.keys(defaults).length > 0) given.push(["preferences", patched(orgId, defaults)]);
  if (quietHours !== undefined)
    given.push(["quiet_hours", sql`${quietHours === null ? null : JSON.stringify(quietHours)}`]);
  if (locale !== undefined) given.push(["locale", sql`${locale}`]);
  if (given.length === 0) return [];
  const columns = given.map(([column]) => sql.identifier(column));
  const values = given.map(([, value]) => value);
  const set = columns.map((column) => sql`${column} = excluded.${column}`);
  const differs = columns.map((column) => sql`${orgSettings}.${column} IS NOT excluded.${column}`);
  const now = ctx.clock.now();
  return [
    sql`INSERT INTO ${orgSettings} (org_id, ${sql.join(columns, sql`, `)}, updated_at)
      SELECT ${orgId}, ${sql.join(values, sql`, `)}, ${now} WHERE ${mayOwn(scope, orgId)}
      ON CONFLICT (org_id) DO UPDATE SET ${sql.join([...set, sql`updated_at = excluded.updated_at`], sql`, `)}
        WHERE ${sql.join(differs, sql` OR `)}`,
    audit({ id: ctx.ids.uuid(), action: "org.preferences", target: orgId, ...author }, CHANGED),
  ];
}

/** A default that an organization inherits, and whose it is. */
export type InheritedDefault = Extract<Choice, { by: "org" }>;

/** The defaults that hold in an organization by those above it: a lock of the highest, or else the nearest. */
export function inheritedDefaults(
  above: readonly OrgSettings[],
): Record<string, Record<string, InheritedDefault>> {
  const inherited: Record<string, Record<string, InheritedDefault>> = {};
  for (const { defaults } of above)
    for (const [category, row] of Object.entries(defaults))
      for (const channel of Object.keys(row)) {
        const choice = choiceOf({}, above, category, channel);
        if (choice.by === "org") inherited[category] = { ...inherited[category], [channel]: choice };
      }
  return inherited;
}
