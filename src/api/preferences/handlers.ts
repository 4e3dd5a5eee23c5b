import type { Context } from "hono";
import { subjectOf } from "../../directory/subject.ts";
import { requireToken } from "../../http/access.ts";
import type { App, AppEnv } from "../../http/app-env.ts";
import { changeMatrix, getMatrix } from "../../preferences/matrix.ts";
import * as routes from "./routes.ts";
import { cellChanges, matrixView } from "./view.ts";

const categoriesOf = (c: Context<AppEnv>): string[] =>
  c.get("deps").types.all.map(({ category }) => category);

export function register(app: App): void {
  app.openapi(routes.get, async (c) => {
    const subject = subjectOf(requireToken(c.get("principal")), c.req.valid("query").user_id);
    return c.json(matrixView(await getMatrix(c.get("ctx"), subject, categoriesOf(c))), 200);
  });

  app.openapi(routes.patch, async (c) => {
    const subject = subjectOf(requireToken(c.get("principal")), c.req.valid("query").user_id);
    const { categories, quiet_hours: quietHours } = c.req.valid("json");
    const change = { cells: cellChanges(categories), quietHours };
    return c.json(matrixView(await changeMatrix(c.get("ctx"), subject, change, categoriesOf(c))), 200);
  });
}
