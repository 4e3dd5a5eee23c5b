import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  createWorld,
  deliverNow,
  dispatchesOf,
  emptyTables,
  errorsOf,
  givenPushes,
  live,
  wakeUp,
} from "../support/pipeline.ts";

beforeEach(emptyTables);
afterEach(() => vi.restoreAllMocks());

describe("a bug in a provider", () => {
  test("costs its own messages an attempt, and the others of the round nothing", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 50, { devices: 4 });
    const [provider] = h.deps.pushProviders;
    if (provider === undefined) throw new Error("no provider");
    vi.spyOn(provider, "send").mockRejectedValueOnce(new Error("a bug"));
    await deliverNow(h, ids);
    expect(errorsOf(h)).toEqual(["provider_threw"]);
    const first = await dispatchesOf(ids.slice(0, 25));
    expect(first).toMatchObject(
      first.map(() => ({ status: "queued", attempts: 1, error_code: "provider_fault" })),
    );
    const second = await dispatchesOf(ids.slice(25));
    expect(second).toMatchObject(second.map(() => ({ status: "sent", attempts: 1, delivered_count: 4 })));
  });

  test("that forgets messages does not send them for ever", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 2);
    const [provider] = h.deps.pushProviders;
    if (provider === undefined) throw new Error("no provider");
    vi.spyOn(provider, "send").mockResolvedValue({ outcomes: [], health: { kind: "ok" } });
    h.queues.put("push", wakeUp(ids));
    await live(h, 4 * 60);
    expect(await dispatchesOf(ids)).toMatchObject(
      ids.map(() => ({ status: "failed", attempts: 6, error_code: "provider_fault" })),
    );
  });
});
