import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { messagesOf } from "../../../src/outbox/messages.ts";
import { headsOf } from "../../../src/wordings/choose.ts";
import { type Cost, costOf } from "../../support/cost.ts";
import { createHarness } from "../../support/harness.ts";
import { expectNoScan, plansOf } from "../../support/plans.ts";
import { givenOrg } from "../../support/world.ts";
import { type At, BASE, givenType, pathOf } from "./calls.ts";

const h = createHarness({ autoDrain: false });
const cost = costOf(h);
let org: string;

beforeEach(async () => {
  const tables = ["own_types", "wordings", "wording_versions", "orgs"];
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
  org = await givenOrg(h, await givenOrg(h));
  await givenType(h, "t0", org);
});

/** So many words of the organization, as many of another, and as many versions of the first. */
async function givenWords(count: number): Promise<void> {
  const numbers = JSON.stringify(Array.from({ length: count }, (_, i) => i));
  const now = h.clock.now();
  await env.DB.batch(
    [org, "other"].flatMap((owner) => [
      env.DB.prepare(
        `INSERT INTO wordings (type, channel, org_id, locale, published, published_at, latest, updated_at)
         SELECT 't' || value, 'sms', ?1, 'en', 1, ?2, 1, ?2 FROM json_each(?3)`,
      ).bind(owner, now, numbers),
      env.DB.prepare(
        `INSERT INTO wording_versions (type, channel, org_id, locale, version, fields, created_by, created_at)
         SELECT 't' || value, 'sms', ?1, 'en', 1, '{"text":"x"}', 'service:x', ?2 FROM json_each(?3)`,
      ).bind(owner, now, numbers),
    ]),
  );
}

/** What each endpoint costs with so many words. */
const costsOf = (list: number): Record<string, Cost> => ({
  list: [200, 1, list, 0],
  ofType: [200, 1, 3, 0],
  get: [200, 1, 4, 0],
  // The type, and then the words: a version, the head with its index, and the audit log. A new language counts the others.
  create: [200, 2, 23, 4],
  same: [200, 2, 23, 0],
  version: [200, 2, 25, 3],
  versions: [200, 1, 6, 0],
  diff: [200, 1, 6, 0],
  publish: [200, 1, 7, 2],
  draft: [200, 2, 17, 0],
  latest: [200, 2, 33, 0],
  // The words of others are loaded as they are when a message is sent; an isolate keeps them.
  inherited: [200, 3, 31, 0],
  builtIn: [200, 1, 17, 0],
  remove: [200, 1, 5, 2],
});
const COSTS: Record<number, Record<string, Cost>> = { 1: costsOf(3), 300: costsOf(22) };

test.each([1, 300])("every endpoint reads what it needs, with %i wordings", async (count) => {
  await givenWords(count);
  const at: At = ["t0/sms/en", org];
  const put = (text: string) => cost("PUT", pathOf(at), { body: { text } });
  const found = {
    list: await cost("GET", `${BASE}?org_id=${org}&limit=20`),
    ofType: await cost("GET", `${BASE}?org_id=${org}&type=t0&limit=20`),
    get: await cost("GET", pathOf(at)),
    create: await cost("PUT", pathOf(["t0/sms/nb", org]), { body: { text: "new" } }),
    same: await put("x"),
    version: await put("y"),
    versions: await cost("GET", pathOf(at, "/versions")),
    diff: await cost("GET", pathOf(at, "/diff", "&from=1&to=2")),
    publish: await cost("POST", pathOf(at, "/publish"), { body: { version: 1 } }),
    draft: await cost("POST", pathOf(at, "/preview"), { body: { fields: { text: "x" } } }),
    latest: await cost("POST", pathOf(at, "/preview"), { body: {} }),
    inherited: await cost("POST", pathOf(["t0/sms/de", org], "/preview"), { body: {} }),
    builtIn: await cost("POST", pathOf(["welcome/email/en", org], "/preview"), { body: {} }),
    remove: await cost("DELETE", pathOf(at)),
  };
  expect(found).toEqual(COSTS[count]);
});

test("no list, and no claim, goes through a table or sorts one", async () => {
  await givenWords(30);
  const at: At = ["t0/sms/en", org];
  h.meter.reset();
  await h.request("GET", `${BASE}?org_id=${org}&limit=5`);
  await h.request("GET", `${BASE}?org_id=${org}&limit=5&cursor=${btoa("t1:sms:en").replaceAll("=", "")}`);
  await h.request("GET", `${BASE}?org_id=${org}&type=t0`);
  await h.request("GET", `${BASE}?org_id=${org}&type=t0&cursor=${btoa("t0:sms:de").replaceAll("=", "")}`);
  await h.request("GET", pathOf(at, "/versions"));
  await h.request("POST", pathOf(at, "/preview"), { body: {} });
  const claimed = sql`(SELECT value FROM json_each(${JSON.stringify(["a", "b"])}))`;
  await h.ctx.db.read({ heads: headsOf(messagesOf(claimed), "email") });
  // An owner has a short line of those above, of which the nearest with the type counts.
  await expectNoScan(h, ({ sql: text }) => text.includes("ORDER BY line.distance"));
  const lists = (await plansOf(h)).filter(({ sql: text }) => text.includes("ORDER BY type"));
  expect(lists.map(({ steps }) => steps.filter((step) => step.includes("wordings")))).toEqual([
    ["SEARCH wordings USING INDEX wordings_by_org (org_id=? AND (type,channel,locale)>(?,?,?))"],
    ["SEARCH wordings USING INDEX wordings_by_org (org_id=? AND type=? AND (channel,locale)>(?,?))"],
  ]);
});
