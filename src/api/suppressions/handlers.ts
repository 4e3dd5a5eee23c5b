import { findSuppression, liftSuppression, listSuppressions } from "../../channels/email/suppressions.ts";
import type { App } from "../../http/app-env.ts";
import { authorOf } from "../../http/author.ts";
import { pageOf, paginate } from "../../http/pagination.ts";
import { pathIdOf } from "../../http/path-id.ts";
import { invalid } from "../../lib/failure.ts";
import { parseId } from "../../lib/ids.ts";
import * as routes from "./routes.ts";
import { view } from "./view.ts";

const idOf = pathIdOf("suppression", (text) => parseId("sup", text));

/** @throws 400 for what is no number */
async function numberIn(phone: string): Promise<string> {
  const { readPhone } = await import("../../lib/phone.ts");
  const found = readPhone(phone);
  if (found === null)
    throw invalid([{ pointer: "/phone", detail: "must be a number in international form, from + on" }]);
  return found.number;
}

export function register(app: App): void {
  app.openapi(routes.list, async (c) => {
    const page = pageOf(c.req.valid("query"));
    const { rows, pagination } = paginate(page, await listSuppressions(c.get("ctx"), page));
    return c.json({ data: rows.map(view), pagination }, 200);
  });

  app.openapi(routes.lookup, async (c) => {
    const { email, phone = "" } = c.req.valid("json");
    const address = email ?? (await numberIn(phone));
    return c.json(view(await findSuppression(c.get("ctx"), address)), 200);
  });

  app.openapi(routes.lift, async (c) => {
    const { id: printed } = c.req.valid("param");
    await liftSuppression(c.get("ctx"), idOf(printed), authorOf(c));
    return c.json({ deleted: true as const, id: printed }, 200);
  });
}
