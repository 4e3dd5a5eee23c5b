import { env } from "cloudflare:workers";
import { beforeEach, expect, test, vi } from "vitest";
import { fcmTokenOf, serviceAccountOf } from "../../support/sandbox/fcm/account.ts";
import {
  createWorld,
  deliverNow,
  dispatchesOf,
  emptyTables,
  errorsOf,
  givenDispatches,
  givenUsers,
} from "../../support/pipeline.ts";
import { givenServices, register, VARS } from "./webpush-world.ts";

beforeEach(emptyTables);

test("a hundred pushes cost two round trips, whatever the mix of their devices' providers", async () => {
  const h = createWorld({
    ...VARS,
    PUSH_PROVIDERS: "expo,fcm,webpush",
    FCM_SERVICE_ACCOUNT: JSON.stringify(serviceAccountOf("tidings-test")),
  });
  const { mozilla, apple } = givenServices(h);
  const { users: phones } = await givenUsers(h, 40);
  const { users: androids } = await givenUsers(h, 40, 0);
  const { users: browsers } = await givenUsers(h, 20, 0);
  await env.DB.prepare(
    `INSERT INTO device_tokens (token, user_id, provider, platform, registered_at)
     SELECT value->>'token', value->>'user', 'fcm', 'android', 0 FROM json_each(?)`,
  )
    .bind(JSON.stringify(androids.map((user) => ({ user, token: fcmTokenOf(user) }))))
    .run();
  for (const [i, user] of browsers.entries())
    await register(h, user, await (i % 2 === 0 ? mozilla : apple).subscribe());
  // Turn about, so that each part of the round has all of them.
  const users = Array.from({ length: 40 }, (_, i) => [phones[i], androids[i], browsers[i]])
    .flat()
    .filter((user) => user !== undefined);
  const ids = await givenDispatches(h, users);
  h.meter.reset();
  expect(await deliverNow(h, ids)).toEqual(["ack"]);
  expect(h.meter.trips).toBe(2);
  expect((await dispatchesOf(ids)).map(({ status, delivered_count }) => [status, delivered_count])).toEqual(
    users.map(() => ["sent", 1]),
  );
  expect([h.expo.accepted.length, h.fcm.accepted.length]).toEqual([40, 40]);
  expect([mozilla.accepted.length, apple.accepted.length]).toEqual([10, 10]);
  expect(errorsOf(h)).toEqual([]);
});

test("each provider's devices are sent to at the same time: one that is slow keeps nothing from the others", async () => {
  const h = createWorld({
    PUSH_PROVIDERS: "expo,fcm",
    FCM_SERVICE_ACCOUNT: JSON.stringify(serviceAccountOf("tidings-test")),
  });
  const { users } = await givenUsers(h, 2);
  const [user = ""] = users;
  await env.DB.prepare(
    "INSERT INTO device_tokens (token, user_id, provider, platform, registered_at) VALUES (?, ?, 'fcm', 'android', 0)",
  )
    .bind(fcmTokenOf(user), user)
    .run();
  const ids = await givenDispatches(h, users);
  const { fetch: answer } = h.expo;
  h.expo.fetch = async (url, init) => {
    await vi.waitFor(() => expect(h.fcm.accepted).toHaveLength(1));
    return answer(url, init);
  };
  await deliverNow(h, ids);
  expect(await dispatchesOf(ids)).toMatchObject([
    { status: "sent", delivered_count: 2 },
    { status: "sent", delivered_count: 1 },
  ]);
});
