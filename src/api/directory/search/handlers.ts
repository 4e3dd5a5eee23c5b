import { scopeOf } from "../../../auth/scope.ts";
import { type Position, readPosition, searchUsers, writePosition } from "../../../directory/search.ts";
import type { App } from "../../../http/app-env.ts";
import { invalid } from "../../../http/problem.ts";
import * as routes from "./routes.ts";

export function registerSearch(app: App): void {
  app.openapi(routes.search, async (c) => {
    const { query, limit, cursor } = c.req.valid("json");
    const scope = scopeOf(c.get("principal"));
    const page = { limit, after: positionIn(cursor) };
    const { people, next } = await searchUsers(c.get("ctx"), scope, query, page);
    const data = people.map((person) => ({ ...person, email_verified: person.email_verified === 1 }));
    return c.json(
      { data, pagination: { limit, ...(next !== null && { next_cursor: writePosition(next) }) } },
      200,
    );
  });
}

/** @throws 400 */
function positionIn(cursor: string | undefined): Position | null {
  if (cursor === undefined) return null;
  const position = readPosition(cursor);
  if (position === null) throw invalid([{ pointer: "/cursor", detail: "is not a cursor of ours" }]);
  return position;
}
