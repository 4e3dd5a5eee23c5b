import { beforeEach, describe, expect, test } from "vitest";
import { WIRE } from "../../src/api/directory/collections/index.ts";
import { type Caller, createHarness, type Harness, mint, SERVICE } from "../support/harness.ts";
import { callerOf } from "./callers.ts";
import { expectCleanLog, overhear } from "./logs.ts";
import { type Call, TABLE } from "./matrix.ts";
import { type Place, put, ROUTES } from "./operations.ts";
import { everything, forgetAll } from "./stored.ts";
import { givenTarget, type Target } from "./target.ts";
import { pathTo } from "./paths.ts";

/** Columns of our tables and words of other services, with values that would be of use to someone. */
const PRIVILEGED: Record<string, unknown> = {
  id: "SECRET_mine",
  user_id: "SECRET_mine",
  org_id: "SECRET_mine",
  parent_id: "SECRET_mine",
  batch_id: "SECRET_mine",
  dispatch_id: "SECRET_mine",
  status: "delivered",
  mark: "resolved",
  note: "SECRET_mine",
  attempts: 0,
  provider: "log",
  provider_message_id: "SECRET_mine",
  to_address: "SECRET_mine@example.com",
  email: "SECRET_mine@example.com",
  email_verified: true,
  slot_at: 1,
  due_at: 1,
  wake_at: 1,
  lane: "push",
  channel: "in_app",
  type: "test",
  payload: { sample: "test" },
  source: "flow",
  channels_fixed: true,
  known_since: 1,
  status_seq: 1,
  created_at: "2020-01-01T00:00:00.000Z",
  updated_at: "2020-01-01T00:00:00.000Z",
  sent_at: "2020-01-01T00:00:00.000Z",
  delivered_at: "2020-01-01T00:00:00.000Z",
  role: "service",
  is_admin: true,
  constructor: { prototype: { role: "service" } },
  prototype: { role: "service" },
};

const withBody = ROUTES.filter(({ hasBody }) => hasBody);

const send = (
  h: Harness,
  route: string,
  { id = "x", headers }: Call,
  body: unknown,
  as: Caller = SERVICE,
) => {
  const [method = "", path = ""] = route.split(" ");
  const to = pathTo(path, id);
  return h.request(method, to, { as, body, ...(headers && { headers }) });
};

beforeEach(forgetAll);

describe("a field that is not the caller's to set is refused by its name, and nothing is written", () => {
  test.each(withBody)("$route", async ({ route, list, fields }) => {
    const h = createHarness({ autoDrain: false });
    const lines = overhear(h);
    const target: Target = await givenTarget(h);
    const before = await everything();
    const [policy = "", callOf] = TABLE[route]?.[0] ?? [];
    const right = (await callOf?.(target)) ?? {};
    const as = callerOf(policy, target);
    const strange = Object.entries(PRIVILEGED).filter(([name]) => !fields.includes(name));
    expect(strange.length).toBeGreaterThan(20);
    // All at once: a refusal names every field that it does not know.
    for (const at of list === null ? [[]] : [[], [list, 0]]) {
      const places: Place[] = strange.map(([name]) => [...at, name]);
      const body = strange.reduce<unknown>(
        (made, [name, value]) => put(made, [...at, name], value),
        right.body,
      );
      const answer = await send(h, route, right, body, as);
      expect(answer.status).toBe(400);
      const named = answer.body.errors.map(({ pointer }: { pointer: string }) => pointer);
      expect(named).toEqual(expect.arrayContaining(places.map((place) => `/${place.join("/")}`)));
    }
    expect(await everything()).toEqual(before);
    expectCleanLog(lines, [target.marker, "SECRET_mine"]);
  });
});

describe("a prototype in a body", () => {
  test.each(withBody)("of $route changes no object but its own, and sets nothing", async ({ route }) => {
    const h = createHarness({ autoDrain: false });
    const target = await givenTarget(h);
    const right = (await TABLE[route]?.[0]?.[1](target)) ?? {};
    const own = JSON.stringify(right.body).slice(1);
    const polluting = `{"__proto__":{"polluted":true,"status":"delivered","email_verified":true},${own}`;
    const { status } = await send(h, route, right, own === "}" ? polluting.replace(",}", "}") : polluting);
    expect(status).toBeLessThan(500);
    expect("polluted" in {}).toBe(false);
    expect((await everything()).filter((line) => line.includes("polluted"))).toEqual([]);
  });
});

describe("what a caller's token does not say, a body cannot add", () => {
  const user = () => ({ role: "user" as const, sub: mint("usr") });

  test("a user's own record is made from the token alone", async () => {
    const h = createHarness({ autoDrain: false });
    const as = user();
    const token = `ExponentPushToken[${as.sub}]`;
    const body = { user_id: as.sub, token, platform: "ios" };
    expect((await h.request("POST", "/api/v1/notifications/device-tokens", { as, body })).status).toBe(201);
    const { body: made } = await h.request("GET", `/api/v1/directory/users/${as.sub}`);
    expect(made).toMatchObject({ org_id: null, name: null, email: null, email_verified: false });
  });

  test("an address in a token is verified only where the token says so", async () => {
    for (const [claims, verified] of [
      [{}, false],
      [{ email_verified: false }, false],
      [{ email_verified: true }, true],
    ] as const) {
      const h = createHarness({ autoDrain: false });
      const as = { ...user(), email: "a@example.com", claims };
      await h.request("GET", "/api/v1/notifications/preferences", { as });
      const { body } = await h.request("GET", `/api/v1/directory/users/${as.sub}`);
      expect(body.email_verified).toBe(verified);
    }
  });

  test("a token does not overwrite what the directory knows: neither organization nor address", async () => {
    const h = createHarness({ autoDrain: false });
    const { user: sub, orgs } = await givenTarget(h);
    const before = (await h.request("GET", `/api/v1/directory/users/${sub}`)).body;
    const as = { role: "user", sub, org: orgs.elsewhere, email: "mine@example.com" } as const;
    const all = { ...as, claims: { email_verified: true, name: "Mine" } };
    await h.request("PATCH", "/api/v1/notifications/preferences", { as: all, body: { match_threshold: 1 } });
    await h.request("POST", "/api/v1/stats-notifications", {
      as: all,
      body: { user_id: sub, time_window: "yearly" },
    });
    expect((await h.request("GET", `/api/v1/directory/users/${sub}`)).body).toEqual(before);
  });

  test("a record posted by a client follows none of our messages, whatever ids it names", async () => {
    const h = createHarness({ autoDrain: false });
    const target = await givenTarget(h);
    const as = { role: "coordinator", sub: target.coordinator } as const;
    const dispatch_ids = [target.queued, target.failed, target.mail, target.message];
    const { body } = await h.request("POST", "/api/v1/notification-records", {
      as,
      body: {
        peer_mentor_id: target.mentor,
        event_type: "pause_activated",
        channels_notified: ["push"],
        dispatch_ids,
      },
    });
    await h.request("DELETE", `/api/v1/admin/notifications/${target.queued}`);
    const seen = await h.request("GET", `/api/v1/notification-records/${body.id}`, { as });
    expect(seen.body).toMatchObject({ channels_notified: ["push"], dispatch_ids, notes: null });
  });
});

test("the directory's items cannot have fields of another collection", () => {
  // Each schema is strict: said once for all, so that a new collection is looked at too.
  for (const [name, { body, item }] of Object.entries(WIRE))
    for (const schema of [body, item])
      expect(schema.safeParse({ status_seq: 1, known_since: 1 }).error?.issues, name).toEqual(
        expect.arrayContaining([expect.objectContaining({ code: "unrecognized_keys" })]),
      );
});
