import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { createHarness } from "../../support/harness.ts";
import {
  createWorld,
  deliveriesOf,
  deliverNow,
  dispatchesOf,
  emptyTables,
  givenDispatches,
  givenUsers,
} from "../../support/pipeline.ts";
import { givenUser } from "../../support/world.ts";
import { VAPID } from "./webpush-fixture.ts";
import { deviceOf, givenServices, push, register, SHOP, tokensOf, VARS } from "./webpush-world.ts";

beforeEach(emptyTables);

describe("a user with two browsers and a phone", () => {
  test("gets one push on all three, counted together", async () => {
    const h = createHarness({ vars: VARS });
    const { mozilla, apple } = givenServices(h);
    const user = await givenUser(h);
    const [firefox, safari] = [
      await mozilla.subscribe(VAPID.publicKey),
      await apple.subscribe(VAPID.publicKey),
    ];
    expect(await register(h, user.id, firefox)).toMatchObject({
      status: 201,
      body: { user_id: user.id, token: firefox.endpoint, platform: "web" },
    });
    await register(h, user.id, safari);
    const sent = await push(h, user.id, { data: { url: "/runs" }, options: { sound: null } });
    expect(sent).toMatchObject({
      status: 201,
      body: { status: "sent", device_tokens_targeted: 3, delivered_count: 3, failed_count: 0 },
    });
    // One of the user's 60 an hour.
    expect(sent.headers.get("ratelimit")).toContain("r=59");
    const shown = { title: "Hello", body: "You", data: { url: "/runs" }, silent: true };
    expect(mozilla.accepted).toMatchObject([{ endpoint: firefox.endpoint, payload: shown }]);
    expect(apple.accepted).toMatchObject([{ endpoint: safari.endpoint, payload: shown }]);
    expect(h.expo.accepted).toHaveLength(1);
  });

  test("is told of the push by its readers: what each service made of it is in the log", async () => {
    const h = createWorld(VARS);
    const { mozilla, apple } = givenServices(h);
    const { users } = await givenUsers(h, 1);
    const [user = ""] = users;
    await register(h, user, await mozilla.subscribe());
    await register(h, user, await apple.subscribe());
    const [id = ""] = await givenDispatches(h, users);
    await deliverNow(h, [id]);
    expect((await deliveriesOf(id)).map(({ provider, status }) => [provider, status])).toEqual([
      ["expo", "accepted"],
      ["webpush-mozilla", "accepted"],
      ["webpush-apple", "accepted"],
    ]);
  });

  test("still gets it on the others while one service is away, which costs that one's pushes no attempts", async () => {
    const h = createWorld(VARS);
    const { mozilla, apple } = givenServices(h);
    const { users } = await givenUsers(h, 8, 0);
    for (const user of users) {
      await register(h, user, await mozilla.subscribe());
      await register(h, user, await apple.subscribe());
    }
    const ids = await givenDispatches(h, users);
    mozilla.failNext({ kind: "answer", status: 503, body: {} }, 1_000);
    // Five rounds open the circuit; then nobody asks it until it is tried out.
    for (const id of ids) await deliverNow(h, [id]);
    expect(apple.accepted).toHaveLength(8);
    expect(mozilla.requests).toHaveLength(5);
    const found = await dispatchesOf(ids);
    expect(found.map(({ status, attempts }) => [status, attempts])).toEqual([
      ...Array.from({ length: 5 }, () => ["queued", 1]),
      ...Array.from({ length: 3 }, () => ["queued", 0]),
    ]);
  });
});

test("browsers need no other provider, and one whose service is away does not keep a round from the rest", async () => {
  const h = createWorld({ ...VARS, PUSH_PROVIDERS: "webpush" });
  const { mozilla, apple } = givenServices(h);
  const { users } = await givenUsers(h, 2, 0);
  const [first = "", second = ""] = users;
  await register(h, first, await mozilla.subscribe());
  await register(h, second, await apple.subscribe());
  const ids = await givenDispatches(h, users);
  mozilla.failNext({ kind: "answer", status: 429, body: {}, headers: { "retry-after": "40" } });
  await deliverNow(h, ids);
  expect((await dispatchesOf(ids)).map(({ status, attempts }) => [status, attempts])).toEqual([
    ["queued", 0],
    ["sent", 1],
  ]);
  h.clock.advance(41_000);
  await deliverNow(h, ids);
  expect((await dispatchesOf(ids)).map(({ status }) => status)).toEqual(["sent", "sent"]);
  expect([mozilla.accepted.length, apple.accepted.length]).toEqual([1, 1]);
});

describe("the subscription of a push", () => {
  test("that has ended is invalidated by the first push, and gets no more", async () => {
    const h = createHarness({ vars: VARS });
    const { mozilla } = givenServices(h);
    const user = await givenUser(h, { devices: 0 });
    const [old, fresh] = [await mozilla.subscribe(), await mozilla.subscribe()];
    await register(h, user.id, old);
    await register(h, user.id, fresh);
    mozilla.unsubscribe(old.endpoint);
    expect((await push(h, user.id)).body).toMatchObject({
      status: "sent",
      delivered_count: 1,
      failed_count: 1,
    });
    expect(await deviceOf(old.endpoint)).toMatchObject({
      invalidated_at: h.clock.now(),
      invalid_reason: "device_not_registered",
    });
    expect(await tokensOf(h, user.id)).toEqual([fresh.endpoint]);
    expect((await push(h, user.id)).body).toMatchObject({ device_tokens_targeted: 1 });
    // Its user comes back: the browser has made a new one, or the same address is registered again.
    await register(h, user.id, old);
    expect(await tokensOf(h, user.id)).toContain(old.endpoint);
  });

  test.each([401, 403, 400])(
    "stays when our token is refused (%i), and the push is tried again",
    async (status) => {
      const h = createWorld(VARS);
      const { mozilla } = givenServices(h);
      const { users } = await givenUsers(h, 1, 0);
      const to = await mozilla.subscribe();
      await register(h, users[0] ?? "", to);
      const ids = await givenDispatches(h, users);
      mozilla.failNext({ kind: "answer", status, body: { reason: "BadJwtToken" } });
      await deliverNow(h, ids);
      expect(await dispatchesOf(ids)).toMatchObject([
        { status: "queued", attempts: 1, error_code: "webpush_unauthorized" },
      ]);
      expect(await deviceOf(to.endpoint)).toMatchObject({ invalidated_at: null });
      h.clock.advance(60_000);
      await deliverNow(h, ids);
      expect(await dispatchesOf(ids)).toMatchObject([{ status: "sent" }]);
    },
  );

  test("that was made with another key stays, and its push fails and says why", async () => {
    const h = createHarness({ vars: VARS });
    const { mozilla } = givenServices(h);
    const user = await givenUser(h, { devices: 0 });
    const to = await mozilla.subscribe(SHOP.public_key);
    await register(h, user.id, to);
    expect((await push(h, user.id)).body).toMatchObject({
      status: "failed",
      error_code: "webpush_other_key",
    });
    expect(await tokensOf(h, user.id)).toEqual([to.endpoint]);
  });

  test("of an app by name is sent to with that app's own key", async () => {
    const h = createHarness({ vars: VARS });
    const { mozilla } = givenServices(h);
    const user = await givenUser(h, { devices: 0 });
    await register(h, user.id, await mozilla.subscribe(SHOP.public_key), { app: "shop" });
    expect((await push(h, user.id)).body).toMatchObject({ status: "sent", delivered_count: 1 });
    expect(mozilla.accepted[0]?.sender.publicKey).toBe(SHOP.public_key);
  });
});

test("a batch of 100 to browsers and phones costs the same round trips to D1 as one to phones", async () => {
  const h = createWorld(VARS);
  const { mozilla, apple } = givenServices(h);
  const { users } = await givenUsers(h, 100);
  const trips = async () => {
    const ids = await givenDispatches(h, users);
    h.meter.reset();
    await deliverNow(h, ids);
    expect((await dispatchesOf(ids)).map(({ status }) => status)).toEqual(ids.map(() => "sent"));
    return { trips: h.meter.trips, statements: h.meter.statements.length };
  };
  const toPhones = await trips();
  for (const [i, user] of users.entries()) {
    const to = await (i % 2 === 0 ? mozilla : apple).subscribe();
    await env.DB.prepare(
      `INSERT INTO device_tokens (token, user_id, provider, platform, keys, registered_at)
       VALUES (?, ?, 'webpush', 'web', ?, 0)`,
    )
      .bind(to.endpoint, user, JSON.stringify(to.keys))
      .run();
  }
  expect(await trips()).toEqual(toPhones);
  expect([mozilla.accepted.length, apple.accepted.length]).toEqual([50, 50]);
  // One signature for each service.
  const headers = [...mozilla.requests, ...apple.requests].map(({ headers }) => headers["authorization"]);
  expect(new Set(headers).size).toBe(2);
});

test("no log line has an endpoint, a key or what a push says", async () => {
  const h = createHarness({ vars: VARS });
  const { mozilla } = givenServices(h);
  const user = await givenUser(h, { devices: 0 });
  const to = await mozilla.subscribe();
  await register(h, user.id, to);
  mozilla.failNext({ kind: "drop" });
  mozilla.failNext({ kind: "html", status: 403 });
  for (let i = 0; i < 3; i++) await push(h, user.id, { title: "Private words" });
  expect(h.logged.length).toBeGreaterThan(0);
  for (const line of h.logged)
    for (const secret of [to.endpoint, to.keys.auth, to.keys.p256dh, "Private words", VAPID.privateKey])
      expect(line).not.toContain(secret);
});
