import { describe, expect, test } from "vitest";
import { MAX_DEAD_PER_USER, MAX_DEVICES_PER_USER } from "../../../src/channels/push/devices.ts";
import { createHarness, type Harness, mint, type RequestOptions } from "../../support/harness.ts";
import { aPush, givenOrg, givenUser } from "../../support/world.ts";
import { BASE, count, pointers, sendPush } from "./calls.ts";

const newToken = () => `ExponentPushToken[${mint("tok")}]`;
const DEVICES = `${BASE}/device-tokens`;

const register = (h: Harness, user_id: string, token = newToken(), options: RequestOptions = {}) =>
  h.request("POST", DEVICES, { body: { user_id, token, platform: "android" }, ...options });
const list = (h: Harness, user: string, options: RequestOptions = {}) =>
  h.request("GET", `${DEVICES}?user_id=${user}`, options);
const tokensOf = async (h: Harness, user: string): Promise<string[]> =>
  (await list(h, user)).body.tokens.map((device: { token: string }) => device.token);
const remove = (h: Harness, token: string) => h.request("DELETE", `${DEVICES}/${token}`);

describe("registering", () => {
  test("makes a device that pushes go to", async () => {
    const h = createHarness();
    const user = await givenUser(h, { devices: 0 });
    const token = newToken();
    const { status, body } = await register(h, user.id, token);
    expect([status, body]).toEqual([
      201,
      { user_id: user.id, token, platform: "android", registered_at: "2026-03-26T08:00:00.000Z" },
    ]);
    await sendPush(h, aPush(user.id));
    expect(h.expo.accepted.map((push) => push.token)).toEqual([token]);
  });

  test("again changes the platform and the time, and makes no second device", async () => {
    const h = createHarness();
    const user = await givenUser(h);
    const [token] = user.tokens;
    h.clock.advance(60_000);
    await register(h, user.id, token);
    expect((await list(h, user.id)).body.tokens).toEqual([
      {
        token,
        platform: "android",
        registered_at: "2026-03-26T08:01:00.000Z",
        last_used_at: "2026-03-26T08:01:00.000Z",
      },
    ]);
  });

  test("by another user moves the device: the former one gets nothing there any more", async () => {
    const h = createHarness();
    const [before, after] = [await givenUser(h), await givenUser(h, { devices: 0 })];
    const [token = ""] = before.tokens;
    await register(h, after.id, token);
    expect([await tokensOf(h, before.id), await tokensOf(h, after.id)]).toEqual([[], [token]]);
    expect((await sendPush(h, aPush(before.id))).body.error_code).toBe("no_device");
    expect((await sendPush(h, aPush(after.id))).body.delivered_count).toBe(1);
  });

  test("makes a dead token alive again", async () => {
    const h = createHarness();
    const user = await givenUser(h);
    const [token = ""] = user.tokens;
    h.expo.settings.ticketErrors.set(token, "DeviceNotRegistered");
    await sendPush(h, aPush(user.id));
    expect(await tokensOf(h, user.id)).toEqual([]);
    h.expo.settings.ticketErrors.clear();
    h.clock.advance(1);
    await register(h, user.id, token);
    expect((await sendPush(h, aPush(user.id))).body.status).toBe("sent");
  });

  test("beyond fifty devices drops the ones registered longest ago", async () => {
    const h = createHarness();
    const user = await givenUser(h, { devices: MAX_DEVICES_PER_USER });
    h.clock.advance(1_000);
    // Registered again, and so not the next to go, although it was the second to come.
    await register(h, user.id, user.tokens[1]);
    const fresh = [newToken(), newToken()];
    for (const token of fresh) await register(h, user.id, token);
    const alive = "user_id = ? AND invalidated_at IS NULL";
    expect(await count(h, "device_tokens", alive, user.id)).toBe(MAX_DEVICES_PER_USER);
    const left = await tokensOf(h, user.id);
    expect(left).toEqual(expect.arrayContaining([...fresh, user.tokens[1]]));
    for (const gone of [user.tokens[0], user.tokens[2]]) expect(left).not.toContain(gone);
  });

  test("by one user again and again leaves a bounded number of rows: the latest living, and the latest dead", async () => {
    const h = createHarness();
    const user = await givenUser(h, { devices: 0 });
    const other = await givenUser(h, { devices: 2 });
    await h.deps.bindings.DB.prepare("UPDATE device_tokens SET invalidated_at = 1 WHERE user_id = ?")
      .bind(other.id)
      .run();
    const tokens = Array.from({ length: 2 * MAX_DEVICES_PER_USER + MAX_DEAD_PER_USER }, newToken);
    for (const token of tokens) {
      h.clock.advance(1);
      await register(h, user.id, token);
    }
    const alive = "user_id = ? AND invalidated_at IS NULL";
    expect(await count(h, "device_tokens", alive, user.id)).toBe(MAX_DEVICES_PER_USER);
    expect(await count(h, "device_tokens", "user_id = ?", user.id)).toBe(
      MAX_DEVICES_PER_USER + MAX_DEAD_PER_USER,
    );
    expect(await tokensOf(h, user.id)).toEqual(tokens.slice(-MAX_DEVICES_PER_USER).toReversed());
    expect(await count(h, "device_tokens", "user_id = ?", other.id)).toBe(2);
  });

  test("costs one round trip, and looks at no one else's devices", async () => {
    const h = createHarness();
    const user = await givenUser(h, { devices: 60 });
    h.meter.reset();
    await register(h, user.id, newToken());
    expect(h.meter.trips).toBe(1);
    const db = h.deps.bindings.DB;
    for (const { sql, params } of [...h.meter.statements]) {
      const plan = await db
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .bind(...params)
        .all<{ detail: string }>();
      const steps = plan.results.map(({ detail }) => detail);
      expect(steps.filter((step) => /^SCAN (?!CONSTANT|json_each)|device_tokens_dead/.test(step))).toEqual(
        [],
      );
    }
  });

  test.each([
    ["a token of nobody's", { token: "abc" }, ["/token"]],
    ["an empty token", { token: "ExponentPushToken[]" }, ["/token"]],
    ["a token with white space", { token: "ExponentPushToken[a b]" }, ["/token"]],
    ["an endless token", { token: `ExponentPushToken[${"x".repeat(200)}]` }, ["/token"]],
    ["another platform", { platform: "palm" }, ["/platform"]],
    [
      "several things at once",
      { user_id: "", platform: 1, extra: null },
      ["/user_id", "/platform", "/extra"],
    ],
  ])("refuses %s", async (_, more, expected) => {
    const h = createHarness();
    const user = await givenUser(h, { devices: 0 });
    const answer = await h.request("POST", DEVICES, {
      body: { user_id: user.id, token: newToken(), platform: "ios", ...more },
    });
    expect([answer.status, pointers(answer)]).toEqual([400, expected]);
    expect(await count(h, "device_tokens", "user_id = ?", user.id)).toBe(0);
  });
});

describe("registering for a user of whom the directory has not heard", () => {
  test.each([
    ["an anonymous caller", null],
    ["a service", { role: "service", sub: "svc" }],
    ["a global_admin", { role: "global_admin", sub: "ga" }],
  ] as const)("creates the user for %s", async (_, as) => {
    const h = createHarness();
    const user = mint("usr");
    expect((await register(h, user, newToken(), { as })).status).toBe(201);
    expect(await count(h, "users", "id = ? AND org_id IS NULL", user)).toBe(1);
  });

  test("creates the caller with what their token says", async () => {
    const h = createHarness();
    const [sub, org] = [mint("usr"), await givenOrg(h)];
    const claims = { email_verified: true, name: "Kari" };
    const as = { role: "user", sub, org, email: "Kari@Example.COM", claims } as const;
    expect((await register(h, sub, newToken(), { as })).status).toBe(201);
    const where =
      "id = ? AND org_id = ? AND email = 'Kari@example.com' AND email_verified = 1 AND name = 'Kari'";
    expect(await count(h, "users", where, sub, org)).toBe(1);
  });

  test("leaves alone what the directory knows of the caller", async () => {
    const h = createHarness();
    const user = await givenUser(h, { email: "kept@example.com" });
    await register(h, user.id, newToken(), { as: { role: "user", sub: user.id, email: "new@example.com" } });
    expect(await count(h, "users", "id = ? AND email = 'kept@example.com'", user.id)).toBe(1);
  });

  test.each([
    ["a user", { role: "user", sub: "someone" }],
    ["a coordinator", { role: "coordinator", sub: "someone" }],
    ["an org_admin", { role: "org_admin", sub: "someone", org: "org_x" }],
  ] as const)("is not allowed to %s for someone else, and creates nobody", async (_, as) => {
    const h = createHarness();
    const user = mint("usr");
    expect((await register(h, user, newToken(), { as })).status).toBe(404);
    expect(await count(h, "users", "id = ?", user)).toBe(0);
    expect(await count(h, "device_tokens", "user_id = ?", user)).toBe(0);
  });

  test("is not allowed to an org_admin without an organization, and creates nobody", async () => {
    const h = createHarness();
    const sub = mint("usr");
    expect((await register(h, sub, newToken(), { as: { role: "org_admin", sub } })).status).toBe(404);
    expect(await count(h, "users", "id = ?", sub)).toBe(0);
  });
});

describe("looking up", () => {
  test("shows living devices, newest first", async () => {
    const h = createHarness();
    const user = await givenUser(h, { devices: 0 });
    const tokens = [newToken(), newToken(), newToken()];
    for (const token of tokens) {
      h.clock.advance(1_000);
      await register(h, user.id, token);
    }
    await remove(h, tokens[1] ?? "");
    expect(await tokensOf(h, user.id)).toEqual([tokens[2], tokens[0]]);
  });

  test("means the caller when no user is named", async () => {
    const h = createHarness();
    const user = await givenUser(h);
    const { body } = await h.request("GET", DEVICES, { as: { role: "user", sub: user.id } });
    expect(body).toMatchObject({ user_id: user.id, tokens: [{ token: user.tokens[0] }] });
  });

  test("finds none for a caller who has not registered one yet", async () => {
    const h = createHarness();
    const sub = mint("usr");
    const { status, body } = await h.request("GET", DEVICES, { as: { role: "user", sub } });
    expect([status, body]).toEqual([200, { user_id: sub, tokens: [] }]);
  });

  test("needs a user when nobody calls", async () => {
    const h = createHarness();
    const answer = await h.request("GET", DEVICES, { as: null });
    expect([answer.status, pointers(answer)]).toEqual([400, ["user_id"]]);
  });

  test("of an unknown user is 404", async () => {
    expect((await list(createHarness(), mint("usr"))).status).toBe(404);
  });
});

describe("removing", () => {
  test("ends pushes to it; a repeat says when it was", async () => {
    const h = createHarness();
    const user = await givenUser(h, { devices: 2 });
    const [token = ""] = user.tokens;
    const first = await remove(h, token);
    h.clock.advance(60_000);
    const again = await remove(h, token);
    expect(again).toMatchObject({ status: 200, body: first.body });
    expect((await sendPush(h, aPush(user.id))).body.device_tokens_targeted).toBe(1);
  });

  test.each([
    ["as it is", (token: string) => token],
    ["percent-encoded", encodeURIComponent],
    [
      "percent-encoded to the last letter",
      (token: string) => [...token].map((c) => `%${c.charCodeAt(0).toString(16)}`).join(""),
    ],
  ])("takes a token %s", async (_, encode) => {
    const h = createHarness();
    const user = await givenUser(h);
    const [token = ""] = user.tokens;
    expect((await remove(h, encode(token))).body.token).toBe(token);
    expect(await tokensOf(h, user.id)).toEqual([]);
  });

  test("takes a token with every character that a token can have", async () => {
    const h = createHarness();
    const user = await givenUser(h, { devices: 0 });
    const token = `ExponentPushToken[a/b?c#d%25+e&${mint("ø")}]`;
    expect((await register(h, user.id, token)).status).toBe(201);
    expect((await remove(h, encodeURIComponent(token))).body.token).toBe(token);
    expect(await tokensOf(h, user.id)).toEqual([]);
  });

  test.each(["unknown", "%", "%00", "%C3%28", "ExponentPushToken[unknown]"])("%s is 404", async (token) => {
    expect((await remove(createHarness(), token)).status).toBe(404);
  });
});
