import { beforeAll, expect, test } from "vitest";
import { UNITS } from "../../src/insight/prices.ts";
import { type Costs, measureCosts } from "../proof/costs/measure.ts";
import type { Counts } from "../proof/costs/meter.ts";
import { NAMES } from "../proof/costs/operation.ts";

// `npm run costs` counts every operation, with up to a million rows. These are the exact numbers of the most frequent ones.

const ACTIVITIES = 500;
const MEASURED = new Set<string>([
  NAMES.send,
  NAMES.get,
  NAMES.device,
  NAMES.subscribe,
  NAMES.snapshot,
  NAMES.idle,
]);

let costs: Costs;
beforeAll(async () => {
  costs = await measureCosts({
    sizes: [1_000],
    busyActivities: ACTIVITIES,
    only: ({ name }) => MEASURED.has(name),
  });
}, 240_000);

const countsOf = (name: string): Counts | undefined =>
  costs.rows.find(({ operation }) => operation.name === name)?.at[0]?.counts;

const NO_QUEUE = { queueWrites: 0, queueReads: 0, queueDeletes: 0 };
const NOTHING_ELSE = { ...NO_QUEUE, objectRequests: 0, objectRows: 0, providerRequests: 0 };

test("a push costs three round trips, eight written rows and one message, from the request to its settlement", () => {
  const { rowsRead, ...counts } = countsOf(NAMES.send) ?? {};
  // Not exact: it does not matter which rows a plan reads twice.
  expect(rowsRead).toBeLessThan(65);
  expect(counts).toEqual({
    // The request and the queue's batch.
    invocations: 2,
    // Insert, claim, settle.
    trips: 3,
    // The row with its four index entries; the claim; the delivery; the outcome.
    rowsWritten: 8,
    queueWrites: 1,
    queueReads: 1,
    queueDeletes: 1,
    // The user's limiter and the provider's gate.
    objectRequests: 2,
    // The reservation.
    objectRows: 1,
    providerRequests: 1,
  });
});

test("looking at a push costs one round trip and one row", () => {
  expect(countsOf(NAMES.get)).toEqual({
    invocations: 1,
    trips: 1,
    rowsRead: 1,
    rowsWritten: 0,
    ...NOTHING_ELSE,
  });
});

test("a device costs one round trip", () => {
  expect(countsOf(NAMES.device)).toMatchObject({ trips: 1, rowsWritten: 4, ...NOTHING_ELSE });
});

test("a snapshot costs two round trips, and its own activities in the covering index", () => {
  expect(countsOf(NAMES.snapshot)).toMatchObject({
    trips: 2,
    // The subscription and its user twice: to take the snapshot, and to write it.
    rowsRead: ACTIVITIES + 9,
    rowsWritten: 2,
    ...NOTHING_ELSE,
  });
  const plans = costs.plans.filter(({ operations }) => operations.includes(NAMES.snapshot));
  const steps = plans.flatMap((plan) => plan.steps).filter((step) => /\ba\b/.test(step));
  expect(steps.length).toBeGreaterThan(0);
  for (const step of steps) expect(step).toContain("SEARCH a USING COVERING INDEX activities_by_user");
});

test("a minute in which nothing is due reads a few rows and writes when its jobs ran", () => {
  expect(countsOf(NAMES.idle)).toMatchObject({
    trips: 21,
    rowsRead: 42,
    rowsWritten: 10,
    ...NO_QUEUE,
    objectRequests: 2,
    objectRows: 0,
    providerRequests: 0,
  });
});

test("what the console prices is what was counted here", () => {
  const { rowsRead, requests, ...minute } = UNITS.minute;
  const idle = countsOf(NAMES.idle);
  expect(idle).toMatchObject({
    rowsRead,
    invocations: requests,
    rowsWritten: minute.rowsWritten,
    objectRequests: minute.objectRequests,
    objectRows: minute.objectRows,
  });
  // Its receipt costs nothing more where nothing is wrong, and 32 reservations are deleted together.
  const send = countsOf(NAMES.send);
  expect(UNITS.push).toMatchObject({
    requests: send?.invocations,
    rowsWritten: send?.rowsWritten,
    queueOperations: (send?.queueWrites ?? 0) + (send?.queueReads ?? 0) + (send?.queueDeletes ?? 0),
    objectRequests: send?.objectRequests,
    objectRows: (send?.objectRows ?? 0) + 1 / 32,
  });
});
