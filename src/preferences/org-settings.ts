import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { orgs, orgSettings, users } from "../db/schema/index.ts";
import { Parsed } from "../db/statement.ts";
import { parseJson } from "../lib/objects.ts";
import { type QuietHours, storedQuietHours } from "./quiet-hours.ts";

/** The owner of what holds for the whole service. */
export const SERVICE = "";

const defaults = z.record(
  z.string(),
  z.record(z.string(), z.object({ on: z.boolean(), locked: z.boolean().optional() })),
);

/** An organization's defaults: category → channel → on or off. A locked cell cannot be changed further down. */
export type Defaults = z.output<typeof defaults>;

/** What one organization has set, or the service. */
export interface OrgSettings {
  orgId: string;
  /** Null for the service, and for an organization that the directory does not have. */
  name: string | null;
  defaults: Defaults;
  quietHours: QuietHours | null;
  locale: string | null;
  /** ISO 3166-1 alpha-2, from the directory. */
  country: string | null;
  /** JSON of the brand. */
  brand: string | null;
}

/** The language of readers who have none: the nearest organization's. */
export const localeOf = (line: readonly OrgSettings[]): string | null =>
  line.find(({ locale }) => locale !== null)?.locale ?? null;

/** The country of users: the nearest organization's; null where none has one. */
export const countryOf = (line: readonly OrgSettings[]): string | null =>
  line.find(({ country }) => country !== null)?.country ?? null;

/** The ids of a line, with the service, which may have no settings. */
export const idsOf = (line: readonly OrgSettings[]): string[] => [
  ...new Set([...line.map(({ orgId }) => orgId), SERVICE]),
];

/** An organization with its settings as they are read; those are null where it has none. */
interface OrgRow {
  id: string;
  parent_id: string | null;
  name: string | null;
  country: string | null;
  preferences: string | null;
  quiet_hours: string | null;
  locale: string | null;
  brand: string | null;
}

/** The settings of some organizations and of all above them. */
export class OrgLines {
  readonly #rows: ReadonlyMap<string, OrgRow>;
  readonly #lines = new Map<string | null, readonly OrgSettings[]>();

  constructor(rows: readonly OrgRow[]) {
    this.#rows = new Map(rows.map((row) => [row.id, row]));
  }

  /** The settings that hold in an organization (null: none), its own first, the service's last. */
  of(orgId: string | null): readonly OrgSettings[] {
    let line = this.#lines.get(orgId);
    if (line === undefined) this.#lines.set(orgId, (line = this.#lineOf(orgId)));
    return line;
  }

  #lineOf(orgId: string | null): OrgSettings[] {
    const line = new Map<string, OrgRow>();
    for (let id = orgId; id !== null && !line.has(id);) {
      const row = this.#rows.get(id);
      if (row === undefined) break;
      line.set(id, row);
      id = row.parent_id;
    }
    const service = this.#rows.get(SERVICE);
    return [...line.values(), ...(service === undefined ? [] : [service])].map(settingsOf);
  }
}

const settingsOf = ({ id, name, country, preferences, quiet_hours, locale, brand }: OrgRow): OrgSettings => ({
  orgId: id,
  name,
  // What cannot be read must not stop a round of other users' messages: it counts as nothing set.
  defaults: preferences === null ? {} : (defaults.safeParse(parseJson(preferences)).data ?? {}),
  quietHours: storedQuietHours(quiet_hours),
  locale,
  country,
  brand,
});

/** Reads the settings that hold for these users. It reads each of their organizations once, and those above. @param userIds a subquery */
export const orgLinesOf = (userIds: SQL): Parsed<OrgLines> =>
  orgLinesAbove(sql`SELECT org_id FROM ${users} WHERE id IN ${userIds} AND +org_id IS NOT NULL`);

/** The same of organizations. @param orgIds a query */
export const orgLinesAbove = (orgIds: SQL): Parsed<OrgLines> =>
  Parsed.of(
    {
      rows: sql<OrgRow>`WITH RECURSIVE line(id) AS (${orgIds}
          UNION SELECT o.parent_id FROM ${orgs} AS o JOIN line ON o.id = line.id WHERE o.parent_id IS NOT NULL)
        SELECT line.id, o.parent_id, o.name, o.country, s.preferences, s.quiet_hours, s.locale, s.brand
        FROM line LEFT JOIN ${orgs} AS o ON o.id = line.id LEFT JOIN ${orgSettings} AS s ON s.org_id = line.id
        UNION ALL SELECT s.org_id, NULL, NULL, NULL, s.preferences, s.quiet_hours, s.locale, s.brand
        FROM ${orgSettings} AS s WHERE s.org_id = ${SERVICE}`,
    },
    ({ rows }) => new OrgLines(rows),
  );
