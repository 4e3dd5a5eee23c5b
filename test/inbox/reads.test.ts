import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import { MAX_SOCKETS } from "../../src/inbox/live/protocol.ts";
import { createHarness } from "../support/harness.ts";
import { aReader, givenMessages, givenTab, objectOf, until } from "./world.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The reads of the objects: each opens a session of its own. */
function watchReads() {
  const prototype: D1Database = Object.getPrototypeOf(env.DB);
  return vi.spyOn(prototype, "withSession");
}

afterEach(() => void vi.restoreAllMocks());

// First, so that no object of another test takes the fault.
test("a read that fails is made again after 10 s, though no client asks", async () => {
  const h = createHarness();
  const reader = aReader();
  const tab = await givenTab(h, reader);
  const stub = objectOf(reader);
  const alarmIn = () =>
    runInDurableObject(stub, async (_, { storage }) => ((await storage.getAlarm()) ?? Infinity) - Date.now());
  expect(await alarmIn()).toBeGreaterThan(60_000);

  await givenMessages(h, reader.sub, 1);
  const logged = vi.spyOn(console, "error").mockImplementation(() => {});
  watchReads().mockImplementationOnce(() => {
    throw new Error("D1 is away");
  });
  tab.sync();
  await until(() => logged.mock.calls.join().includes("inbox_look_failed"), "the failure");
  await until(async () => (await alarmIn()) <= 10_000, "an alarm within 10 s");
  expect(tab.shown.size).toBe(0);
  await runDurableObjectAlarm(stub);
  await until(() => tab.shown.size === 1, "the message");
});

test("clients on 20 connections that ask at once and again and again are read for five times a second", async () => {
  const h = createHarness();
  const reader = aReader();
  const tabs = await Promise.all(Array.from({ length: MAX_SOCKETS }, () => givenTab(h, reader)));
  const reads = watchReads();
  const start = Date.now();
  for (let i = 0; i < 25; i++) {
    for (const tab of tabs) tab.sync();
    await pause(40);
  }
  await until(() => tabs.every(({ inStep }) => inStep), "the last answers");
  const seconds = (Date.now() - start) / 1_000;
  expect(reads.mock.calls.length).toBeGreaterThan(1);
  expect(reads.mock.calls.length).toBeLessThanOrEqual(2 + 5 * seconds);
});
