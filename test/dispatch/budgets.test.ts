import { beforeEach, describe, expect, test } from "vitest";
import type { Harness } from "../support/harness.ts";
import { consumeAll, createWorld, dispatchesOf, emptyTables, errorsOf, givenPushes, wakeUp } from "../support/pipeline.ts";

beforeEach(emptyTables);

const CLAIM_AND_SETTLE = 2;

async function consume(h: Harness, bodies: readonly unknown[]) {
  h.meter.reset();
  h.interrupts.reset();
  const answers = await consumeAll(h, bodies);
  const count = (prefix: string) => h.interrupts.calls.filter((name) => name.startsWith(prefix)).length;
  return {
    answers,
    trips: h.meter.trips,
    rowsWritten: h.meter.rowsWritten,
    requests: count("fetch"),
    gate: count("gate"),
    limiter: count("limiter"),
    queue: count("queue"),
  };
}

describe("a consumer", () => {
  test("sends a hundred pushes of one message in two round trips and one request", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 100);
    const cost = await consume(h, [wakeUp(ids)]);
    console.log(cost);
    expect(cost).toMatchObject({ answers: ["ack"], trips: CLAIM_AND_SETTLE, requests: 1, gate: 1, limiter: 0, queue: 0 });
    expect((await dispatchesOf(ids)).every((dispatch) => dispatch.status === "sent")).toBe(true);
    expect(errorsOf(h)).toEqual([]);
  });

  test("sends a hundred messages of one push each at the cost of one message of a hundred", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 100);
    const cost = await consume(
      h,
      ids.map((id) => wakeUp([id])),
    );
    expect(cost).toMatchObject({ trips: CLAIM_AND_SETTLE, requests: 1, gate: 1, limiter: 0, queue: 0 });
    expect(cost.answers).toEqual(ids.map(() => "ack"));
    expect((await dispatchesOf(ids)).every((dispatch) => dispatch.status === "sent")).toBe(true);
  });

  test("needs two round trips also for three devices each, and a request for each hundred devices", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 100, { devices: 3 });
    const cost = await consume(h, [wakeUp(ids)]);
    console.log(cost);
    expect(cost).toMatchObject({ trips: CLAIM_AND_SETTLE, requests: 3, limiter: 0, queue: 0 });
    expect(cost.gate).toBeLessThanOrEqual(3);
    expect(h.expo.requests.map((request) => request.size)).toEqual([100, 100, 100]);
  });
});
