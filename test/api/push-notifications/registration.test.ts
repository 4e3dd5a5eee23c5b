import { describe, expect, test } from "vitest";
import { createHarness, type Harness, mint } from "../../support/harness.ts";
import { aPush, givenUser } from "../../support/world.ts";
import { BASE, count, pointers, sendPush } from "./calls.ts";

const DEVICES = `${BASE}/device-tokens`;
const newToken = () => `ExponentPushToken[${mint("tok")}]`;

const register = (h: Harness, user_id: string, more: object = {}) =>
  h.request("POST", DEVICES, { body: { user_id, token: newToken(), platform: "ios", ...more } });

const rowOf = (h: Harness, table: string, column: string, value: unknown) =>
  h.deps.bindings.DB.prepare(`SELECT * FROM ${table} WHERE ${column} = ?`)
    .bind(value)
    .first<Record<string, unknown>>();

const OSLO = { locale: "nb_NO", timezone: "Europe/Oslo", app_version: "4.2.0 (17)" };

describe("what a device says of itself", () => {
  test("is kept with it, and is not in the answers of the contract", async () => {
    const h = createHarness();
    const user = await givenUser(h, { devices: 0 });
    const token = newToken();
    const { status, body } = await register(h, user.id, { token, ...OSLO });
    expect([status, Object.keys(body)]).toEqual([201, ["user_id", "token", "platform", "registered_at"]]);
    expect(await rowOf(h, "device_tokens", "token", token)).toMatchObject({
      ...OSLO,
      locale: "nb-NO",
      provider: "expo",
      app: null,
      keys: null,
    });
    const listed = await h.request("GET", `${DEVICES}?user_id=${user.id}`);
    expect(Object.keys(listed.body.tokens[0])).toEqual([
      "token",
      "platform",
      "registered_at",
      "last_used_at",
    ]);
    const exported = await h.request("GET", `/api/v1/directory/users/${user.id}/export`);
    expect(JSON.stringify(exported.body)).toContain("4.2.0 (17)");
  });

  test("is replaced as a whole when it is registered again, also what is not said any more", async () => {
    const h = createHarness();
    const [before, after] = [await givenUser(h, { devices: 0 }), await givenUser(h, { devices: 0 })];
    const token = newToken();
    await register(h, before.id, { token, ...OSLO });
    await register(h, after.id, { token, platform: "android", app_version: "5" });
    expect(await rowOf(h, "device_tokens", "token", token)).toMatchObject({
      user_id: after.id,
      platform: "android",
      locale: null,
      timezone: null,
      app_version: "5",
    });
  });

  test("fills in what is not known of its user, and no more than that", async () => {
    const h = createHarness();
    const nothing = await givenUser(h, { devices: 0 });
    const half = await givenUser(h, { devices: 0, timezone: "Asia/Tokyo" });
    h.clock.advance(1_000);
    await register(h, nothing.id, OSLO);
    await register(h, half.id, OSLO);
    const known = (id: string) => rowOf(h, "users", "id", id);
    expect(await known(nothing.id)).toMatchObject({
      locale: "nb-NO",
      timezone: "Europe/Oslo",
      updated_at: h.clock.now(),
    });
    expect(await known(half.id)).toMatchObject({ locale: "nb-NO", timezone: "Asia/Tokyo" });
    // On a journey, with another phone.
    await register(h, nothing.id, { locale: "fr", timezone: "Europe/Paris" });
    expect(await known(nothing.id)).toMatchObject({ locale: "nb-NO", timezone: "Europe/Oslo" });
  });

  test("counts for a user whom the registration makes", async () => {
    const h = createHarness();
    const user = mint("usr");
    await register(h, user, OSLO);
    expect(await rowOf(h, "users", "id", user)).toMatchObject({ locale: "nb-NO", timezone: "Europe/Oslo" });
  });

  test("says nothing of a user outside the caller's scope", async () => {
    const h = createHarness();
    const user = await givenUser(h, { devices: 0 });
    const { status } = await h.request("POST", DEVICES, {
      as: { role: "user", sub: "someone-else" },
      body: { user_id: user.id, token: newToken(), platform: "ios", ...OSLO },
    });
    expect(status).toBe(404);
    expect(await rowOf(h, "users", "id", user.id)).toMatchObject({ locale: null, timezone: null });
  });

  test("reschedules the user when it gives them a time zone, and only then", async () => {
    const h = createHarness();
    const user = await givenUser(h, { devices: 0 });
    const due = h.clock.now() + 86_400_000;
    await h.deps.bindings.DB.prepare(
      "INSERT OR REPLACE INTO user_schedules (user_id, kind, next_at) VALUES (?, 'digest', ?)",
    )
      .bind(user.id, due)
      .run();
    const nextAt = async () => (await rowOf(h, "user_schedules", "user_id", user.id))?.["next_at"];
    await register(h, user.id, { locale: "nb" });
    expect(await nextAt()).toBe(due);
    await register(h, user.id, { timezone: "Europe/Oslo" });
    const moved = h.clock.now() - 1;
    expect(await nextAt()).toBe(moved);
    await register(h, user.id, { timezone: "Europe/Paris" });
    expect(await nextAt()).toBe(moved);
  });

  test("costs no round trip, and nothing written where everything is known", async () => {
    const h = createHarness();
    const user = await givenUser(h, { devices: 0, locale: "nb", timezone: "Europe/Oslo" });
    const token = newToken();
    const costOf = async (more: object) => {
      h.meter.reset();
      await register(h, user.id, { token, ...more });
      return [h.meter.trips, h.meter.rowsWritten];
    };
    await register(h, user.id, { token });
    const plain = await costOf({});
    expect(await costOf(OSLO)).toEqual(plain);
    expect(plain[0]).toBe(1);
  });

  test.each([
    ["a locale that is none", { locale: "norsk bokmål" }, ["/locale"]],
    ["a zone that is none", { timezone: "Oslo" }, ["/timezone"]],
    ["an endless version", { app_version: "9".repeat(65) }, ["/app_version"]],
    ["a provider that is not configured", { provider: "fcm" }, ["/provider"]],
    ["a token of another provider than was said", { provider: "expo", token: "abc" }, ["/token"]],
    ["an app that is not configured", { app: "kiosk" }, ["/app"]],
    [
      "keys that the token does not need",
      { keys: { p256dh: "B".repeat(87), auth: "A".repeat(22) } },
      ["/keys"],
    ],
    ["keys that are none", { keys: { p256dh: "short", auth: "A".repeat(22) } }, ["/keys/p256dh"]],
    ["neither token nor endpoint", { token: undefined }, ["/token"]],
    ["both", { endpoint: "https://push.example/x" }, ["/token"]],
    ["a token without its platform", { platform: undefined }, ["/platform"]],
    [
      "an endpoint of a service that is not configured",
      { token: undefined, endpoint: "https://x" },
      ["/endpoint"],
    ],
  ])("refuses %s", async (_, more, expected) => {
    const h = createHarness();
    const user = await givenUser(h, { devices: 0 });
    const answer = await register(h, user.id, more);
    expect([answer.status, pointers(answer)]).toEqual([400, expected]);
    expect(await count(h, "device_tokens", "user_id = ?", user.id)).toBe(0);
  });
});

describe("a device of an app by name", () => {
  test("is sent to with that app's credentials; an unknown name is refused, naming those that there are", async () => {
    const h = createHarness({ vars: { EXPO_ACCESS_TOKENS: JSON.stringify({ kiosk: "k", till: null }) } });
    const user = await givenUser(h, { devices: 0 });
    expect((await register(h, user.id, { app: "kiosk" })).status).toBe(201);
    const refused = await register(h, user.id, { app: "shop" });
    expect(refused.body.errors).toEqual([
      { pointer: "/app", detail: "is not configured for expo: it must be kiosk or till, or left out" },
    ]);
    expect((await sendPush(h, aPush(user.id))).body).toMatchObject({ status: "sent", delivered_count: 1 });
    expect(h.expo.requests.map(({ headers }) => headers["authorization"])).toEqual(["Bearer k"]);
  });
});
