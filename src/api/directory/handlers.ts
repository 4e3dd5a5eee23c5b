import { invalid } from "../../lib/failure.ts";
import type { Context } from "hono";
import type { z } from "zod";
import { readOne } from "../../directory/read.ts";
import { removeOne } from "../../directory/remove.ts";
import { upsertMany, upsertOne } from "../../directory/upsert.ts";
import type { App, AppEnv } from "../../http/app-env.ts";
import { authorOf } from "../../http/author.ts";
import { type FailedInput, fieldErrors, givenIn } from "../../http/field-errors.ts";
import { membersOf } from "../../http/members.ts";
import { type Bulk, bulkAnswer, readBulk } from "./bulk.ts";
import { WIRE } from "./collections/index.ts";
import { routesOf } from "./routes.ts";
import type { notifyQuery } from "./schemas.ts";
import type { WireCollection } from "./wire.ts";
import { registerExport } from "./export/handlers.ts";
import { registerSearch } from "./search/handlers.ts";
import { registerWithheld } from "./withheld/handlers.ts";

/** A request whose query has been validated. */
interface Notifying {
  out: { query: z.output<typeof notifyQuery> };
}

/** Mounts every collection of the directory. */
export function register(app: App): void {
  for (const wire of Object.values<WireCollection>(WIRE)) registerCollection(app, wire);
  registerWithheld(app);
  registerExport(app);
  registerSearch(app);
}

/** Mounts the operations of one collection. */
export function registerCollection(app: App, wire: WireCollection): void {
  const routes = routesOf(wire);
  const { collection } = wire;

  app.openapi(routes.put, async (c) => {
    const facts = { ...c.req.valid("json"), id: c.req.valid("param").id };
    const { row, created } = await upsertOne(c.get("ctx"), collection, facts, c.req.valid("query"));
    return created ? c.json(wire.print(row), 201) : c.json(wire.print(row), 200);
  });

  app.openapi(routes.get, async (c) => {
    const row = await readOne(c.get("ctx"), collection, c.req.valid("param").id);
    return c.json(wire.print(row), 200);
  });

  app.openapi(routes.remove, async (c) => {
    const { id } = c.req.valid("param");
    await removeOne(c.get("ctx"), collection, authorOf(c), id);
    return c.json({ deleted: true as const, id }, 200);
  });

  const write = async (c: Context<AppEnv>, bulk: Bulk, options: { notify: boolean }) => {
    const refusals = await upsertMany(c.get("ctx"), collection, bulk.rows, options);
    return c.json(bulkAnswer(bulk, refusals), 200);
  };
  const writeRest = (c: Context<AppEnv, string, Notifying>, failed: FailedInput) => {
    const given = givenIn(failed);
    const items = membersOf("items", given, failed.error);
    if (items === null) throw invalid(fieldErrors(failed.error, failed.target, given));
    const bulk = readBulk(items, (item) => wire.item.safeParse(item));
    // The query is validated before the body.
    return write(c, bulk, c.req.valid("query"));
  };
  app.openapi(
    routes.bulk,
    (c) => {
      const bulk = readBulk(c.req.valid("json").items, (data) => ({ success: true, data }));
      return write(c, bulk, c.req.valid("query"));
    },
    // Invalid items do not stop the others.
    (result, c) => (result.success ? undefined : writeRest(c, result)),
  );
}
