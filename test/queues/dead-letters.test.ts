import { beforeEach, describe, expect, test } from "vitest";
import { DAY } from "../../src/lib/clock.ts";
import {
  consumeAll,
  createWorld,
  dispatchOf,
  emptyTables,
  errorsOf,
  givenPushes,
  linesOf,
  live,
  timesGiven,
  waits,
  wakeUp,
} from "../support/pipeline.ts";
import { DEAD_LETTERS } from "../support/fake-queue.ts";
import { settlementOf } from "../support/settlements.ts";

beforeEach(emptyTables);

describe("a dead letter", () => {
  test("that was a wake-up call is logged with its number of ids, and its rows are found by the sweep", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 3);
    expect(await consumeAll(h, [wakeUp(ids)], DEAD_LETTERS)).toEqual(["ack"]);
    expect(linesOf(h)).toMatchObject([{ level: "warn", event: "dead_letter", kind: "wake_up", ids: 3 }]);
    // It was made, and the dead letter is counted. Each write ends with a look for webhooks.
    expect(h.meter.statements).toHaveLength(2 * 2);
    await live(h, 3);
    expect(timesGiven(h, ids)).toEqual([1, 1, 1]);
  });

  test("that cannot be read is logged without what it held", async () => {
    const h = createWorld();
    expect(await consumeAll(h, [{ secret: "kari@example.com" }, null], DEAD_LETTERS)).toEqual(["ack", "ack"]);
    expect(linesOf(h)).toMatchObject([{ kind: "unreadable" }, { kind: "unreadable" }]);
    expect(h.logged.join()).not.toContain("kari");
  });

  test("that holds outcomes is settled", async () => {
    const h = createWorld();
    const [id = ""] = (await givenPushes(h)).ids;
    await h.deps.bindings.DB.prepare("UPDATE dispatches SET status = 'sending', claim_id = 'c'").run();
    const settle = settlementOf({ claim_id: "c", verdicts: [{ id, status: "sent" }] });
    expect(await consumeAll(h, [{ v: 1, settle }], DEAD_LETTERS)).toEqual(["ack"]);
    expect(await dispatchOf(id)).toMatchObject({ status: "sent", claim_id: null });
  });
});

describe("outcomes among the dead letters while D1 is away", () => {
  const outcomes = (h: ReturnType<typeof createWorld>, channel: "push" | "email" = "push") => ({
    v: 1,
    settle: settlementOf({ channel, claimed_at: h.clock.now() }),
  });

  test.each(["push", "email"] as const)(
    "go back onto the queue of their channel (%s), and are soon tried again",
    async (channel) => {
      const h = createWorld();
      h.meter.away(true);
      const body = outcomes(h, channel);
      expect(await consumeAll(h, [body], DEAD_LETTERS)).toEqual(["ack"]);
      expect(h.queues.waiting.map((message) => message.body)).toEqual([body]);
      // Sooner than the sweep hands a lost lease to another (15 s after it has noticed).
      expect(waits(h, channel)).toEqual([5]);
    },
  );

  test("stay where they are while that queue is away as well", async () => {
    const h = createWorld();
    h.meter.away(true);
    h.queues.away = true;
    expect(await consumeAll(h, [outcomes(h)], DEAD_LETTERS)).toEqual([60]);
  });

  test("are given up after a day, loudly: then it is not D1", async () => {
    const h = createWorld();
    h.meter.away(true);
    const body = outcomes(h);
    h.clock.advance(DAY);
    expect(await consumeAll(h, [body], DEAD_LETTERS)).toEqual(["ack"]);
    expect(errorsOf(h)).toEqual(["outcomes_lost"]);
    expect(h.queues.waiting).toEqual([]);
  });

  test("do not keep the other dead letters from being handled", async () => {
    const h = createWorld();
    h.meter.away(true);
    expect(await consumeAll(h, [outcomes(h), wakeUp([]), 3], DEAD_LETTERS)).toEqual(["ack", "ack", "ack"]);
  });
});
