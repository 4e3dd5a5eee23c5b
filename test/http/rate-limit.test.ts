import { describe, expect, test } from "vitest";
import { createApp } from "../../src/app.ts";
import { createHarness, type Harness } from "../support/harness.ts";
import { aPush, givenUser } from "../support/world.ts";

const BASE = "/api/v1/notifications";

describe("a user's budget of pushes", () => {
  test("is in the headers of every send; over it, 429 says when to retry, and nothing that was sent is lost", async () => {
    const h = createHarness({ vars: { PUSH_LIMIT_PER_HOUR: "3" } });
    const user = await givenUser(h);
    const send = () => h.request("POST", BASE, { body: aPush(user.id) });
    const limits = ({ headers }: { headers: Headers }) => [
      headers.get("ratelimit-policy"),
      headers.get("ratelimit"),
    ];

    // A slot comes back every twenty minutes; each send takes 0.1 s here.
    expect(limits(await send())).toEqual(['"push";q=3;w=3600', '"push";r=2;t=1200']);
    expect(limits(await send())).toEqual(['"push";q=3;w=3600', '"push";r=1;t=2400']);
    expect(limits(await send())).toEqual(['"push";q=3;w=3600', '"push";r=0;t=3600']);
    const refused = await send();
    expect([refused.status, refused.body.code]).toEqual([429, "rate_limited"]);
    expect(limits(refused)).toEqual(['"push";q=3;w=3600', '"push";r=0;t=3600']);
    expect(refused.headers.get("retry-after")).toBe("1200");

    h.clock.advance(1_199_000);
    expect((await send()).status).toBe(429);
    h.clock.advance(1_000);
    expect((await send()).status).toBe(201);

    const { body } = await h.request("GET", `${BASE}?user_id=${user.id}`);
    expect(body.data.map((row: { status: string }) => row.status)).toEqual(Array(4).fill("sent"));
    expect(h.expo.accepted).toHaveLength(4);
  });

  test("is each user's own", async () => {
    const h = createHarness({ vars: { PUSH_LIMIT_PER_HOUR: "1" } });
    const users = [await givenUser(h), await givenUser(h)];
    const statuses: number[] = [];
    for (const { id } of [...users, ...users])
      statuses.push((await h.request("POST", BASE, { body: aPush(id) })).status);
    expect(statuses).toEqual([201, 201, 429, 429]);
  });

  test("holds against sends at the same time", async () => {
    const h = createHarness({ vars: { PUSH_LIMIT_PER_HOUR: "5" } });
    const user = await givenUser(h);
    const headers = { prefer: "respond-async" };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => h.request("POST", BASE, { body: aPush(user.id), headers })),
    );
    expect(answers.filter((answer) => answer.status === 202)).toHaveLength(5);
    expect(answers.filter((answer) => answer.status === 429)).toHaveLength(15);
    for (const { status, headers: given } of answers)
      expect([given.has("ratelimit"), given.has("ratelimit-policy"), given.has("retry-after")]).toEqual([
        true,
        true,
        status === 429,
      ]);
  });

  test("counts a send for later when it goes, not when it is asked for", async () => {
    const h = createHarness({ vars: { PUSH_LIMIT_PER_HOUR: "1" } });
    const user = await givenUser(h);
    const send_at = new Date(h.clock.now() + 60_000).toISOString();
    const later = await h.request("POST", BASE, { body: aPush(user.id, { send_at }) });
    expect([later.status, later.headers.get("ratelimit")]).toEqual([202, null]);
    expect((await h.request("POST", BASE, { body: aPush(user.id) })).status).toBe(201);
  });
});

/** The app of each harness, which remembers who fails. */
const apps = new WeakMap<Harness, ReturnType<typeof createApp>>();

function appOf(h: Harness): ReturnType<typeof createApp> {
  const app = apps.get(h) ?? createApp(() => h.deps);
  apps.set(h, app);
  return app;
}

/** Posts an event of Postmark's. @returns the status */
async function postTo(h: Harness, headers: Record<string, string>): Promise<number> {
  const event = {
    RecordType: "Delivery",
    MessageID: crypto.randomUUID(),
    DeliveredAt: "2026-03-26T08:00:00Z",
  };
  const request = new Request("http://tidings.test/webhooks/postmark", {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(event),
  });
  return (await appOf(h).fetch(request, h.deps.bindings)).status;
}

describe("inbound requests from one address", () => {
  const limiting = (environment: string, success: boolean, vars: Record<string, string> = {}) => {
    const h = createHarness({ vars });
    const keys: string[] = [];
    const limit = async ({ key }: { key: string }) => {
      keys.push(key);
      return { success };
    };
    Object.assign(h.deps.bindings, { INBOUND_LIMIT: { limit } });
    Object.assign(h.deps.config, { environment });
    return { h, keys };
  };
  const headers = { "cf-connecting-ip": "192.0.2.7" };

  test("over the limit are 429 before anything else is done", async () => {
    const { h, keys } = limiting("production", false);
    const answer = await h.request("GET", BASE, { as: null, headers });
    expect([answer.status, answer.body.code, answer.headers.get("retry-after")]).toEqual([
      429,
      "rate_limited",
      "60",
    ]);
    expect([keys, h.meter.trips]).toEqual([["192.0.2.7"], 0]);
  });

  test("are counted on every path that costs something, and within the limit they pass", async () => {
    const { h, keys } = limiting("production", true);
    const paths = [
      BASE,
      "/api/v1/nothing",
      "/healthz",
      "/openapi.json",
      "/docs",
      "/docs/reference/swagger-ui.css",
      "/docs/search",
      "/llms.txt",
      "/llms-full.txt",
      "/unsubscribe/x",
    ];
    for (const path of paths) await h.request("GET", path, { headers });
    expect(keys).toEqual(Array(paths.length).fill("192.0.2.7"));
  });

  test("of an IPv6 client are counted for its whole network", async () => {
    const { h, keys } = limiting("production", true);
    for (const address of ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9"])
      await h.request("GET", "/healthz", { headers: { "cf-connecting-ip": address } });
    expect(keys).toEqual(Array(2).fill("2001:db8:1:2::/64"));
  });

  test("to unsubscribe are 429 over the limit, before D1 is asked", async () => {
    const { h } = limiting("production", false);
    h.meter.reset();
    for (const method of ["GET", "POST"]) {
      const answer = await h.request(method, "/unsubscribe/x", { as: null, headers });
      expect([answer.status, answer.headers.get("retry-after"), h.meter.trips]).toEqual([429, "60", 0]);
    }
  });

  describe("of a provider's webhooks", () => {
    const password = "a-password-of-enough-length";
    const vars = { POSTMARK_WEBHOOK_CREDENTIALS: `postmark:${password}` };
    const post = (h: Harness, given: string, from = "192.0.2.7") =>
      postTo(h, {
        authorization: `Basic ${btoa(`postmark:${given}`)}`,
        "cf-connecting-ip": from,
      });

    test("are not counted when they are verified: a provider reports everybody's e-mails", async () => {
      const { h, keys } = limiting("production", false, vars);
      for (let i = 0; i < 5; i++) expect(await post(h, password)).toBe(200);
      expect(keys).toEqual([]);
    });

    test("are counted where they fail; over the limit they are refused unread, for a minute", async () => {
      const { h, keys } = limiting("production", false, vars);
      expect([await post(h, "wrong"), await post(h, "wrong"), await post(h, password)]).toEqual([
        403, 429, 429,
      ]);
      expect(keys).toEqual(["192.0.2.7"]);
      expect(await post(h, password, "192.0.2.8")).toBe(200);
      h.clock.advance(60_000);
      expect(await post(h, password)).toBe(200);
    });

    test("within the limit fail as before", async () => {
      const { h, keys } = limiting("production", true, vars);
      expect([await post(h, "wrong"), await post(h, "wrong")]).toEqual([403, 403]);
      expect(keys).toHaveLength(2);
    });

    test("still come from an address that others abuse, too", async () => {
      const { h } = limiting("production", false, vars);
      expect(await post(h, password)).toBe(200);
      for (let i = 0; i < 3; i++) expect(await post(h, "wrong")).toBe(403);
      expect(await post(h, password)).toBe(200);
    });

    test("are not taken for verified after a call without events", async () => {
      const { h } = limiting("production", false, vars);
      const from = { "cf-connecting-ip": "192.0.2.7" };
      for (const method of ["OPTIONS", "GET", "HEAD"])
        await appOf(h).fetch(
          new Request("http://tidings.test/webhooks/postmark", { method, headers: from }),
          h.deps.bindings,
        );
      await post(h, "wrong");
      expect(await post(h, "wrong")).toBe(429);
    });

    test("are not counted when D1 is away: that is not the provider's fault", async () => {
      const { h, keys } = limiting("production", false, vars);
      h.meter.away(true);
      expect(await post(h, password)).toBe(503);
      h.meter.away(false);
      expect([await post(h, password), keys]).toEqual([200, []]);
    });
  });

  test("are not counted on a laptop, where every caller has the same address", async () => {
    const { h, keys } = limiting("development", false);
    expect((await h.request("GET", BASE, { headers })).status).toBe(200);
    expect(keys).toEqual([]);
  });
});
