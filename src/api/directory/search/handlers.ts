import { invalid } from "../../../lib/failure.ts";
import { scopeOf } from "../../../auth/scope.ts";
import { searchPage } from "../../../directory/search-page.ts";
import type { App } from "../../../http/app-env.ts";
import * as routes from "./routes.ts";

export function registerSearch(app: App): void {
  app.openapi(routes.search, async (c) => {
    const { query, limit, cursor = null } = c.req.valid("json");
    const scope = scopeOf(c.get("principal"));
    const found = await searchPage(c.get("ctx"), scope, query, { limit, cursor });
    if (found === null) throw invalid([{ pointer: "/cursor", detail: "is not a cursor of this search" }]);
    const { people, next } = found;
    const data = people.map((person) => ({ ...person, email_verified: person.email_verified === 1 }));
    return c.json({ data, pagination: { limit, ...(next !== null && { next_cursor: next }) } }, 200);
  });
}
