import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { fetchReceipts } from "../../../src/channels/push/receipts.ts";
import { DAY, HOUR, MINUTE } from "../../../src/lib/clock.ts";
import type { Harness } from "../../support/harness.ts";
import {
  createWorld,
  deliveriesOf,
  deliverNow,
  dispatchOf,
  emptyTables,
  givenPushes,
} from "../../support/pipeline.ts";

beforeEach(emptyTables);

const DEAD = "DeviceNotRegistered";
const AFTER = 15 * MINUTE;

async function givenAccepted(h: Harness, more: Parameters<typeof givenPushes>[2] = {}) {
  const given = await givenPushes(h, 1, more);
  await deliverNow(h, given.ids);
  h.expo.requests.length = 0;
  return given;
}

const receipts = (h: Harness) => fetchReceipts(h.ctx, h.deps.pushProviders);

describe("a receipt that does not come", () => {
  test("is asked for each quarter of an hour, until Expo has forgotten it after a day", async () => {
    const h = createWorld();
    h.expo.settings.receiptDelayMs = 2 * DAY;
    const { ids } = await givenAccepted(h);
    const before = await dispatchOf(ids[0] ?? "");
    const start = h.clock.now();
    while (h.clock.now() < start + 30 * HOUR) {
      await receipts(h);
      await receipts(h);
      h.clock.advance(AFTER);
    }
    const asked = h.expo.requests.map(({ at }) => (at - start) / AFTER);
    expect(asked).toEqual(Array.from({ length: 96 }, (_, i) => i + 1));
    expect(await dispatchOf(ids[0] ?? "")).toEqual(before);
  });

  test("because Expo is away or makes no sense, is asked for again", async () => {
    const h = createWorld();
    const { ids, tokens } = await givenAccepted(h);
    h.expo.settings.receiptErrors.set(tokens[0] ?? "", DEAD);
    const faults = [
      { kind: "drop" },
      { kind: "garbage" },
      { kind: "throttle" },
      { kind: "status", status: 500 },
    ] as const;
    for (const fault of faults) {
      h.clock.advance(AFTER);
      h.expo.failNext(fault, 1, "receipts");
      expect(await receipts(h)).toBe(1);
      expect(await dispatchOf(ids[0] ?? "")).toMatchObject({ status: "sent", delivered_count: 1 });
    }
    h.clock.advance(AFTER);
    await receipts(h);
    expect(await dispatchOf(ids[0] ?? "")).toMatchObject({ status: "failed", delivered_count: 0 });
  });

  test("because its provider is no longer configured, is given up after a day", async () => {
    const h = createWorld();
    await givenAccepted(h);
    h.clock.advance(AFTER);
    expect(await fetchReceipts(h.ctx, [])).toBe(1);
    h.clock.advance(DAY);
    expect(await fetchReceipts(h.ctx, [])).toBe(1);
    h.clock.advance(DAY);
    expect(await fetchReceipts(h.ctx, [])).toBe(0);
  });

  test.each(["before", "after"] as const)(
    "because D1 failed to write what it said (%s it was committed), is asked for again to the same effect",
    async (when) => {
      const h = createWorld();
      const { ids, tokens } = await givenAccepted(h, { fallback: "in_app" });
      h.expo.settings.receiptErrors.set(tokens[0] ?? "", DEAD);
      h.clock.advance(AFTER);
      const asked = h.interrupts.stopAtNext("fetch", "after");
      const failing = receipts(h);
      await asked.reached;
      h.meter.failNext(when, "D1_ERROR: D1 DB is overloaded.");
      asked.release();
      await expect(failing).rejects.toThrow("overloaded");
      expect(await dispatchOf(ids[0] ?? "")).toMatchObject({ status: when === "before" ? "sent" : "failed" });
      h.clock.advance(AFTER);
      await receipts(h);
      expect(await dispatchOf(ids[0] ?? "")).toMatchObject({ status: "failed", error_code: "undelivered" });
      expect(await env.DB.prepare("SELECT count(*) AS n FROM dispatches").first("n")).toBe(2);
    },
  );

  test("because D1 did not take it, is asked for again", async () => {
    const h = createWorld();
    await givenAccepted(h);
    h.clock.advance(AFTER);
    h.meter.failNext("before", "D1_ERROR: too much");
    await expect(receipts(h)).rejects.toThrow("too much");
    expect(await receipts(h)).toBe(1);
    expect(await receipts(h)).toBe(0);
  });
});

describe("a receipt of a ticket", () => {
  test("that a later one has replaced changes nothing", async () => {
    const h = createWorld();
    const { ids } = await givenAccepted(h);
    const [id = ""] = ids;
    h.clock.advance(AFTER);
    const asked = h.interrupts.stopAtNext("fetch", "after");
    h.expo.settings.receiptErrors.set(h.expo.accepted[0]?.token ?? "", DEAD);
    const looking = receipts(h);
    await asked.reached;
    await env.DB.prepare("UPDATE deliveries SET ticket_id = 'newer'").run();
    asked.release();
    await looking;
    expect(await dispatchOf(id)).toMatchObject({ status: "sent", delivered_count: 1 });
    expect(await deliveriesOf(id)).toMatchObject([{ status: "accepted", ticket_id: "newer" }]);
  });
});
