import { subjectOf } from "../../../directory/subject.ts";
import { exportUser } from "../../../directory/export/export-user.ts";
import { requireToken } from "../../../http/access.ts";
import type { App } from "../../../http/app-env.ts";
import { authorOf } from "../../../http/author.ts";
import { streamed } from "../../../http/streamed.ts";
import * as routes from "./routes.ts";

export function registerExport(app: App): void {
  app.openapi(routes.exportUser, async (c) => {
    const { id } = c.req.valid("param");
    const subject = subjectOf(requireToken(c.get("principal")), id);
    const pieces = await exportUser(c.get("ctx"), subject, authorOf(c));
    return c.body(streamed(pieces), 200, {
      "content-type": "application/json",
      "content-disposition": 'attachment; filename="export.json"',
    });
  });
}
