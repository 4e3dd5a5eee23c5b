import { beforeEach, expect, test, vi } from "vitest";
import { SECOND } from "../../src/lib/clock.ts";
import { createWorld, dispatchesOf, emptyTables, givenPushes, live, wakeUp } from "../support/pipeline.ts";

beforeEach(emptyTables);

test("a pause that one round is told stops the others of its invocation, whose permits are older", async () => {
  const h = createWorld();
  const { ids } = await givenPushes(h, 200);
  const { fetch: send } = h.expo;
  const refused = Promise.withResolvers<void>();
  const asked = vi.fn();
  h.expo.fetch = async (url, init) => {
    asked();
    if (asked.mock.calls.length > 1) return send(url, init);
    await refused.promise;
    return new Response("", { status: 429, headers: { "retry-after": "45" } });
  };
  const start = h.clock.now();
  // The second round is claimed while the first one is at the provider.
  const claiming = h.interrupts.stopAtNext("d1", "after", 2);
  for (const part of [ids.slice(0, 100), ids.slice(100)]) h.queues.put("push", wakeUp(part));
  const draining = h.drain();
  await claiming.reached;
  expect(asked).toHaveBeenCalledTimes(1);
  refused.resolve();
  await vi.waitFor(() => expect(h.interrupts.calls).toContain("gate.report"));
  claiming.release();
  await draining;
  expect(asked).toHaveBeenCalledTimes(1);
  expect(await dispatchesOf(ids)).toMatchObject(ids.map(() => ({ status: "queued", attempts: 0 })));
  await live(h, 3);
  expect(await dispatchesOf(ids)).toMatchObject(ids.map(() => ({ status: "sent", attempts: 1 })));
  expect(h.expo.accepted).toHaveLength(200);
  expect(h.expo.accepted.every(({ at }) => at >= start + 45 * SECOND)).toBe(true);
});
