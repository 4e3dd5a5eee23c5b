import { z } from "@hono/zod-openapi";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { createBase } from "../../../src/http/middleware.ts";
import { registerCollection } from "../../../src/api/directory/handlers.ts";
import { entityId } from "../../../src/api/directory/schemas.ts";
import type { WireCollection } from "../../../src/api/directory/wire.ts";
import { orgs } from "../../../src/db/schema/index.ts";
import type { Change } from "../../../src/directory/collection.ts";
import { on } from "../../../src/directory/reaction.ts";
import type { Org } from "../../../src/directory/orgs.ts";
import { createHarness, mint, SERVICE, tokenFor } from "../../support/harness.ts";

/** A collection that nobody has written code for: a table (here that of orgs), and a schema with a name of its own. */
function labelled(): WireCollection<Org> {
  const fields = { label: z.string() };
  const example = { id: "thing_1", label: "Thing" };
  return {
    collection: { name: "things", noun: "thing", table: orgs },
    body: z.strictObject(fields).transform(({ label }) => ({ name: label, parent_id: null, country: null })),
    item: z
      .strictObject({ id: entityId, ...fields })
      .transform(({ id, label }) => ({ id, name: label, parent_id: null, country: null })),
    printed: z.object({ id: z.string(), label: z.string() }).openapi("Thing", { example }),
    print: ({ id, name }) => ({ id, label: name }),
    about: "Things.",
    deletion: "It is gone.",
    exampleId: example.id,
  };
}

async function givenThings() {
  const changes: Change<Org>[] = [];
  const { deps, clock } = createHarness();
  const things = labelled();
  const changed = (_ctx: unknown, change: Change<Org>) => {
    changes.push(change);
    return {};
  };
  const reactions = {
    changes: new Map([on(things.collection, { changed })]),
    beforeDeletion: () => [],
    beforeMove: () => [],
  };
  const open: typeof deps.open = (...from) => ({ ...deps.open(...from), reactions });
  const app = createBase(() => ({ ...deps, open }));
  registerCollection(app, things);
  const authorization = `Bearer ${await tokenFor(SERVICE, clock.now())}`;
  const request = async (method: string, path: string, body?: unknown) => {
    const headers = { authorization, "content-type": "application/json" };
    const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
    const response = await app.request(`/api/v1/directory/things${path}`, init, env);
    return { status: response.status, body: await response.json() };
  };
  return { changes, request };
}

test("a further collection is a table and a schema", async () => {
  const { request } = await givenThings();
  const [id, other] = [mint("thing"), mint("thing")];
  expect(await request("PUT", `/${id}`, { label: "One" })).toEqual({
    status: 201,
    body: { id, label: "One" },
  });
  expect(await request("POST", "", { items: [{ id: other, label: "Two" }] })).toEqual({
    status: 200,
    body: { upserted: 1 },
  });
  expect(await request("GET", `/${other}`)).toEqual({ status: 200, body: { id: other, label: "Two" } });
  expect(await request("DELETE", `/${other}`)).toEqual({ status: 200, body: { deleted: true, id: other } });
  expect((await request("DELETE", `/${other}`)).status).toBe(404);
  expect(await request("PUT", `/${id}`, { name: "One" })).toMatchObject({
    status: 400,
    body: { errors: [{ pointer: "/label" }, { pointer: "/name" }] },
  });
});

test("a reaction hears how a change came, and whether to tell of it", async () => {
  const { request, changes } = await givenThings();
  const id = mint("thing");
  const row = { id, name: "One", parent_id: null, country: null };
  await request("PUT", `/${id}`, { label: "One" });
  await request("PUT", `/${id}?notify=false`, { label: "One" });
  await request("POST", "?notify=false", { items: [{ id, label: "One" }] });
  await request("POST", "?notify=false", { items: [{ id, label: "One" }, {}] });
  expect(changes).toEqual([
    { rows: [row], bulk: false, notify: true },
    { rows: [row], bulk: false, notify: false },
    { rows: [row], bulk: true, notify: false },
    { rows: [row], bulk: true, notify: false },
  ]);
});
