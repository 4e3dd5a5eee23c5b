import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { createPushChannel } from "../../../src/channels/push/adapter.ts";
import { PUSH_OPTIONS } from "../../../src/channels/push/options.ts";
import type { PushProvider } from "../../../src/channels/push/provider.ts";
import { expo } from "../../../src/channels/push/providers/expo/index.ts";
import { tokenKindsOf } from "../../../src/channels/push/token-kinds.ts";
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

describe("a token", () => {
  const known = { expo, pigeon: { ...expo, tokens: { accepts: isPigeon, name: "a pigeon's token" } } };
  function isPigeon(token: string) {
    return token.startsWith("pigeon:");
  }

  test("belongs to the provider that knows its shape, if that one is configured", () => {
    const h = createWorld();
    const alone = tokenKindsOf(known, h.deps.pushProviders);
    expect(alone.providerOf("ExponentPushToken[a]")).toBe("expo");
    expect(alone.providerOf("pigeon:a")).toBeNull();
    expect(alone.description).toBe("an Expo push token");

    const both = tokenKindsOf(known, [...h.deps.pushProviders, createPigeon().provider]);
    expect(both.providerOf("pigeon:a")).toBe("pigeon");
    expect(both.providerOf("crow:a")).toBeNull();
    expect(both.description).toBe("an Expo push token or a pigeon's token");
  });

  test("of any known kind can be registered in development", () => {
    const h = createWorld({ ENVIRONMENT: "development", PUSH_PROVIDERS: "log" });
    const kinds = tokenKindsOf(known, h.deps.pushProviders);
    expect(kinds.providerOf("ExponentPushToken[a]")).toBe("expo");
    expect(kinds.providerOf("pigeon:a")).toBe("pigeon");
    expect(kinds.providerOf("crow:a")).toBeNull();
  });
});
