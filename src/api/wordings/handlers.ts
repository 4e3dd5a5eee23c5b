import { invalid } from "../../lib/failure.ts";
import type { Context } from "hono";
import { scopeOf } from "../../auth/scope.ts";
import type { App, AppEnv } from "../../http/app-env.ts";
import { idempotencyKeyOf } from "../../http/input.ts";
import { authorOf } from "../../http/author.ts";
import { idAfter, paginateById } from "../../http/id-cursor.ts";
import { ownerOf } from "../../preferences/owner.ts";
import { diffOf } from "../../wordings/diff.ts";
import type { WordingId } from "../../wordings/fields.ts";
import { listVersions, listWordings, readVersions, readWording } from "../../wordings/list.ts";
import { wordedType } from "../../wordings/worded-type.ts";
import { publishWording, unpublishWording } from "../../wordings/write.ts";
import { testerOf, testWords } from "./send-test.ts";
import * as routes from "./routes.ts";
import { headView, testView, versionView, wordingView } from "./view.ts";
import { showWords, writeWords } from "./words.ts";

/** Which words a call is about. */
const idOf = (
  c: Context<AppEnv>,
  params: Omit<WordingId, "org_id">,
  { org_id }: { org_id?: string | undefined },
): WordingId => ({ ...params, org_id: ownerOf(scopeOf(c.get("principal")), org_id) });

export function register(app: App): void {
  app.openapi(routes.list, async (c) => {
    const { org_id, type, limit, cursor } = c.req.valid("query");
    const scope = scopeOf(c.get("principal"));
    const [before = "", channel = "", locale = ""] = idAfter(cursor).split(":");
    const rows = await listWordings(c.get("ctx"), scope, ownerOf(scope, org_id), {
      type: type ?? null,
      after: { type: before, channel, locale },
      limit,
    });
    const page = paginateById(limit, rows, (row) => `${row.type}:${row.channel}:${row.locale}`);
    return c.json({ data: page.rows.map(headView), pagination: page.pagination }, 200);
  });

  app.openapi(routes.get, async (c) => {
    const id = idOf(c, c.req.valid("param"), c.req.valid("query"));
    return c.json(wordingView(await readWording(c.get("ctx"), scopeOf(c.get("principal")), id)), 200);
  });

  app.openapi(routes.put, async (c) => {
    const { publish, ...query } = c.req.valid("query");
    const id = idOf(c, c.req.valid("param"), query);
    const [ctx, scope] = [c.get("ctx"), scopeOf(c.get("principal"))];
    const given: unknown = c.req.valid("json");
    const deps = c.get("deps");
    const worded = await wordedType(ctx, deps.types, scope, id.org_id, id.type);
    const { stored, warnings } = await writeWords(ctx, deps, authorOf(c), scope, id, worded, given, publish);
    return c.json({ ...wordingView(stored), warnings }, 200);
  });

  app.openapi(routes.remove, async (c) => {
    const params = c.req.valid("param");
    const id = idOf(c, params, c.req.valid("query"));
    await unpublishWording(c.get("ctx"), authorOf(c), scopeOf(c.get("principal")), id);
    return c.json({ deleted: true as const, ...params }, 200);
  });

  app.openapi(routes.versions, async (c) => {
    const { limit, cursor, ...query } = c.req.valid("query");
    const after = idAfter(cursor);
    if (!/^\d{0,9}$/u.test(after)) throw invalid([{ pointer: "cursor", detail: "is not a cursor of ours" }]);
    const id = idOf(c, c.req.valid("param"), query);
    const before = after === "" ? null : Number(after);
    const rows = await listVersions(c.get("ctx"), scopeOf(c.get("principal")), id, { before, limit });
    const page = paginateById(limit, rows, ({ version }) => String(version));
    return c.json({ data: page.rows.map(versionView), pagination: page.pagination }, 200);
  });

  app.openapi(routes.publish, async (c) => {
    const id = idOf(c, c.req.valid("param"), c.req.valid("query"));
    const { version } = c.req.valid("json");
    const stored = await publishWording(c.get("ctx"), authorOf(c), scopeOf(c.get("principal")), id, version);
    return c.json(wordingView(stored), 200);
  });

  app.openapi(routes.diff, async (c) => {
    const { from, to, ...query } = c.req.valid("query");
    const id = idOf(c, c.req.valid("param"), query);
    const [older, newer] = await readVersions(c.get("ctx"), scopeOf(c.get("principal")), id, [from, to]);
    return c.json({ from, to, fields: diffOf(older.fields, newer.fields) }, 200);
  });

  app.openapi(routes.test, async (c) => {
    const params = c.req.valid("param");
    const id = idOf(c, params, c.req.valid("query"));
    const { data, fields, version } = c.req.valid("json");
    const caller = testerOf(c.get("principal"), scopeOf(c.get("principal")));
    const key = await idempotencyKeyOf(c, { id, data, fields, version });
    const tested = await testWords(c.get("ctx"), c.get("deps"), caller, key, id, { data, fields, version });
    if (tested.replayed) c.header("idempotency-replayed", "true");
    return c.json({ ...params, ...testView(tested) }, 200);
  });

  app.openapi(routes.preview, async (c) => {
    const params = c.req.valid("param");
    const id = idOf(c, params, c.req.valid("query"));
    const { data, user_id: userId, fields, version } = c.req.valid("json");
    const [ctx, scope] = [c.get("ctx"), scopeOf(c.get("principal"))];
    const shown = await showWords(ctx, c.get("deps"), scope, id, { data, userId, fields, version });
    const { blocks: _, ...preview } = shown.preview;
    return c.json({ ...params, source: shown.source, version: shown.version, ...preview }, 200);
  });
}
