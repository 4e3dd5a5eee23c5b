import { readOne } from "../../directory/read.ts";
import { removeOne } from "../../directory/remove.ts";
import { upsertMany, upsertOne } from "../../directory/upsert.ts";
import type { App } from "../../http/app-env.ts";
import { authorOf } from "../../http/author.ts";
import { WIRE } from "./collections.ts";
import { routesOf } from "./routes.ts";
import type { WireCollection } from "./wire.ts";
import { registerWithheld } from "./withheld.ts";

/** Mounts every collection of the directory. */
export function registerHandlers(app: App): void {
  for (const wire of Object.values<WireCollection>(WIRE)) registerCollection(app, wire);
  registerWithheld(app);
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

  app.openapi(routes.bulk, async (c) => {
    const { items } = c.req.valid("json");
    await upsertMany(c.get("ctx"), collection, items, c.req.valid("query"));
    return c.json({ upserted: items.length }, 200);
  });
}
