import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { fcmTokenOf, serviceAccountOf } from "../../../support/sandbox/fcm/account.ts";
import { createDeps } from "../../../../src/deps.ts";
import { consumeQueue } from "../../../../src/queues/index.ts";
import type { Harness } from "../../../support/harness.ts";
import {
  createWorld,
  deliverNow,
  deliveriesOf,
  dispatchOf,
  emptyTables,
  givenDispatches,
  givenUsers,
} from "../../../support/pipeline.ts";

beforeEach(emptyTables);

const VARS = {
  PUSH_PROVIDERS: "expo,fcm",
  FCM_SERVICE_ACCOUNT: JSON.stringify(serviceAccountOf("tidings-test")),
  FCM_SERVICE_ACCOUNTS: JSON.stringify({ kiosk: serviceAccountOf("kiosk-test") }),
};

/** A device of FCM for each of `userIds`. */
async function givenFcmDevices(userIds: readonly string[], app: string | null = null, prefix = "") {
  const rows = userIds.map((user) => ({ user, token: fcmTokenOf(`${prefix}${user}`) }));
  await env.DB.prepare(
    `INSERT INTO device_tokens (token, user_id, provider, app, platform, registered_at)
     SELECT value->>'token', value->>'user', 'fcm', ?1, 'android', 0 FROM json_each(?2)`,
  )
    .bind(app, JSON.stringify(rows))
    .run();
  return rows.map(({ token }) => token);
}

const asked = ({ fcm }: Harness, endpoint: "token" | "send") =>
  fcm.requests.filter((request) => request.endpoint === endpoint);

describe("a user with devices at Expo and FCM, of two apps", () => {
  test("gets one push, counted together", async () => {
    const h = createWorld(VARS);
    const { users } = await givenUsers(h, 1);
    const tokens = [...(await givenFcmDevices(users)), ...(await givenFcmDevices(users, "kiosk", "k"))];
    const ids = await givenDispatches(h, users);
    await deliverNow(h, ids);
    expect(h.fcm.accepted.map(({ token, project }) => [project, token])).toEqual([
      ["tidings-test", tokens[0]],
      ["kiosk-test", tokens[1]],
    ]);
    expect(h.expo.accepted).toHaveLength(1);
    expect(await dispatchOf(ids[0] ?? "")).toMatchObject({
      status: "sent",
      targets: 3,
      delivered_count: 3,
      failed_count: 0,
      attempts: 1,
    });
    // FCM has no receipts.
    expect(
      (await deliveriesOf(ids[0] ?? "")).map((row) => [row.provider, row.receipt_due_at === null]),
    ).toEqual([
      ["expo", false],
      ["fcm", true],
      ["fcm:kiosk", true],
    ]);
  });

  test("loses a device that FCM no longer knows, and no other", async () => {
    const h = createWorld(VARS);
    const { users } = await givenUsers(h, 1);
    const [token = ""] = await givenFcmDevices(users);
    h.fcm.settings.tokenErrors.set(token, "UNREGISTERED");
    const ids = await givenDispatches(h, users);
    await deliverNow(h, ids);
    expect(await dispatchOf(ids[0] ?? "")).toMatchObject({
      status: "sent",
      delivered_count: 1,
      failed_count: 1,
    });
    const { results } = await env.DB.prepare(
      "SELECT provider, invalid_reason FROM device_tokens ORDER BY id",
    ).all();
    expect(results).toEqual([
      { provider: "expo", invalid_reason: null },
      { provider: "fcm", invalid_reason: "device_not_registered" },
    ]);
  });

  test("gets the rest when an app's account works again; the other app's pushes do not wait", async () => {
    const h = createWorld(VARS);
    const { users } = await givenUsers(h, 1, 0);
    await givenFcmDevices(users);
    await givenFcmDevices(users, "kiosk", "k");
    h.fcm.accounts.delete(serviceAccountOf("kiosk-test").client_email);
    const ids = await givenDispatches(h, users);
    await deliverNow(h, ids);
    expect(h.fcm.accepted.map(({ project }) => project)).toEqual(["tidings-test"]);
    expect(await dispatchOf(ids[0] ?? "")).toMatchObject({ status: "queued", delivered_count: 1 });
    expect((await deliveriesOf(ids[0] ?? "")).map(({ error }) => error)).toEqual([null, "fcm_refused_key"]);
  });
});

describe("a round of a hundred pushes through FCM", () => {
  /** What delivering costs: D1 round trips, and calls of Durable Objects and providers. */
  async function costOf(h: Harness, ids: readonly string[]) {
    h.meter.reset();
    h.interrupts.reset();
    await deliverNow(h, ids);
    const { calls } = h.interrupts;
    const count = (name: string) => calls.filter((call) => call.startsWith(name)).length;
    return {
      trips: h.meter.trips,
      written: h.meter.rowsWritten,
      gate: count("gate"),
      access: count("access"),
      fetch: count("fetch"),
    };
  }

  test("costs the same D1 round trips and rows as through Expo, and a request for each device", async () => {
    const expo = createWorld({ PUSH_PROVIDERS: "expo" });
    const atExpo = await givenUsers(expo, 100);
    const plain = await costOf(expo, await givenDispatches(expo, atExpo.users));

    const h = createWorld({ ...VARS, PUSH_PROVIDERS: "fcm" });
    const { users } = await givenUsers(h, 100, 0);
    await givenFcmDevices(users);
    // As a registration leaves it: it is noted once a day that a device is in use.
    await env.DB.prepare("UPDATE device_tokens SET last_used_at = ?").bind(h.clock.now()).run();
    const cost = await costOf(h, await givenDispatches(h, users));
    expect([cost.trips, cost.gate]).toEqual([plain.trips, plain.gate]);
    expect(cost.written).toBe(plain.written);
    // The access token, and the hundred.
    expect([cost.access, cost.fetch]).toEqual([1, 101]);
    expect(new Set(h.fcm.accepted.map(({ token }) => token)).size).toBe(100);

    const warm = await costOf(h, await givenDispatches(h, users));
    expect([warm.trips, warm.access, warm.fetch]).toEqual([plain.trips, 0, 100]);
  });

  test("has six connections open, and no more", async () => {
    const h = createWorld({ ...VARS, PUSH_PROVIDERS: "fcm" });
    const { users } = await givenUsers(h, 40, 0);
    await givenFcmDevices(users);
    h.fcm.settings.latencyMs = 5;
    await deliverNow(h, await givenDispatches(h, users));
    expect([h.fcm.open.most, h.fcm.accepted.length]).toEqual([6, 40]);
  });

  test("mixed with Expo's costs the same D1 round trips", async () => {
    const h = createWorld(VARS);
    const { users } = await givenUsers(h, 100);
    await givenFcmDevices(users);
    const cost = await costOf(h, await givenDispatches(h, users));
    expect([cost.trips, h.expo.accepted.length, h.fcm.accepted.length]).toEqual([2, 100, 100]);
  });

  test("whose access token ends in the middle arrives once on each device", async () => {
    const h = createWorld({ ...VARS, PUSH_PROVIDERS: "fcm" });
    const { users } = await givenUsers(h, 30, 0);
    const tokens = await givenFcmDevices(users);
    const stopped = h.interrupts.stopAtNext("fetch", "after", 12);
    const delivering = deliverNow(h, await givenDispatches(h, users));
    await stopped.reached;
    h.fcm.revokeTokens();
    stopped.release();
    await delivering;
    expect(h.fcm.accepted.map(({ token }) => token).toSorted()).toEqual(tokens.toSorted());
    expect(asked(h, "token")).toHaveLength(2);
  });

  test("meets a quota: the rest waits as long as FCM asks, spends no attempt, and arrives", async () => {
    const h = createWorld({ ...VARS, PUSH_PROVIDERS: "fcm" });
    const { users } = await givenUsers(h, 20, 0);
    const tokens = await givenFcmDevices(users);
    h.fcm.settings.ratePerMinute = 7;
    const ids = await givenDispatches(h, users);
    await deliverNow(h, ids);
    expect(h.fcm.accepted).toHaveLength(7);
    const rows = await Promise.all(ids.map((id) => dispatchOf(id)));
    expect(rows.filter(({ status }) => status === "sent")).toHaveLength(7);
    expect(rows.filter(({ status, attempts }) => status === "queued" && attempts === 0)).toHaveLength(13);
    // Nothing goes while it rests.
    h.clock.advance(30_000);
    await deliverNow(h, ids);
    expect(h.fcm.accepted).toHaveLength(7);
    h.clock.advance(40_000);
    h.fcm.settings.ratePerMinute = null;
    await deliverNow(h, ids);
    expect(h.fcm.accepted.map(({ token }) => token).toSorted()).toEqual(tokens.toSorted());
  });

  test("that FCM does not answer ends in time, and costs no push more than one attempt", async () => {
    const h = createWorld({ ...VARS, PUSH_PROVIDERS: "fcm" });
    const { users } = await givenUsers(h, 30, 0);
    await givenFcmDevices(users);
    h.fcm.failNext({ kind: "drop" }, 100);
    const ids = await givenDispatches(h, users);
    await deliverNow(h, ids);
    // One for each connection: after that the project is known to be unreachable.
    expect(asked(h, "send")).toHaveLength(6);
    const attempts = await Promise.all(ids.map(async (id) => (await dispatchOf(id)).attempts));
    expect(attempts.filter((count) => count === 1)).toHaveLength(6);
    expect(attempts.filter((count) => count === 0)).toHaveLength(24);
  });
});

test("two isolates that begin at the same time share one access token", async () => {
  const h = createWorld({ ...VARS, PUSH_PROVIDERS: "fcm" });
  const second: Harness = {
    ...h,
    deps: createDeps(h.deps.bindings, h.deps),
    consume: (batch) => consumeQueue(second.deps, batch),
  };
  const { users } = await givenUsers(h, 20, 0);
  await givenFcmDevices(users);
  const ids = await givenDispatches(h, users);
  await Promise.all([deliverNow(h, ids.slice(0, 10)), deliverNow(second, ids.slice(10))]);
  expect([asked(h, "token").length, h.fcm.accepted.length]).toEqual([1, 20]);
  expect(h.interrupts.calls.filter((call) => call.startsWith("access"))).toHaveLength(2);
});
