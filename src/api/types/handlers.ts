import type { App } from "../../http/app-env.ts";
import { authorOf } from "../../http/author.ts";
import { idAfter, paginateById } from "../../http/id-cursor.ts";
import { scopeOf } from "../../auth/scope.ts";
import { ownerOf } from "../../preferences/owner.ts";
import { defineOwnType, deleteOwnType } from "../../types/define.ts";
import { listOwnTypes, readType } from "../../types/read.ts";
import * as routes from "./routes.ts";
import { builtInView, ownView } from "./view.ts";

/** In a cursor: how many built-in types have been shown. No own type has such an id. */
const BUILT_IN_CURSOR = /^0\.(\d{1,3})$/;

export function register(app: App): void {
  app.openapi(routes.list, async (c) => {
    const { org_id, limit, cursor } = c.req.valid("query");
    const { types, clock } = c.get("deps");
    const scope = scopeOf(c.get("principal"));
    const after = idAfter(cursor);
    const shown = after === "" ? 0 : BUILT_IN_CURSOR.exec(after)?.[1];
    const first = shown === undefined ? types.all.length : Number(shown);
    const builtIns = types.all.slice(first, first + limit + 1).map((type) => builtInView(type, clock.now()));
    const own = await listOwnTypes(c.get("ctx"), scope, ownerOf(scope, org_id), {
      after: shown === undefined ? after : "",
      limit: Math.max(0, limit - builtIns.length),
    });
    const all = [...builtIns, ...own.map(ownView)];
    const { rows, pagination } = paginateById(limit, all, (row) =>
      row.built_in ? `0.${first + limit}` : row.id,
    );
    return c.json({ data: rows, pagination }, 200);
  });

  app.openapi(routes.get, async (c) => {
    const { type: id } = c.req.valid("param");
    const scope = scopeOf(c.get("principal"));
    const owner = ownerOf(scope, c.req.valid("query").org_id);
    const { types, clock } = c.get("deps");
    const found = types.get(id);
    if (found !== undefined) return c.json(builtInView(found, clock.now()), 200);
    return c.json(ownView(await readType(c.get("ctx"), scope, owner, id)), 200);
  });

  app.openapi(routes.put, async (c) => {
    const { type: id } = c.req.valid("param");
    const { category = id, ...body } = c.req.valid("json");
    const scope = scopeOf(c.get("principal"));
    const data = { ...body, id, org_id: ownerOf(scope, c.req.valid("query").org_id), category };
    const { type, created } = await defineOwnType(
      c.get("ctx"),
      c.get("deps").types,
      authorOf(c),
      scope,
      data,
    );
    return created ? c.json(ownView(type), 201) : c.json(ownView(type), 200);
  });

  app.openapi(routes.remove, async (c) => {
    const { type: id } = c.req.valid("param");
    const scope = scopeOf(c.get("principal"));
    const owner = ownerOf(scope, c.req.valid("query").org_id);
    await deleteOwnType(c.get("ctx"), c.get("deps").types, authorOf(c), scope, { id, owner });
    return c.json({ deleted: true as const, type: id }, 200);
  });
}
