import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { createHarness } from "../../support/harness.ts";
import {
  createWorld,
  deliverNow,
  dispatchesOf,
  emptyTables,
  givenDispatches,
  givenUsers,
} from "../../support/pipeline.ts";
import { givenUser } from "../../support/world.ts";
import { VAPID } from "./webpush-fixture.ts";
import { DEVICES, givenServices, register, tokensOf, VARS } from "./webpush-world.ts";

beforeEach(emptyTables);

describe("a subscription", () => {
  test("moves to another user who registers it, and its endpoint removes it", async () => {
    const h = createHarness({ vars: VARS });
    const { mozilla } = givenServices(h);
    const [before, after] = [await givenUser(h, { devices: 0 }), await givenUser(h, { devices: 0 })];
    const to = await mozilla.subscribe();
    await register(h, before.id, to);
    await register(h, after.id, to);
    expect(await tokensOf(h, before.id)).toEqual([]);
    const removed = await h.request("DELETE", `${DEVICES}/${encodeURIComponent(to.endpoint)}`);
    expect(removed).toMatchObject({ status: 200, body: { invalidated: true, token: to.endpoint } });
    expect(await tokensOf(h, after.id)).toEqual([]);
  });

  const KEYS = { p256dh: VAPID.publicKey, auth: "AAAAAAAAAAAAAAAAAAAAAA" };
  const ENDPOINT = "https://updates.push.services.mozilla.com/wpush/v2/a";
  test.each([
    ["/endpoint", "of a host that is no push service", { endpoint: "https://example.com/a", keys: KEYS }],
    ["/endpoint", "of a metadata address", { endpoint: "https://169.254.169.254/a", keys: KEYS }],
    ["/endpoint", "of this computer", { endpoint: "http://localhost:9911/a", keys: KEYS }],
    ["/endpoint", "over http", { endpoint: ENDPOINT.replace("https", "http"), keys: KEYS }],
    ["/keys", "without keys", { endpoint: ENDPOINT }],
    ["/keys/auth", "with a short secret", { endpoint: ENDPOINT, keys: { ...KEYS, auth: "AAAA" } }],
    ["/keys/p256dh", "with a short key", { endpoint: ENDPOINT, keys: { ...KEYS, p256dh: "BBBB" } }],
    ["/app", "of an app that is not configured", { endpoint: ENDPOINT, keys: KEYS, app: "kiosk" }],
  ])("is refused, naming %s: %s", async (pointer, _, body) => {
    const h = createHarness({ vars: VARS });
    const user = await givenUser(h, { devices: 0 });
    const answer = await register(h, user.id, body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toMatchObject([{ pointer }]);
    expect(await tokensOf(h, user.id)).toEqual([]);
  });

  test("is refused in development, too, where a provider for it takes everything else", async () => {
    const more = { PUSH_PROVIDERS: "webpush,log", WEB_PUSH_HOSTS: "http://localhost:9911" };
    const h = createHarness({ vars: { ...VARS, ...more } });
    const user = await givenUser(h, { devices: 0 });
    const statusOf = async (endpoint: string) =>
      (await register(h, user.id, { endpoint, keys: KEYS })).status;
    expect(await statusOf("https://example.com/a")).toBe(400);
    expect(await statusOf("http://localhost:9912/a")).toBe(400);
    expect(await statusOf("http://localhost:9911/a")).toBe(201);
    expect(
      (
        await h.request("POST", DEVICES, {
          body: { user_id: user.id, token: "ExponentPushToken[a]", platform: "ios" },
        })
      ).status,
    ).toBe(201);
  });

  test("that got into the table in another way is asked nothing", async () => {
    const h = createWorld(VARS);
    const { users } = await givenUsers(h, 1, 0);
    await env.DB.prepare(
      `INSERT INTO device_tokens (token, user_id, provider, platform, keys, registered_at)
       VALUES ('https://169.254.169.254/latest', ?, 'webpush', 'web', ?, 0)`,
    )
      .bind(users[0], JSON.stringify(KEYS))
      .run();
    const ids = await givenDispatches(h, users);
    // The harness throws for a host that nobody answers for.
    await deliverNow(h, ids);
    expect(await dispatchesOf(ids)).toMatchObject([
      { status: "failed", error_code: "provider_not_configured" },
    ]);
  });
});
