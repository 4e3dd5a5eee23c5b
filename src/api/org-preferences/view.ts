import type { z } from "@hono/zod-openapi";
import {
  type DefaultChanges,
  type InheritedDefault,
  inheritedDefaults,
  type OrgPreferences,
} from "../../preferences/org-preferences.ts";
import { type OrgSettings, SERVICE } from "../../preferences/org-settings.ts";
import type * as schemas from "./schemas.ts";

const printOrg = (orgId: string): string | null => (orgId === SERVICE ? null : orgId);

/** A table of cells, each as `print` prints it. */
const table = <Cell, Printed>(
  cells: Readonly<Record<string, Readonly<Record<string, Cell>>>>,
  print: (cell: Cell) => Printed,
): Record<string, Record<string, Printed>> =>
  Object.fromEntries(
    Object.entries(cells).map(([category, row]) => [
      category,
      Object.fromEntries(Object.entries(row).map(([channel, cell]) => [channel, print(cell)])),
    ]),
  );

const inheritedCell = ({ on, locked, orgId }: InheritedDefault) => ({
  enabled: on,
  locked,
  org_id: printOrg(orgId),
});

function hoursAmong(above: readonly OrgSettings[]) {
  const found = above.find(({ quietHours }) => quietHours !== null);
  return found?.quietHours ? { ...found.quietHours, org_id: printOrg(found.orgId) } : null;
}

function localeAmong(above: readonly OrgSettings[]) {
  const found = above.find(({ locale }) => locale !== null);
  return found?.locale ? { locale: found.locale, org_id: printOrg(found.orgId) } : null;
}

export const settingsView = (
  orgId: string,
  { own, above }: OrgPreferences,
): z.infer<typeof schemas.settings> => ({
  org_id: printOrg(orgId),
  categories: table(own?.defaults ?? {}, ({ on, locked }) => ({ enabled: on, locked: locked === true })),
  quiet_hours: own?.quietHours ?? null,
  locale: own?.locale ?? null,
  inherited: {
    categories: table(inheritedDefaults(above), inheritedCell),
    quiet_hours: hoursAmong(above),
    locale: localeAmong(above),
  },
});

/** The defaults that a body changes: those that are left out stay. */
export const defaultChanges = (
  categories: z.infer<typeof schemas.change>["categories"] = {},
): DefaultChanges =>
  Object.fromEntries(
    Object.entries(categories).map(([category, row]) => [
      category,
      Object.fromEntries(
        Object.entries(row).flatMap(([channel, cell]) =>
          cell === undefined
            ? []
            : [[channel, cell === null ? null : { on: cell.enabled, locked: cell.locked }] as const],
        ),
      ),
    ]),
  );
