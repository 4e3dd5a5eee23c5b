import { expect, test } from "vitest";
import { createKeyFetch } from "../../src/auth/key-server.ts";

const URL = "https://id.example.com/keys";
const KEYS = JSON.stringify({ keys: [] });

/** A clock on which waiting lets time pass. */
function sleepyClock() {
  let now = Date.UTC(2026, 2, 26);
  const sleep = async (ms: number) => {
    now += ms;
  };
  return { now: () => now, sleep };
}

/** A key server whose first `hanging` fetches never end. */
function givenHanging(hanging: number) {
  const server = { fetches: 0 };
  const ask = createKeyFetch(async () => {
    if (++server.fetches <= hanging) await new Promise(() => {});
    return new Response(KEYS);
  }, sleepyClock());
  for (let i = 0; i < hanging; i++) void ask(URL);
  return { server, ask };
}

test("a fetch that hangs does not keep the next one waiting", async () => {
  const { server, ask } = givenHanging(1);
  expect(await (await ask(URL)).text()).toBe(KEYS);
  expect(server.fetches).toBe(2);
});

test("while two hang there is no third one, and a request waits for 5 s in vain", async () => {
  const { server, ask } = givenHanging(2);
  await expect(ask(URL)).rejects.toThrow("does not answer");
  expect(server.fetches).toBe(2);
});
