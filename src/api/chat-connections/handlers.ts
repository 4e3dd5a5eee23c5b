import { keeperOf, requireOwner } from "./owner.ts";
import { scopeOf } from "../../auth/scope.ts";
import {
  changeConnection,
  createConnection,
  listConnections,
  readConnection,
  removeConnection,
} from "../../channels/chat/connections.ts";
import { tryConnection } from "../../channels/chat/try.ts";
import type { App } from "../../http/app-env.ts";
import { authorOf } from "../../http/author.ts";
import { countChange } from "../../http/count-change.ts";
import { idAfter, paginateById } from "../../http/id-cursor.ts";
import { pathIdOf } from "../../http/path-id.ts";
import { parseId } from "../../lib/ids.ts";
import * as routes from "./routes.ts";
import { view } from "./view.ts";

const idOf = pathIdOf("chat connection", (text) => (parseId("con", text) === null ? null : text));

export function register(app: App): void {
  app.openapi(routes.list, async (c) => {
    const { user_id, org_id, limit, cursor } = c.req.valid("query");
    const principal = c.get("principal");
    const owner = requireOwner(principal, { user_id, org_id });
    const page = { limit, after: idAfter(cursor) };
    const found = await listConnections(c.get("ctx"), scopeOf(principal), owner, page);
    const { rows, pagination } = paginateById(limit, found, ({ id }) => id);
    return c.json({ data: rows.map(view), pagination }, 200);
  });

  app.openapi(routes.create, async (c) => {
    const { user_id, org_id, kind, name, ...given } = c.req.valid("json");
    const principal = c.get("principal");
    const owner = requireOwner(principal, { user_id, org_id });
    const input = { owner, kind, name, given };
    await countChange(c);
    const made = await createConnection(c.get("ctx"), authorOf(c), keeperOf(principal), input);
    const shown = view(made.connection);
    return c.json(
      made.signingSecret === null ? shown : { ...shown, signing_secret: made.signingSecret },
      201,
    );
  });

  app.openapi(routes.get, async (c) => {
    const id = idOf(c.req.valid("param").id);
    return c.json(view(await readConnection(c.get("ctx"), scopeOf(c.get("principal")), id)), 200);
  });

  app.openapi(routes.change, async (c) => {
    const id = idOf(c.req.valid("param").id);
    const { name, paused, ...given } = c.req.valid("json");
    const keeper = keeperOf(c.get("principal"));
    await countChange(c);
    const changed = await changeConnection(c.get("ctx"), authorOf(c), keeper, id, { name, paused, given });
    return c.json(view(changed), 200);
  });

  app.openapi(routes.remove, async (c) => {
    const { id: printed } = c.req.valid("param");
    const id = idOf(printed);
    await countChange(c);
    await removeConnection(c.get("ctx"), authorOf(c), scopeOf(c.get("principal")), id);
    return c.json({ deleted: true as const, id: printed }, 200);
  });

  app.openapi(routes.test, async (c) => {
    const id = idOf(c.req.valid("param").id);
    const { fetch } = c.get("deps");
    const keeper = keeperOf(c.get("principal"));
    await countChange(c);
    const { outcome, connection } = await tryConnection(c.get("ctx"), fetch, authorOf(c), keeper, id);
    const [code, message] = "code" in outcome ? [outcome.code, outcome.message] : [null, null];
    const said = outcome.kind === "accepted" ? ("accepted" as const) : ("failed" as const);
    return c.json({ outcome: said, code, message, connection: view(connection) }, 200);
  });
}
