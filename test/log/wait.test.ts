import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import type { Ctx } from "../../src/ctx.ts";
import { SECOND } from "../../src/lib/clock.ts";
import { awaitOutcome, readDispatches } from "../../src/log/read.ts";
import { createWorld, dispatchesOf, emptyTables, givenPushes } from "../support/pipeline.ts";

beforeEach(emptyTables);

/** A context that notes how long it sleeps, and does something while it does. */
function sleeping(ctx: Ctx, meanwhile: (slept: number) => Promise<unknown> = () => Promise.resolve()) {
  const sleeps: number[] = [];
  const sleep = async (ms: number) => {
    sleeps.push(ms);
    await meanwhile(sleeps.length);
  };
  return { sleeps, ctx: { ...ctx, clock: { ...ctx.clock, sleep } } };
}

const settle = (id: string | undefined) =>
  env.DB.prepare("UPDATE dispatches SET status = 'sent', attempts = 1 WHERE id = ?").bind(id).run();

describe("waiting for an outcome", () => {
  test("looks five times, at ever longer distances, and no longer than it may", async () => {
    const h = createWorld();
    const known = await dispatchesOf((await givenPushes(h, 2)).ids);
    const { ctx, sleeps } = sleeping(h.ctx);
    await awaitOutcome(ctx, known, 3 * SECOND);
    expect(sleeps).toEqual([100, 200, 500, 1_000, 1_200]);
  });

  test("goes on while one of them is not settled, and ends when all are", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 2);
    const { ctx, sleeps } = sleeping(h.ctx, (slept) => settle(ids[slept - 1]));
    const seen = await awaitOutcome(ctx, await dispatchesOf(ids), 3 * SECOND);
    expect(sleeps).toHaveLength(2);
    expect(seen.map(({ id, status }) => [id, status])).toEqual(ids.map((id) => [id, "sent"]));
  });

  test("looks at nothing when it may not wait", async () => {
    const h = createWorld();
    const known = await dispatchesOf((await givenPushes(h)).ids);
    const { ctx, sleeps } = sleeping(h.ctx);
    h.meter.reset();
    expect(await awaitOutcome(ctx, known, 0)).toEqual(known);
    expect([sleeps.length, h.meter.trips]).toEqual([0, 0]);
  });
});

test("only the dispatches that are asked for are read", async () => {
  const h = createWorld();
  const { ids } = await givenPushes(h, 3);
  const read = await readDispatches(h.ctx, ids.slice(0, 2));
  expect(read.map(({ id }) => id)).toEqual(ids.slice(0, 2).toSorted());
});
