import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { removeOld } from "../../../src/log/retention.ts";
import { sweep } from "../../../src/delivery/sweep.ts";
import { DAY, MINUTE } from "../../../src/lib/clock.ts";
import { createHarness, type Harness } from "../../support/harness.ts";
import { emptyTables, live } from "../../support/pipeline.ts";
import { expectNoScan, plansOf, scans } from "../../support/plans.ts";
import { aPush, givenOrg, givenUser } from "../../support/world.ts";
import { BASE, createHookWorld, emptyEndpoints, givenEndpoint } from "./world.ts";

beforeEach(async () => {
  await emptyTables();
  await emptyEndpoints();
});
afterEach(emptyEndpoints);

const URL_OK = "https://hooks.example.com/x";

async function pushes(h: Harness, org: string, n: number) {
  const user = await givenUser(h, { org });
  for (let i = 0; i < n; i++)
    await h.request("POST", "/api/v1/notifications", {
      body: aPush(user.id),
      headers: { prefer: "respond-async" },
    });
  await h.drain();
}

describe("an endpoint", () => {
  test("is made, read, changed, listed and deleted, and its secret is shown once", async () => {
    const { h, org } = await createHookWorld();
    const as = { role: "org_admin", org } as const;
    const made = await h.request("POST", BASE, {
      as,
      body: { url: "https://HOOKS.example.com/a#b", types: ["message.sent"], description: "CRM" },
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      org_id: org,
      url: "https://hooks.example.com/a",
      types: ["message.sent"],
      description: "CRM",
      enabled: true,
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
    });
    const path = `${BASE}/${made.body.id}`;
    expect(made.headers.get("location")).toBe(path);
    const read = await h.request("GET", path, { as });
    expect(read.body).toEqual({ ...made.body, secret: undefined });
    expect(JSON.stringify(read.body)).not.toContain("whsec_");
    const off = await h.request("PATCH", path, { as, body: { enabled: false, types: null } });
    expect(off.body).toMatchObject({
      enabled: false,
      disabled_reason: "by_hand",
      types: null,
      url: read.body.url,
    });
    const list = await h.request("GET", BASE, { as });
    expect(list.body.data).toEqual([off.body]);
    expect((await h.request("DELETE", path, { as })).status).toBe(200);
    expect((await h.request("GET", path, { as })).status).toBe(404);
    expect((await h.request("DELETE", path, { as })).status).toBe(404);
  });

  test("keeps its secret sealed, and nothing that is logged or queued has it, or the URL", async () => {
    const { h, receiver, org } = await createHookWorld();
    const { secret } = await givenEndpoint(h, org, { path: "/?token=very-secret" });
    receiver.next({ kind: "reset" });
    await pushes(h, org, 1);
    const { results } = await env.DB.prepare("SELECT * FROM webhook_endpoints").all();
    expect(JSON.stringify(results)).not.toContain(secret.slice(6));
    const { results: audit } = await env.DB.prepare("SELECT * FROM audit_log").all();
    const said = JSON.stringify([h.logged, h.queues.waiting, audit]);
    expect(said).not.toContain(secret.slice(6));
    expect(said).not.toContain("very-secret");
    expect(said).toContain("webhook_endpoint.create");
  });

  test.each([
    [{}, ["/url"]],
    [{ url: 1 }, ["/url"]],
    [{ url: "" }, ["/url"]],
    [{ url: "http://hooks.example.com/" }, ["/url"]],
    [{ url: "https://10.0.0.1/" }, ["/url"]],
    [{ url: "https://169.254.169.254/latest/meta-data/" }, ["/url"]],
    [{ url: "https://metadata.google.internal/" }, ["/url"]],
    [{ url: "https://user:pass@hooks.example.com/" }, ["/url"]],
    [{ url: "https://hooks.example.com:8443/" }, ["/url"]],
    [{ url: `https://hooks.example.com/${"a".repeat(3_000)}` }, ["/url"]],
    [{ url: URL_OK, types: [] }, ["/types"]],
    [{ url: URL_OK, types: ["message.sent", "nonsense"] }, ["/types/1"]],
    [{ url: URL_OK, description: " " }, ["/description"]],
    [{ url: URL_OK, secret: "whsec_x" }, ["/secret"]],
  ])("is refused with %j, naming each field", async (body, pointers) => {
    const { h } = await createHookWorld();
    const answer = await h.request("POST", BASE, { body });
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(pointers);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM webhook_endpoints").first("n")).toBe(0);
  });

  test("may be on this computer only in development", async () => {
    const local = { url: "http://localhost:9000/hook" };
    const here = createHarness();
    expect((await here.request("POST", BASE, { body: local })).status).toBe(201);
    const production = createHarness({ vars: { ENVIRONMENT: "production" } });
    expect((await production.request("POST", BASE, { body: local })).status).toBe(400);
    expect(
      (await production.request("PATCH", `${BASE}/${await aUrlOf(production)}`, { body: local })).status,
    ).toBe(400);
  });

  test("that was stored in development is not called in production", async () => {
    const { h, org } = await createHookWorld({ autoDrain: false });
    const calls: string[] = [];
    h.hosts.set("localhost", async (url) => {
      calls.push(url);
      return new Response();
    });
    const production = await createHookWorld({ autoDrain: false, vars: { ENVIRONMENT: "production" } });
    await givenEndpoint(h, org, { url: "http://localhost:9000/hook", types: ["message.sent"] });
    production.h.hosts.set("localhost", async (url) => {
      calls.push(url);
      return new Response();
    });
    await pushes(production.h, org, 1);
    expect(calls).toEqual([]);
    const { results } = await env.DB.prepare(
      "SELECT status, error_code FROM dispatches WHERE channel = 'webhook'",
    ).all();
    expect(results).toEqual([{ status: "failed", error_code: "url_not_allowed" }]);
  });

  test("is one of at most twenty", async () => {
    const { h, org } = await createHookWorld();
    for (let i = 0; i < 20; i++) await givenEndpoint(h, org, { path: `/${i}` });
    const more = await h.request("POST", `${BASE}?org_id=${org}`, { body: { url: URL_OK } });
    expect([more.status, more.body.code]).toEqual([409, "too_many_endpoints"]);
    expect((await h.request("POST", BASE, { body: { url: URL_OK } })).status).toBe(201);
  });

  test("cannot be made without SECRETS_KEY, and goes with its organization", async () => {
    const without = createHarness({ vars: { SECRETS_KEY: "" } });
    const refused = await without.request("POST", BASE, { body: { url: URL_OK } });
    expect([refused.status, refused.body.code]).toEqual([503, "secrets_key_missing"]);
    const { h } = await createHookWorld();
    const org = await givenOrg(h);
    await givenEndpoint(h, org);
    expect((await h.request("DELETE", `/api/v1/directory/orgs/${org}`)).status).toBe(200);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM webhook_endpoints").first("n")).toBe(0);
  });
});

const aUrlOf = async (h: Harness) => (await givenEndpoint(h, null, { url: URL_OK })).id;

describe("webhooks", () => {
  test("are tried out, whatever the endpoint wants and even if it is disabled", async () => {
    const { h, receiver, org } = await createHookWorld();
    const { id, secret } = await givenEndpoint(h, org, { types: ["message.read"] });
    receiver.secrets.push(secret);
    await h.request("PATCH", `${BASE}/${id}`, { body: { enabled: false } });
    const tried = await h.request("POST", `${BASE}/${id}/test`);
    expect(tried.status).toBe(202);
    await h.drain();
    expect(receiver.received).toMatchObject([
      { id: tried.body.id, isGenuine: true, body: { type: "webhook.test", data: { id } } },
    ]);
    const seen = await h.request("GET", `${BASE}/${id}/messages/${tried.body.id}`);
    expect(seen.body).toMatchObject({
      status: "sent",
      attempts: [{ status: 200, duration_ms: expect.any(Number) }],
    });
  });

  test("are sent again under their own id: one, and those since a time that were not taken", async () => {
    const { h, receiver, org } = await createHookWorld({ autoDrain: false });
    const { id } = await givenEndpoint(h, org, { types: ["message.sent"] });
    receiver.always({ kind: "answer", status: 410 });
    await pushes(h, org, 3);
    receiver.always({ kind: "answer", status: 200 });
    const path = `${BASE}/${id}`;
    const since = new Date(h.clock.now() - MINUTE).toISOString();
    const early = await h.request("POST", `${path}/replay`, { body: { since } });
    expect([early.status, early.body.code]).toEqual([409, "endpoint_disabled"]);
    await h.request("PATCH", path, { body: { enabled: true } });
    const listed = await h.request("GET", `${path}/messages`);
    const ids: string[] = listed.body.data.map((one: { id: string }) => one.id);
    expect(ids).toHaveLength(3);
    receiver.received.length = 0;

    const one = await h.request("POST", `${path}/messages/${ids[0]}/replay`);
    expect(one.body).toMatchObject({ id: ids[0], status: "queued" });
    const twice = await h.request("POST", `${path}/messages/${ids[0]}/replay`);
    expect([twice.status, twice.body.code]).toEqual([409, "not_finished"]);
    await live(h, 2);
    expect(receiver.received.map((hook) => hook.id)).toEqual([ids[0]]);

    const rest = await h.request("POST", `${path}/replay`, { body: { since } });
    expect([rest.status, rest.body]).toEqual([202, { replayed: 2 }]);
    await live(h, 2);
    expect(receiver.received.map((hook) => hook.id).toSorted()).toEqual(ids.toSorted());

    const all = await h.request("POST", `${path}/replay`, { body: { since, include_sent: true } });
    expect(all.body).toEqual({ replayed: 3 });
    await live(h, 2);
    expect(receiver.received).toHaveLength(6);
    const none = await h.request("POST", `${path}/replay`, {
      body: { since: new Date(h.clock.now() + MINUTE).toISOString(), include_sent: true },
    });
    expect(none.body).toEqual({ replayed: 0 });
  });

  test("are listed by page and by status", async () => {
    const { h, receiver, org } = await createHookWorld({ autoDrain: false });
    const { id } = await givenEndpoint(h, org, { types: ["message.sent"] });
    await pushes(h, org, 3);
    receiver.always({ kind: "answer", status: 500 });
    await pushes(h, org, 2);
    const list = async (query: string) => (await h.request("GET", `${BASE}/${id}/messages?${query}`)).body;
    const first = await list("limit=2");
    const second = await list(`limit=2&cursor=${first.pagination.next_cursor}`);
    const third = await list(`limit=2&cursor=${second.pagination.next_cursor}`);
    const seen = [first, second, third].flatMap(({ data }) => data.map((one: { id: string }) => one.id));
    expect(seen).toHaveLength(5);
    expect(seen).toEqual(seen.toSorted().toReversed());
    expect(third.pagination.next_cursor).toBeUndefined();
    expect((await list("status=sent")).data).toHaveLength(3);
    expect((await list("status=queued")).data).toHaveLength(2);
    expect((await h.request("GET", `${BASE}/${id}/messages?status=nonsense`)).status).toBe(400);
  });

  test("are kept for a week, and longer while they are tried", async () => {
    const { h, receiver, org } = await createHookWorld({ autoDrain: false });
    const { id } = await givenEndpoint(h, org, { types: ["message.sent"] });
    await pushes(h, org, 1);
    expect(receiver.received).toHaveLength(1);
    const listed = async () => (await h.request("GET", `${BASE}/${id}/messages`)).body.data;
    h.clock.advance(6 * DAY);
    await removeOld(h.ctx);
    expect(await listed()).toHaveLength(1);
    h.clock.advance(2 * DAY);
    await removeOld(h.ctx);
    expect(await listed()).toEqual([]);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM dispatches").first("n")).toBe(1);
  });
});

test("no statement about endpoints or webhooks goes through a table", async () => {
  const { h, receiver, org } = await createHookWorld({ autoDrain: false });
  const { id } = await givenEndpoint(h, org);
  const path = `${BASE}/${id}`;
  h.meter.reset();
  const as = { role: "org_admin", org } as const;
  await h.request("GET", BASE, { as });
  await h.request("GET", path, { as });
  await h.request("PATCH", path, { as, body: { description: "x" } });
  await h.request("POST", `${path}/rotate-secret`, { as, body: {} });
  await h.request("GET", `${path}/messages`, { as });
  await h.request("GET", `${path}/messages?status=failed`, { as });
  await expectNoScan(h);
  receiver.next({ kind: "answer", status: 500 });
  await pushes(h, org, 2);
  await live(h, 2);
  await sweep(h.ctx);
  const sent = await h.request("GET", `${path}/messages`);
  await h.request("POST", `${path}/messages/${sent.body.data[0].id}/replay`);
  await h.request("POST", `${path}/replay`, { body: { since: "2026-01-01T00:00:00Z", include_sent: true } });
  await removeOld(h.ctx);
  expect((await plansOf(h)).filter((plan) => scans(plan).length > 0)).toEqual([]);
});
