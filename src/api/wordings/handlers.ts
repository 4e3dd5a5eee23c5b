import type { Context } from "hono";
import { scopeOf } from "../../auth/scope.ts";
import type { App, AppEnv } from "../../http/app-env.ts";
import { authorOf } from "../../http/author.ts";
import { fieldErrors } from "../../http/field-errors.ts";
import { idAfter, paginateById } from "../../http/id-cursor.ts";
import { invalid } from "../../http/problem.ts";
import type { WordingChannel } from "../../db/schema/index.ts";
import { ownerOf } from "../../preferences/owner.ts";
import { readLine } from "../../wordings/brand-store.ts";
import { diffOf } from "../../wordings/diff.ts";
import { WORDING_FIELDS, type WordingFields, type WordingId } from "../../wordings/fields.ts";
import { listVersions, listWordings, readVersions, readWording } from "../../wordings/list.ts";
import { parseWording, type ParsedWording } from "../../wordings/parse.ts";
import { readerNamed, wordsToPreview } from "../../wordings/preview-source.ts";
import { type WordedType, wordedType } from "../../wordings/worded-type.ts";
import { publishWording, putWording, unpublishWording } from "../../wordings/write.ts";
import { previewed, refuse, warningsOf } from "./review.ts";
import * as routes from "./routes.ts";
import { headView, versionView, wordingView } from "./view.ts";

/** Which words a call is about. */
const idOf = (
  c: Context<AppEnv>,
  params: Omit<WordingId, "org_id">,
  { org_id }: { org_id?: string | undefined },
): WordingId => ({ ...params, org_id: ownerOf(scopeOf(c.get("principal")), org_id) });

/** The fields of a channel. @param at where they stand in the body @throws 400 for others, or for missing ones */
function fieldsFor(channel: WordingChannel, given: unknown, at = ""): WordingFields {
  const { success, data, error } = WORDING_FIELDS[channel].safeParse(given);
  if (success) return data;
  throw invalid(
    [...fieldErrors(error, "json", given)].map((fault) => ({ ...fault, pointer: `${at}${fault.pointer}` })),
  );
}

/** @throws 400 for a channel on which the type has no words */
function requireChannel({ channels }: WordedType, channel: WordingChannel): void {
  if (channels.includes(channel)) return;
  throw invalid([{ pointer: "channel", detail: `must be one of ${channels.join(", ")} for this type` }]);
}

function parsed({ channel, locale }: WordingId, fields: WordingFields): ParsedWording {
  try {
    return parseWording(channel, locale, fields);
  } catch (error) {
    return refuse(error);
  }
}

const NOBODY = { id: "", name: null, timezone: null };

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
    const { types, config } = c.get("deps");
    const worded = await wordedType(ctx, types, scope, id.org_id, id.type);
    requireChannel(worded, id.channel);
    const fields = fieldsFor(id.channel, c.req.valid("json"));
    const words = parsed(id, fields);
    const { type, isBuiltIn, sample: data } = worded;
    const [reader, home, now] = [{ ...NOBODY, locale: id.locale }, config.publicUrl, ctx.clock.now()];
    const shown =
      data === null
        ? null
        : previewed(id.channel, { type, isBuiltIn, words, data, reader, line: [], home, now });
    const stored = await putWording(ctx, authorOf(c), scope, id, fields, publish);
    return c.json({ ...wordingView(stored), warnings: warningsOf(words, worded, shown) }, 200);
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

  app.openapi(routes.preview, async (c) => {
    const params = c.req.valid("param");
    const id = idOf(c, params, c.req.valid("query"));
    const { data: sent, user_id, fields, version } = c.req.valid("json");
    const [ctx, scope] = [c.get("ctx"), scopeOf(c.get("principal"))];
    const { types, config } = c.get("deps");
    const worded = await wordedType(ctx, types, scope, id.org_id, id.type);
    requireChannel(worded, id.channel);
    const data = sent ?? worded.sample;
    if (data === null) throw invalid([{ pointer: "/data", detail: "is required: the type has no sample" }]);
    const faults = worded.faultsIn(data);
    if (faults.length > 0)
      throw invalid(faults.map(({ pointer, detail }) => ({ pointer: `/data${pointer}`, detail })));
    const draft = fields === undefined ? null : fieldsFor(id.channel, fields, "/fields");
    const reader =
      user_id === undefined ? { ...NOBODY, locale: id.locale } : await readerNamed(ctx, scope, user_id);
    const line = await readLine(ctx, scope, id.org_id);
    const builtIn = worded.isBuiltIn ? Object.keys(worded.type.words) : [];
    const wanted = { fields: draft, version: version ?? null, builtIn };
    // What is wrong with words that are stored is told by their fields' names.
    const at = draft === null ? "" : "/fields";
    const found = await wordsToPreview(ctx, id, line, wanted).catch((error: unknown) => refuse(error, at));
    const { type, isBuiltIn } = worded;
    const trial = {
      type,
      isBuiltIn,
      words: found.words,
      data,
      line,
      reader: { ...reader, locale: reader.locale ?? id.locale },
      home: config.publicUrl,
      now: ctx.clock.now(),
    };
    const shown = previewed(id.channel, trial, at);
    if (shown === null) {
      const why = isBuiltIn ? "built-in words are shown for e-mails only" : "nobody has written these words";
      throw invalid([{ pointer: "/fields", detail: `is required: ${why}` }]);
    }
    return c.json({ ...params, source: found.source, version: found.version, ...shown }, 200);
  });
}
