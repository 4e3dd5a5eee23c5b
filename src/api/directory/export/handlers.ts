import { subjectOf } from "../../../directory/subject.ts";
import { requireToken } from "../../../http/access.ts";
import { answerExport } from "../../../http/answer-export.ts";
import type { App } from "../../../http/app-env.ts";
import * as routes from "./routes.ts";

export function registerExport(app: App): void {
  app.openapi(routes.exportUser, (c) => {
    const { id } = c.req.valid("param");
    return answerExport(c, subjectOf(requireToken(c.get("principal")), id));
  });
}
