import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { ROLES } from "../../src/auth/principal.ts";
import { printId } from "../../src/lib/ids.ts";
import { openApi } from "../support/openapi.ts";
import { type Answer, createHarness, type Harness } from "../support/harness.ts";
import { givenDispatches } from "../support/pipeline.ts";
import { operationsOf, requestsTo } from "../support/requests.ts";
import { givenOrg, givenUser } from "../support/world.ts";

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

const document = await openApi();

const RUNS_PER_OPERATION = 15;

/** Things that are there, so that not every id is a stranger's. */
async function givenThings(h: Harness) {
  const org = await givenOrg(h);
  const user = await givenUser(h, { org });
  const batchId = h.deps.ids.uuid();
  const failure = { code: "no_device", message: "The user has no registered device" };
  await givenDispatches(h, [user.id, user.id], { batchId, orgId: org, failure });
  const { body } = await h.request("GET", `/api/v1/notifications?user_id=${user.id}&limit=1`);
  const known: Record<string, string> = {
    token: user.tokens[0] ?? "",
    user_id: user.id,
    org_id: org,
    batch_id: printId("batch", batchId),
    cursor: body.pagination.next_cursor,
  };
  const id = (path: string): string =>
    path.includes("orgs") ? org : path.includes("users") ? user.id : body.data[0].id;
  return {
    known: (name: string, path: string) => (name === "id" ? id(path) : known[name]),
    callers: { roles: ROLES, subs: [user.id, "stranger"], orgs: [org, "elsewhere"] },
  };
}

/** A refusal names what is wrong, in words of ours. */
function expectPlain({ code, errors, errors_capped }: Answer["body"], status: number): void {
  if (status !== 400 || code !== "invalid_request" || errors === undefined) return;
  expect(errors.length).toBeGreaterThan(0);
  expect(errors.length).toBeLessThanOrEqual(100);
  expect(errors_capped).toBeUndefined();
  for (const { detail } of errors) {
    expect(detail).not.toMatch(/Invalid|expected|received|undefined|NaN|Too (big|small)|Unrecognized/);
    expect(detail).toMatch(/^(`|[a-z])/);
  }
}

test.each(operationsOf(document))(
  "whatever comes to $method $path, the answer is one that the document declares, is no 5xx, and a refusal changes nothing",
  async (operation) => {
    const { method, path } = operation;
    const h = createHarness({ autoDrain: false, vars: { PUSH_LIMIT_PER_HOUR: "100000" } });
    const things = await givenThings(h);
    let stored = await dump();
    await fc.assert(
      fc.asyncProperty(requestsTo(operation, things), async (wanted) => {
        const { body, headers } = wanted;
        const { as } = wanted;
        h.meter.reset();
        const options = { as, headers, ...(body !== undefined && { body }) };
        // The harness compares every answer with the document.
        const { status, body: answer } = await h.request(method, wanted.url, options);
        expectPlain(answer, status);
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
