import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import { type Caller, type Harness, mint, SERVICE } from "../../support/harness.ts";
import { emptyTables } from "../../support/pipeline.ts";
import { expectNoScan } from "../../support/plans.ts";
import { givenOrg } from "../../support/world.ts";
import { ADDRESSES, connect, createWorld, givenUser } from "./world.ts";

const BASE = "/api/v1/chat-connections";

beforeAll(async () => {
  await emptyTables();
  // The connections of many others.
  await env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
    INSERT INTO chat_connections (id, user_id, org_id, kind, name, secret, sealed_by, hint, created_at, updated_at)
    SELECT 'con_' || i, iif(i % 2, 'u' || i, NULL), iif(i % 2, NULL, 'o' || i), 'discord', 'A', 's', 'k', 'h', 0, 0 FROM n`,
  ).run();
  // As D1 does after many writes: the planner then knows how many rows there are.
  await env.DB.prepare("PRAGMA optimize").run();
});

const get = async (h: Harness, path: string, as: Caller, total: number) => {
  const { status, body } = await h.request("GET", `${BASE}${path}`, { as });
  expect([status, body.data.length]).toEqual([200, total]);
  return body.data;
};

test("listing the connections of a user or an organization goes through no table, and sorts none", async () => {
  const { h } = createWorld();
  const [user, org] = [await givenUser(h), await givenOrg(h)];
  const admin: Caller = { role: "org_admin", sub: mint("adm"), org };
  for (const owner of [{ user_id: user }, { org_id: org }])
    for (let i = 0; i < 2; i++) await connect(h, owner, ADDRESSES.discord);
  h.meter.reset();
  await get(h, `?user_id=${user}`, SERVICE, 2);
  await get(h, "", { role: "user", sub: user }, 2);
  await get(h, `?org_id=${org}`, SERVICE, 2);
  await get(h, `?org_id=${org}`, admin, 2);
  await get(h, `?org_id=${org}&limit=1`, admin, 1);
  await expectNoScan(h);
});
