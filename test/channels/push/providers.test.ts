import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { createPushChannel } from "../../../src/channels/push/adapter.ts";
import { PUSH_OPTIONS } from "../../../src/channels/push/options.ts";
import type { PushProvider } from "../../../src/channels/push/provider.ts";
import { deliver } from "../../../src/delivery/deliver.ts";
import { PAUSE_IS_OVERTAKEN } from "../../../src/notifications/pause/holds.ts";
import { pushBudget } from "../../../src/rate-limit/budgets.ts";
import type { Harness } from "../../support/harness.ts";
import {
  createWorld,
  deliverNow,
  deliveriesOf,
  dispatchOf,
  emptyTables,
  givenDispatches,
  givenPushes,
  givenUsers,
} from "../../support/pipeline.ts";

beforeEach(emptyTables);

/** A second push service, whose tokens begin with `pigeon:`. */
function createPigeon() {
  const sent: string[] = [];
  const provider: PushProvider = {
    name: "pigeon",
    devices: "own",
    options: PUSH_OPTIONS,
    pace: { ratePerSecond: 100, burst: 100 },
    maxPerRequest: 100,
    send: async (messages) => {
      sent.push(...messages.map(({ token }) => token));
      return {
        outcomes: messages.map(() => ({ kind: "accepted", messageId: null })),
        health: { kind: "ok" },
      };
    },
  };
  return { provider, sent };
}

/** A device of `provider` for each of `userIds`. */
const givenDevices = (userIds: readonly string[], provider: string) =>
  env.DB.prepare(
    `INSERT INTO device_tokens (token, user_id, provider, platform, registered_at)
     SELECT ?1 || ':' || value, value, ?1, 'ios', 0 FROM json_each(?2)`,
  )
    .bind(provider, JSON.stringify(userIds))
    .run();

/** Delivers these pushes over Expo and further providers. */
const deliverOver = (h: Harness, more: readonly PushProvider[], ids: readonly string[]) =>
  deliver(
    h.ctx,
    createPushChannel(
      [...h.deps.pushProviders, ...more],
      pushBudget(h.ctx),
      PAUSE_IS_OVERTAKEN,
      h.deps.types,
    ),
    [ids],
  );

const tokensAtExpo = (h: Harness) => h.expo.accepted.map(({ token }) => token);

describe("a user with devices of several providers", () => {
  test("gets a push on each device by its own provider, counted together", async () => {
    const h = createWorld();
    const pigeon = createPigeon();
    const { ids, users, tokens } = await givenPushes(h, 2);
    await givenDevices(users, "pigeon");
    await deliverOver(h, [pigeon.provider], ids);
    expect(tokensAtExpo(h).toSorted()).toEqual(tokens.toSorted());
    expect(pigeon.sent.toSorted()).toEqual(users.map((user) => `pigeon:${user}`).toSorted());
    for (const id of ids) {
      expect(await dispatchOf(id)).toMatchObject({
        status: "sent",
        targets: 2,
        delivered_count: 2,
        failed_count: 0,
        attempts: 1,
      });
      expect((await deliveriesOf(id)).map(({ status }) => status)).toEqual(["accepted", "accepted"]);
    }
  });

  test("gets it from each provider that is well; the others are asked again when their gates let them", async () => {
    const h = createWorld();
    const pigeon = createPigeon();
    let asked = 0;
    const tired: PushProvider = {
      ...pigeon.provider,
      send: async (messages) => {
        asked += 1;
        if (asked > 1) return pigeon.provider.send(messages);
        const outcome = { kind: "deferred", code: "throttled", message: "Later", afterMs: 60_000 } as const;
        return { outcomes: messages.map(() => outcome), health: { kind: "throttled", afterMs: 60_000 } };
      },
    };
    const first = await givenPushes(h);
    const second = await givenPushes(h);
    const users = [...first.users, ...second.users];
    const ids = [...first.ids, ...second.ids];
    await givenDevices(users, "pigeon");
    await deliverOver(h, [tired], first.ids);
    // The gate has heard of the pause: the provider is not asked for the second push.
    await deliverOver(h, [tired], second.ids);
    expect(asked).toBe(1);
    for (const id of ids)
      expect(await dispatchOf(id)).toMatchObject({ status: "queued", delivered_count: 1, failed_count: 0 });

    h.clock.advance(61_000);
    await deliverOver(h, [tired], ids);
    for (const id of ids)
      expect(await dispatchOf(id)).toMatchObject({ status: "sent", delivered_count: 2, failed_count: 0 });
    expect(tokensAtExpo(h)).toEqual([...first.tokens, ...second.tokens]);
    expect(pigeon.sent.toSorted()).toEqual(users.map((user) => `pigeon:${user}`).toSorted());
  });
});

describe("a further provider", () => {
  /** A pigeon that fails until `isWell`. */
  function createIll() {
    const pigeon = createPigeon();
    const state = { isWell: false, requests: [] as number[] };
    const provider: PushProvider = {
      ...pigeon.provider,
      send: async (messages) => {
        state.requests.push(messages.length);
        if (state.isWell) return pigeon.provider.send(messages);
        const outcome = { kind: "retry", code: "timeout", message: "Silence" } as const;
        return { outcomes: messages.map(() => outcome), health: { kind: "error" } };
      },
    };
    return { provider, state };
  }

  test("that is tried out in vain costs its deliveries no attempt", async () => {
    const h = createWorld();
    const { provider, state } = createIll();
    const { users } = await givenUsers(h, 1, 0);
    await givenDevices(users, "pigeon");
    // Five rounds that fail open its circuit.
    for (let i = 0; i < 5; i++) await deliverOver(h, [provider], await givenDispatches(h, users));
    expect(state.requests).toHaveLength(5);
    h.clock.advance(31_000);
    const [probe = ""] = await givenDispatches(h, users);
    await deliverOver(h, [provider], [probe]);
    expect(state.requests).toHaveLength(6);
    expect(await dispatchOf(probe)).toMatchObject({ status: "queued", attempts: 0 });
  });

  test("gets no more at once than it takes", async () => {
    const h = createWorld();
    const { provider, state } = createIll();
    state.isWell = true;
    const slow: PushProvider = {
      ...provider,
      maxPerRequest: 10,
      pace: { ratePerSecond: 10, burst: 10 },
    };
    const { users } = await givenUsers(h, 3, 0);
    for (const prefix of ["a", "b", "c", "d", "e", "f", "g", "h"])
      await env.DB.prepare(
        `INSERT INTO device_tokens (token, user_id, provider, platform, registered_at)
         SELECT ?1 || ':' || value, value, 'pigeon', 'ios', 0 FROM json_each(?2)`,
      )
        .bind(prefix, JSON.stringify(users))
        .run();
    const before = h.clock.now();
    await deliverOver(h, [slow], await givenDispatches(h, users));
    expect(state.requests).toEqual([10, 10, 4]);
    // The second ten wait for a second, the four after them for less than one more.
    expect(h.clock.now() - before).toBeGreaterThanOrEqual(1_000);
  });
});

describe("a user with devices of several apps", () => {
  test("gets a push on each with its own app's credentials, through gates of their own, counted together", async () => {
    const h = createWorld({
      EXPO_ACCESS_TOKENS: JSON.stringify({ kiosk: "kiosk-token", till: null }),
    });
    const { ids, users, tokens } = await givenPushes(h);
    for (const app of ["kiosk", "till", "gone"])
      await env.DB.prepare(
        `INSERT INTO device_tokens (token, user_id, provider, app, platform, registered_at)
         VALUES ('ExponentPushToken[' || ?1 || ?2 || ']', ?2, 'expo', ?1, 'ios', 0)`,
      )
        .bind(app, users[0] ?? "")
        .run();
    await deliverNow(h, ids);
    const [id = "", user = ""] = [ids[0], users[0]];
    expect(await dispatchOf(id)).toMatchObject({
      status: "sent",
      targets: 4,
      delivered_count: 3,
      failed_count: 1,
    });
    const to = (app: string) => `ExponentPushToken[${app}${user}]`;
    expect(tokensAtExpo(h)).toEqual([...tokens, to("kiosk"), to("till")]);
    expect(h.expo.requests.map(({ headers }) => headers["authorization"])).toEqual([
      undefined,
      "Bearer kiosk-token",
      undefined,
    ]);
    expect((await deliveriesOf(id)).map(({ provider, error }) => [provider, error])).toEqual([
      ["expo", null],
      ["expo:kiosk", null],
      ["expo:till", null],
      ["expo", "provider_not_configured"],
    ]);
  });
});

describe("a device of a provider that is not configured", () => {
  test("is given to no other provider, and counts as not reached", async () => {
    const h = createWorld();
    const { ids, users, tokens } = await givenPushes(h);
    await givenDevices(users, "pigeon");
    await deliverNow(h, ids);
    expect(tokensAtExpo(h)).toEqual(tokens);
    const [id = ""] = ids;
    expect(await dispatchOf(id)).toMatchObject({
      status: "sent",
      targets: 2,
      delivered_count: 1,
      failed_count: 1,
    });
    expect(await deliveriesOf(id)).toMatchObject([
      { status: "accepted", error: null },
      { status: "failed", error: "provider_not_configured" },
    ]);
  });

  test("fails a push that has no other device, and says why", async () => {
    const h = createWorld();
    const { users } = await givenUsers(h, 1, 0);
    await givenDevices(users, "pigeon");
    const [id = ""] = await givenDispatches(h, users);
    await deliverNow(h, [id]);
    expect(await dispatchOf(id)).toMatchObject({
      status: "failed",
      error_code: "provider_not_configured",
      targets: 1,
      failed_count: 1,
      attempts: 0,
    });
    expect(h.expo.requests).toEqual([]);
  });

  test("is sent to by a provider for development, which takes all", async () => {
    const h = createWorld({ ENVIRONMENT: "development", PUSH_PROVIDERS: "log" });
    const { ids, users } = await givenPushes(h);
    await givenDevices(users, "pigeon");
    await deliverNow(h, ids);
    expect(await dispatchOf(ids[0] ?? "")).toMatchObject({ status: "sent", delivered_count: 2 });
  });
});
