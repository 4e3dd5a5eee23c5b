import { scopeOf } from "../../auth/scope.ts";
import type { App } from "../../http/app-env.ts";
import { authorOf } from "../../http/author.ts";
import { ownerIn } from "../../http/owner.ts";
import {
  changeOrgPreferences,
  type DefaultChanges,
  getOrgPreferences,
} from "../../preferences/org-preferences.ts";
import { Failure } from "../../lib/failure.ts";
import * as routes from "./routes.ts";
import { defaultChanges, settingsView } from "./view.ts";

/** @throws 403 for cells that would be on whatever a user chooses: as with critical types, an org_admin may not do that */
function refuseLocksOn(defaults: DefaultChanges): void {
  const errors = Object.entries(defaults).flatMap(([category, row]) =>
    Object.entries(row).flatMap(([channel, cell]) =>
      cell !== null && cell.on && cell.locked
        ? [{ pointer: `/categories/${category}/${channel}/locked`, detail: "must be false where it is on" }]
        : [],
    ),
  );
  if (errors.length === 0) return;
  const why = "Only service and global_admin may lock a cell on: it ignores what users choose.";
  throw new Failure("forbidden", why, { code: "lock_not_allowed", errors });
}

export function register(app: App): void {
  app.openapi(routes.get, async (c) => {
    const orgId = ownerIn(c.req.valid("param").id);
    const found = await getOrgPreferences(c.get("ctx"), scopeOf(c.get("principal")), orgId);
    return c.json(settingsView(orgId, found), 200);
  });

  app.openapi(routes.patch, async (c) => {
    const orgId = ownerIn(c.req.valid("param").id);
    const { categories, quiet_hours: quietHours, locale } = c.req.valid("json");
    const change = { defaults: defaultChanges(categories), quietHours, locale };
    const scope = scopeOf(c.get("principal"));
    if (scope.kind !== "all") refuseLocksOn(change.defaults);
    const found = await changeOrgPreferences(c.get("ctx"), authorOf(c), scope, orgId, change);
    return c.json(settingsView(orgId, found), 200);
  });
}
