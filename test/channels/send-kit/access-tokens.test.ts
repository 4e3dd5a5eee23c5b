import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { createAccessTokens } from "../../../src/channels/send-kit/access-tokens/client.ts";
import type { Mint, Minted } from "../../../src/channels/send-kit/access-tokens/access-tokens.ts";
import { mint as newName } from "../../support/harness.ts";
import { standIn } from "../../support/stand-in.ts";

const HOUR = 3_600_000;

/** Isolates with one clock, that share what an account's tokens are minted by. */
function createWorld() {
  const clock = { at: 1_000_000, now: () => clock.at, sleep: async () => {} };
  const errors: string[] = [];
  const log = {
    info() {},
    warn() {},
    error: (event: string) => void errors.push(event),
    with: () => log,
  };
  const name = newName("account");
  let asked = 0;
  let next: () => Promise<Minted> = async () => ({
    kind: "token",
    token: { value: `token-${asked}`, freshUntil: clock.at + HOUR },
  });
  const mint: Mint = () => {
    asked += 1;
    return next();
  };
  return {
    clock,
    errors,
    name,
    mint,
    asked: () => asked,
    answer: (how: typeof next) => void (next = how),
    isolate: (namespace = env.ACCESS_TOKENS) => createAccessTokens(namespace, clock, log)(name, mint),
  };
}

let world = createWorld();
beforeEach(() => void (world = createWorld()));

const valueOf = (minted: Minted) => (minted.kind === "token" ? minted.token.value : minted.code);

describe("an account's access token", () => {
  test("is minted once for a hundred isolates that begin at the same time", async () => {
    const all = await Promise.all(Array.from({ length: 100 }, () => world.isolate().get()));
    expect([new Set(all.map(valueOf)), world.asked()]).toEqual([new Set(["token-1"]), 1]);
  });

  test("is kept by each isolate: the object is asked once", async () => {
    let calls = 0;
    const counted = standIn(env.ACCESS_TOKENS, {
      getByName: (name: string) => {
        calls += 1;
        return env.ACCESS_TOKENS.getByName(name);
      },
    });
    const isolate = world.isolate(counted);
    for (let i = 0; i < 5; i++) expect(valueOf(await isolate.get())).toBe("token-1");
    expect([calls, world.asked()]).toEqual([1, 1]);
  });

  test("is replaced before it expires, once for all", async () => {
    const isolates = [world.isolate(), world.isolate()];
    await Promise.all(isolates.map((isolate) => isolate.get()));
    world.clock.at += HOUR;
    const all = await Promise.all(isolates.map((isolate) => isolate.get()));
    expect([all.map(valueOf), world.asked()]).toEqual([["token-2", "token-2"], 2]);
  });

  test("that was refused is replaced once, whoever meets the refusal", async () => {
    const isolates = [world.isolate(), world.isolate(), world.isolate()];
    await Promise.all(isolates.map((isolate) => isolate.get()));
    const again = await Promise.all(isolates.map((isolate) => isolate.get("token-1")));
    expect([again.map(valueOf), world.asked()]).toEqual([["token-2", "token-2", "token-2"], 2]);
  });

  test("is another for another key", async () => {
    const other = createWorld();
    expect([await world.isolate().get(), await other.isolate().get()].map(valueOf)).toEqual([
      "token-1",
      "token-1",
    ]);
    expect([world.asked(), other.asked()]).toEqual([1, 1]);
  });
});

describe("a token endpoint that fails", () => {
  const FAILED: Minted = { kind: "failed", code: "away", afterMs: 7 };

  test("is asked once by all who come meanwhile, and by nobody for a second after that", async () => {
    world.answer(async () => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      return FAILED;
    });
    const isolates = Array.from({ length: 20 }, () => world.isolate());
    const all = await Promise.all(isolates.map((isolate) => isolate.get()));
    expect(all).toEqual(Array(20).fill(FAILED));
    expect(world.asked()).toBe(1);
    await isolates[0]?.get();
    expect(world.asked()).toBe(1);
    world.clock.at += 1_000;
    await isolates[0]?.get();
    expect(world.asked()).toBe(2);
  });

  test("does not end the token that is still good", async () => {
    const isolate = world.isolate();
    await isolate.get();
    world.answer(async () => FAILED);
    expect(valueOf(await isolate.get())).toBe("token-1");
    expect(valueOf(await isolate.get("token-1"))).toBe("away");
  });
});

test("a caller that dies while it mints leaves the turn to the next", async () => {
  const { promise, reject } = Promise.withResolvers<Minted>();
  world.answer(() => promise);
  const dying = env.ACCESS_TOKENS.getByName(world.name).get(world.clock.now(), null, world.mint);
  while (world.asked() === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  world.answer(async () => ({
    kind: "token",
    token: { value: "second", freshUntil: world.clock.at + HOUR },
  }));
  const waiting = world.isolate().get();
  reject(new Error("The isolate is gone"));
  expect(await dying).toBeNull();
  expect([valueOf(await waiting), world.asked()]).toEqual(["second", 2]);
});

test("without its object an isolate mints for itself, and says so", async () => {
  const away = standIn(env.ACCESS_TOKENS, {
    getByName: () => {
      throw new Error("The object is overloaded");
    },
  });
  const isolate = world.isolate(away);
  expect([valueOf(await isolate.get()), valueOf(await isolate.get())]).toEqual(["token-1", "token-1"]);
  expect([world.asked(), world.errors]).toEqual([1, ["access_tokens_failed"]]);
});
