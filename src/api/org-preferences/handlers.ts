import { scopeOf } from "../../auth/scope.ts";
import type { App } from "../../http/app-env.ts";
import { authorOf } from "../../http/author.ts";
import { ownerIn } from "../../http/owner.ts";
import { changeOrgPreferences, getOrgPreferences } from "../../preferences/org-preferences.ts";
import * as routes from "./routes.ts";
import { defaultChanges, settingsView } from "./view.ts";

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
    const found = await changeOrgPreferences(c.get("ctx"), authorOf(c), scope, orgId, change);
    return c.json(settingsView(orgId, found), 200);
  });
}
