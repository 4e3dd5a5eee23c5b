import { subjectOf } from "../../../directory/subject.ts";
import { requireToken } from "../../../http/access.ts";
import type { App } from "../../../http/app-env.ts";
import { DAY, iso } from "../../../lib/clock.ts";
import { listWithheld } from "../../../log/withheld/list.ts";
import * as routes from "./routes.ts";

export function registerWithheld(app: App): void {
  app.openapi(routes.list, async (c) => {
    const { id } = c.req.valid("param");
    const subject = subjectOf(requireToken(c.get("principal")), id);
    const found = await listWithheld(c.get("ctx"), subject, c.req.valid("query").days);
    const withheld = found.map(({ day, n, ...rest }) => ({
      date: iso(day * DAY).slice(0, 10),
      ...rest,
      count: n,
    }));
    return c.json({ user_id: id, withheld }, 200);
  });
}
