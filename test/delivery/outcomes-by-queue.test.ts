import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { splitSettlement } from "../../src/delivery/record-round.ts";
import { packRounds } from "../../src/delivery/deliver.ts";
import { reason } from "../../src/outbox/timeline.ts";
import { queueMessage } from "../../src/outbox/wake.ts";
import { settlementOf } from "../support/settlements.ts";

/** A settlement of as many dispatches, with so many devices each, every tenth of which is dead. */
function settlementWith(devices: readonly number[]) {
  let device = 0;
  const full = devices.map((count) => ({
    id: crypto.randomUUID(),
    devices: Array.from({ length: count }, () => device++),
  }));
  return settlementOf({
    claim_id: crypto.randomUUID(),
    claimed_at: Date.now(),
    verdicts: full.map(({ id }) => ({
      id,
      status: "queued",
      error_code: "expo_internal_error",
      error: "x".repeat(120),
      due_at: Date.now(),
      wake_at: Date.now(),
      slot_at: Date.now(),
      sent_at: Date.now(),
      entry: {
        did: "attempted",
        at: Date.now(),
        n: 5,
        outcome: "retry",
        provider: "expo",
        ms: 10_000,
        targets: 20,
        reached: 10,
        until: Date.now(),
        ...reason({ code: "expo_internal_error", message: "x".repeat(1_000) }),
      },
    })),
    deliveries: full.flatMap(({ id, devices: own }) =>
      own.map((device_id) => ({
        dispatch_id: id,
        device_id,
        status: "accepted" as const,
        provider: "expo",
        ticket_id: crypto.randomUUID(),
        error: null,
        accepted_at: Date.now(),
        receipt_due_at: Date.now(),
      })),
    ),
    gone: full.flatMap(({ devices: own }) =>
      own.filter((id) => id % 10 === 0).map((device_id) => ({ device_id, reason: "device_not_registered" })),
    ),
  });
}

/** A queue takes 128,000. */
const bytesOf = (body: unknown): number => new TextEncoder().encode(JSON.stringify(body)).length;

const devicesPerDispatch = fc.array(fc.nat(50), { minLength: 1, maxLength: 100 });

describe("outcomes that travel by queue", () => {
  test("fit into messages, and none is lost or doubled on the way", () => {
    fc.assert(
      fc.property(devicesPerDispatch, (devices) => {
        const whole = settlementWith(devices);
        const pieces = splitSettlement(whole);
        expect(pieces.flatMap((piece) => piece.verdicts)).toEqual(whole.verdicts);
        expect(pieces.flatMap((piece) => piece.deliveries)).toEqual(whole.deliveries);
        expect(pieces.flatMap((piece) => piece.gone)).toEqual(whole.gone);
        for (const settle of pieces) {
          expect(settle.claim_id).toBe(whole.claim_id);
          const body = { v: 1, settle };
          expect(queueMessage.parse(body)).toEqual(body);
          expect(bytesOf(body)).toBeLessThanOrEqual(102_400);
        }
      }),
      { numRuns: 40 },
    );
  });

  test.each(["x", "é", "漢"])(
    "fit into messages also if they are many without devices, in words of %s",
    (letter) => {
      const whole = settlementWith(Array.from({ length: 400 }, () => 0));
      for (const verdict of whole.verdicts) verdict.error = letter.repeat(200);
      const pieces = splitSettlement(whole);
      expect(pieces.flatMap((piece) => piece.verdicts)).toEqual(whole.verdicts);
      for (const settle of pieces) expect(bytesOf({ v: 1, settle })).toBeLessThanOrEqual(102_400);
      // They are not split finer than that.
      for (const settle of pieces.slice(0, -1)) expect(bytesOf({ v: 1, settle })).toBeGreaterThan(90_000);
    },
  );

  test("keep a dispatch's deliveries together with it, so that its counts are right at once", () => {
    const pieces = splitSettlement(settlementWith(Array.from({ length: 100 }, () => 50)));
    for (const piece of pieces) {
      const ids = new Set(piece.verdicts.map((verdict) => verdict.id));
      expect(piece.deliveries.every((delivery) => ids.has(delivery.dispatch_id))).toBe(true);
      expect(piece.deliveries).toHaveLength(50 * piece.verdicts.length);
    }
  });
});

describe("the ids of a batch's messages", () => {
  const id = fc.integer({ min: 0, max: 300 }).map(String);
  const messages = fc.array(fc.array(id, { maxLength: 100 }), { maxLength: 30 });

  test("come in rounds of no more than the size, each id once", () => {
    fc.assert(
      fc.property(messages, fc.integer({ min: 1, max: 100 }), (some, size) => {
        const rounds = packRounds(some, size);
        expect(rounds.flat().toSorted()).toEqual([...new Set(some.flat())].toSorted());
        expect(rounds.every((round) => round.length > 0 && round.length <= size)).toBe(true);
      }),
    );
  });

  test("stay together with those of their message where they fit", () => {
    fc.assert(
      fc.property(messages, (some) => {
        const rounds = packRounds(some, 100);
        const seen = new Set<string>();
        for (const message of some) {
          const fresh = [...new Set(message)].filter((one) => !seen.has(one));
          for (const one of fresh) seen.add(one);
          expect(
            rounds.filter((round) => fresh.some((one) => round.includes(one))).length,
          ).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});
