import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { createApp } from "../../src/app.ts";
import { ROLES } from "../../src/http/principal.ts";
import { printId } from "../../src/lib/ids.ts";
import { openApiOf } from "../support/contract.ts";
import { arbitraryOf, hostile, type JsonSchema, mutated } from "../support/from-schema.ts";
import { type Caller, createHarness, type Harness } from "../support/harness.ts";
import { givenDispatches } from "../support/pipeline.ts";
import { givenOrg, givenUser } from "../support/world.ts";

interface Operation {
  parameters?: { name: string; in: string; required?: boolean; schema: JsonSchema }[];
  requestBody?: { content: Record<string, { schema: JsonSchema }> };
}
interface Wanted {
  path: string;
  query: string;
  headers: Record<string, string>;
  body: unknown;
  as: Caller | null;
}

/** Everything that is stored. */
async function dump(): Promise<unknown[]> {
  const results = await env.DB.batch(tables.map((table) => env.DB.prepare(`SELECT * FROM ${table}`)));
  return results.map((result) => result.results);
}

let tables: string[] = [];
beforeEach(async () => {
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '*_cf_*' AND name <> 'd1_migrations'",
  ).all<{ name: string }>();
  tables = results.map(({ name }) => name);
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
});

const document = openApiOf(createApp(() => createHarness().deps)) as unknown as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonSchema> };
};
const OPERATIONS = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
);

const RUNS_PER_OPERATION = 15;

/** Things that are there, so that not every id is a stranger's. */
async function givenThings(h: Harness) {
  const org = await givenOrg(h);
  const user = await givenUser(h, { org });
  const batchId = h.deps.ids.uuid();
  const failure = { code: "no_device", message: "The user has no registered device" };
  await givenDispatches(h, [user.id, user.id], { batchId, orgId: org, failure });
  const { body } = await h.request("GET", `/api/v1/notifications?user_id=${user.id}&limit=1`);
  return {
    org,
    user: user.id,
    token: user.tokens[0] ?? "",
    push: body.data[0].id as string,
    batch: printId("batch", batchId),
    cursor: body.pagination.next_cursor as string,
  };
}
type Things = Awaited<ReturnType<typeof givenThings>>;

const oneIn = (n: number, rare: fc.Arbitrary<unknown>, usual: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 1, arbitrary: rare }, { weight: n - 1, arbitrary: usual });

/** What a name of the document can stand for, beyond what its schema says. */
const knownOf = (name: string, path: string, things: Things): string | undefined =>
  ({
    id: path.includes("orgs") ? things.org : path.includes("users") ? things.user : things.push,
    token: things.token,
    user_id: things.user,
    org_id: things.org,
    batch_id: things.batch,
    cursor: things.cursor,
    timezone: "Europe/Oslo",
    locale: "nb-NO",
  })[name];

const asText = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
/** Percent-encoding as a client does it; half a surrogate pair has none. */
const encode = (text: string) => encodeURIComponent(text.toWellFormed());
/** What may stand in a header. */
const headerText = (text: string) => text.replaceAll(/[^\x20-\x7e]/g, "?").trim();

function requestsTo(path: string, operation: Operation, things: Things): fc.Arbitrary<Wanted> {
  const defs = document.components.schemas;
  const parameters = operation.parameters ?? [];
  const valueOf = ({ name, schema }: { name: string; schema: JsonSchema }) => {
    const known = knownOf(name, path, things);
    const fitting = arbitraryOf(schema, defs);
    return oneIn(6, hostile, known === undefined ? fitting : oneIn(4, fitting, fc.constant(known))).map(
      asText,
    );
  };
  // All that are required, and a few of the others.
  const all = (where: string) => {
    const [required, optional] = [true, false].map((wanted) =>
      parameters.filter((one) => one.in === where && (one.required === true) === wanted),
    );
    return fc
      .shuffledSubarray(optional ?? [], { maxLength: Math.min(optional?.length ?? 0, 3) })
      .chain((some) =>
        fc.record(Object.fromEntries([...(required ?? []), ...some].map((one) => [one.name, valueOf(one)]))),
      );
  };
  const schema = operation.requestBody?.content["application/json"]?.schema;
  const right =
    schema &&
    fc
      .tuple(arbitraryOf(schema, defs), fc.boolean())
      .map(([body, known]) => (known ? withKnown(body, path, things) : body));
  const caller = fc.record({
    role: fc.constantFrom(...ROLES),
    sub: fc.constantFrom(things.user, "stranger"),
    org: fc.constantFrom(things.org, "elsewhere"),
  });
  const strangeHeaders = fc.dictionary(
    fc.constantFrom(
      "x-request-id",
      "x-d1-bookmark",
      "prefer",
      "idempotency-key",
      "origin",
      "if-match",
      "content-type",
    ),
    fc.string({ unit: "binary", maxLength: 40 }),
    { maxKeys: 2 },
  );
  return fc
    .record({
      params: all("path"),
      query: all("query"),
      declared: all("header"),
      strange: oneIn(5, strangeHeaders, fc.constant({})),
      body: right === undefined ? fc.constant(undefined) : oneIn(2, mutated(right), right),
      as: oneIn(6, fc.constant(null), oneIn(3, caller, fc.constant({ role: "service", sub: "svc" }))),
    })
    .map(({ params, query, declared, strange, body, as }) => ({
      path: path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => encode(String(params[name] ?? ""))),
      query: Object.entries(query)
        .map(([name, value]) => `${name}=${encode(String(value))}`)
        .join("&"),
      headers: Object.fromEntries(
        Object.entries({ prefer: "respond-async", ...declared, ...(strange as object) }).map(
          ([name, value]) => [name, headerText(String(value))],
        ),
      ),
      body,
      as: as as Caller | null,
    }));
}

/** The same body about things that are there. */
function withKnown(body: unknown, path: string, things: Things): unknown {
  if (Array.isArray(body)) return body.map((member) => withKnown(member, path, things));
  if (typeof body !== "object" || body === null) return body;
  const known = (name: string, value: unknown) =>
    (name === "id" ? undefined : knownOf(name, path, things)) ?? withKnown(value, path, things);
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, known(name, value)]));
}

test.each(OPERATIONS)(
  "whatever comes to $method $path, the answer is one that the document declares, is no 5xx, and a refusal changes nothing",
  async ({ method, path, operation }) => {
    const h = createHarness({ autoDrain: false, vars: { PUSH_LIMIT_PER_HOUR: "100000" } });
    const things = await givenThings(h);
    let stored = await dump();
    await fc.assert(
      fc.asyncProperty(requestsTo(path, operation, things), async (wanted) => {
        const { query, body, headers, as } = wanted;
        h.meter.reset();
        const options = { as, headers, ...(body !== undefined && { body }) };
        // The harness compares every answer with the document.
        const { status } = await h.request(
          method,
          query === "" ? wanted.path : `${wanted.path}?${query}`,
          options,
        );
        if (path !== "/healthz") expect(status).toBeLessThan(500);
        if (h.meter.rowsWritten === 0) return;
        const before = stored;
        stored = await dump();
        if (status >= 400) expect(stored).toEqual(before);
      }),
      { numRuns: RUNS_PER_OPERATION },
    );
    expect(h.logged.filter((line) => line.includes("request_failed"))).toEqual([]);
  },
  // What it finds, it makes small first.
  60_000,
);
