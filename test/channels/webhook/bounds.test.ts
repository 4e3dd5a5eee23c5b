import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DAY, MINUTE } from "../../../src/lib/clock.ts";
import { removeOld } from "../../../src/log/retention.ts";
import type { Harness } from "../../support/harness.ts";
import { emptyTables, live } from "../../support/pipeline.ts";
import { aPush, givenOrg, givenUser } from "../../support/world.ts";
import { BASE, createHookWorld, emptyEndpoints, givenEndpoint } from "./world.ts";

beforeEach(async () => {
  await emptyTables();
  await emptyEndpoints();
});
afterEach(emptyEndpoints);

/** An endpoint and one webhook for it, which it has not taken. */
async function givenFailed() {
  const world = await createHookWorld({ autoDrain: false });
  const { h, receiver, org } = world;
  const { id } = await givenEndpoint(h, org, { types: ["message.sent"] });
  const user = await givenUser(h, { org });
  receiver.always({ kind: "answer", status: 410 });
  await h.request("POST", "/api/v1/notifications", { body: aPush(user.id) });
  await live(h, 2);
  await h.request("PATCH", `${BASE}/${id}`, { body: { enabled: true } });
  receiver.always({ kind: "answer", status: 200 });
  receiver.received.length = 0;
  const { body } = await h.request("GET", `${BASE}/${id}/messages`);
  const message: string = body.data[0].id;
  return { ...world, id, message, path: `${BASE}/${id}` };
}

/** The statuses of calls, one after the other. */
async function statusesOf(calls: number, call: () => Promise<{ status: number }>): Promise<number[]> {
  const statuses: number[] = [];
  for (let i = 0; i < calls; i++) statuses.push((await call()).status);
  return statuses;
}

const of = (status: number, n: number): number[] => Array.from({ length: n }, () => status);

describe("the owner of endpoints", () => {
  test("tries out 20 times an hour, however many endpoints there are and were", async () => {
    const { h, org } = await createHookWorld();
    const other = await givenOrg(h);
    const anew = async () => {
      const { id } = await givenEndpoint(h, org);
      const answer = await h.request("POST", `${BASE}/${id}/test`);
      await h.request("DELETE", `${BASE}/${id}`);
      return answer;
    };
    expect(await statusesOf(21, anew)).toEqual([...of(202, 20), 429]);
    const { id } = await givenEndpoint(h, other);
    expect((await h.request("POST", `${BASE}/${id}/test`)).status).toBe(202);
    h.clock.advance(3 * MINUTE);
    expect((await anew()).status).toBe(202);
    expect((await h.request("POST", `${BASE}/${await unknown(h)}/test`)).status).toBe(404);
  });

  test("sends many again 60 times an hour, and what is refused takes none of them", async () => {
    const { h, path } = await givenFailed();
    const since = new Date(h.clock.now() - MINUTE).toISOString();
    const replay = () => h.request("POST", `${path}/replay`, { body: { since } });
    await h.request("PATCH", path, { body: { enabled: false } });
    expect(await statusesOf(3, replay)).toEqual(of(409, 3));
    await h.request("PATCH", path, { body: { enabled: true } });
    expect(await statusesOf(61, replay)).toEqual([...of(202, 60), 429]);
    h.clock.advance(MINUTE);
    expect((await replay()).status).toBe(202);
  });

  test("has an end of changes: each counts in the quota of the caller's organization", async () => {
    const { h, org } = await createHookWorld({ vars: { ORG_DAILY_QUOTA: "3" } });
    const as = { role: "org_admin", org } as const;
    const { id } = await givenEndpoint(h, org, { as });
    const path = `${BASE}/${id}`;
    const change = (description: string) => h.request("PATCH", path, { as, body: { description } });
    expect([(await change("a")).status, (await change("b")).status]).toEqual([200, 200]);
    const since = new Date(h.clock.now()).toISOString();
    for (const answer of [
      await change("c"),
      await h.request("POST", BASE, { as, body: { url: "https://hooks.example.com/b" } }),
      await h.request("POST", `${path}/rotate-secret`, { as, body: {} }),
      await h.request("POST", `${path}/test`, { as }),
      await h.request("POST", `${path}/replay`, { as, body: { since } }),
      await h.request("POST", `${path}/messages/whm_01kmmbgh80f3zrr53mxg4hfzk1/replay`, { as }),
      await h.request("DELETE", path, { as }),
    ])
      expect(answer).toMatchObject({ status: 429, body: { code: "org_quota" } });
    expect((await h.request("GET", path, { as })).body.description).toBe("b");
  });
});

/** The id of an endpoint that was deleted. */
async function unknown(h: Harness): Promise<string> {
  const { id } = await givenEndpoint(h, null);
  await h.request("DELETE", `${BASE}/${id}`);
  return id;
}

describe("a webhook", () => {
  test("is sent again within a week of what it tells, and then no more", async () => {
    const { h, receiver, path, message } = await givenFailed();
    const since = new Date(h.clock.now() - MINUTE).toISOString();
    h.clock.advance(7 * DAY + 1_000);
    const one = await h.request("POST", `${path}/messages/${message}/replay`);
    expect([one.status, one.body.code]).toEqual([409, "too_old"]);
    const many = await h.request("POST", `${path}/replay`, { body: { since, include_sent: true } });
    expect([many.status, many.body]).toEqual([202, { replayed: 0 }]);
    await live(h, 2);
    expect(receiver.received).toEqual([]);
  });

  test("is not kept longer because it is sent again", async () => {
    const { h, receiver, path, message } = await givenFailed();
    h.clock.advance(6 * DAY);
    expect((await h.request("POST", `${path}/messages/${message}/replay`)).status).toBe(202);
    await removeOld(h.ctx);
    await live(h, 2);
    expect(receiver.received.map(({ id }) => id)).toEqual([message]);
    h.clock.advance(DAY + 1_000);
    await removeOld(h.ctx);
    const left = env.DB.prepare("SELECT count(*) AS n FROM dispatches WHERE channel = 'webhook'");
    expect(await left.first("n")).toBe(0);
  });
});
