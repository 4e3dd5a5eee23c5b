import { beforeEach, describe, expect, test } from "vitest";
import { consume, MAX_SETTLEMENTS } from "../../src/delivery/consume.ts";
import type { Ctx } from "../../src/ctx.ts";
import type { RegisteredChannel } from "../../src/delivery/channel.ts";
import { queueMessage } from "../../src/outbox/wake.ts";
import { DEAD_LETTERS } from "../support/fake-queue.ts";
import type { Harness } from "../support/harness.ts";
import { settlementOf } from "../support/settlements.ts";
import {
  batchOf,
  consumeAll,
  createWorld,
  dispatchesOf,
  dispatchOf,
  emptyTables,
  errorsOf,
  givenPushes,
  timesGiven,
  wakeUp,
} from "../support/pipeline.ts";

beforeEach(emptyTables);

const ID = "01890a5d-ac96-774b-bcce-b302099a8057";

/** Bodies that nobody of ours sends. */
const POISON: [string, unknown][] = [
  ["nothing", undefined],
  ["null", null],
  ["a number", 7],
  ["a string", "wake up"],
  ["an array", [ID]],
  ["an empty object", {}],
  ["another version", { v: 2, channel: "push", ids: [ID] }],
  ["an unknown channel", { v: 1, channel: "pigeon", ids: [ID] }],
  ["ids that are none", { v: 1, channel: "push", ids: ["1' OR 1=1", 3] }],
  ["too many ids", { v: 1, channel: "push", ids: Array.from({ length: 101 }, () => ID) }],
  ["half a settlement", { v: 1, settle: { channel: "push", claim_id: "c", verdicts: [] } }],
  [
    "a settlement of a wrong status",
    { v: 1, settle: settlementOf({ verdicts: [{ id: ID, status: "sending" }] }) },
  ],
];

const unasked = () => Promise.reject(new Error("no message was for this channel"));

/** A context in which channels deliver like this, and the others must not be asked. */
const contextWith = ({ ctx }: Harness, deliver: Record<string, RegisteredChannel["deliver"]>): Ctx => ({
  ...ctx,
  channels: new Map(
    [...ctx.channels].map(([name, channel]) => [name, { ...channel, deliver: deliver[name] ?? unasked }]),
  ),
});

test.each([
  ["its own queue", undefined, 0],
  ["the dead letters", DEAD_LETTERS, 1],
])("a batch full of outcomes on %s is settled over several invocations", async (_, queue, seconds) => {
  const h = createWorld();
  const bodies = Array.from({ length: 100 }, () => ({ v: 1, settle: settlementOf({}) }));
  const answers = await consumeAll(h, bodies, queue);
  expect(answers).toEqual(bodies.map((__, i) => (i < MAX_SETTLEMENTS ? "ack" : seconds)));
  expect(h.meter.statements.length).toBeLessThan(100);
});

describe("a message that cannot be read", () => {
  test.each(POISON)("(%s) is logged and put away", async (_, body) => {
    const h = createWorld();
    expect(await consumeAll(h, [body])).toEqual(["ack"]);
    expect(errorsOf(h)).toEqual(["message_unreadable"]);
    expect(h.meter.trips).toBe(0);
  });

  test("harms none of the others of its batch", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 2);
    const [first = "", second = ""] = ids;
    const bodies = [wakeUp([first]), ...POISON.map(([, body]) => body), wakeUp([second])];
    expect(await consumeAll(h, bodies)).toEqual(bodies.map(() => "ack"));
    expect(timesGiven(h, ids)).toEqual([1, 1]);
  });

  test("does not show in the log what it held", async () => {
    const h = createWorld();
    await consumeAll(h, [{ v: 1, channel: "push", ids: ["kari@example.com"] }]);
    expect(h.logged.join()).not.toContain("kari");
  });
});

describe("a batch", () => {
  test("of several channels gives each channel its own ids", async () => {
    const h = createWorld();
    const seen: Record<string, unknown> = {};
    const note = (channel: string) => (_: unknown, messages: unknown) => {
      seen[channel] = messages;
      return Promise.resolve(new Map());
    };
    const { batch, answers } = batchOf([wakeUp([ID]), { v: 1, channel: "email", ids: [ID, ID] }, wakeUp([])]);
    await consume(contextWith(h, { push: note("push"), email: note("email") }), batch);
    expect(answers()).toEqual(["ack", "ack", "ack"]);
    expect(seen).toEqual({ push: [[ID], []], email: [[ID, ID]] });
  });

  test("has each message retried as late as the latest of its ids asks, and acks the others", async () => {
    const h = createWorld();
    const [a = "", b = "", c = ""] = ["a", "b", "c"].map((letter) => ID.replace("8057", `805${letter}`));
    const { batch, answers } = batchOf([wakeUp([a, b]), wakeUp([c]), wakeUp([b, c])]);
    const retryAfter = new Map([
      [a, 5],
      [b, 20],
    ]);
    await consume(contextWith(h, { push: () => Promise.resolve(retryAfter) }), batch);
    expect(answers()).toEqual([20, "ack", 20]);
  });

  test("whose deliverer has a bug throws nothing: the platform would bring back what is done", async () => {
    const h = createWorld();
    const { batch, answers } = batchOf([wakeUp([ID])]);
    await consume(contextWith(h, { push: () => Promise.reject(new Error("a bug")) }), batch);
    expect(answers()).toEqual(["ack"]);
    expect(errorsOf(h)).toEqual(["deliver_failed"]);
  });

  test("settles outcomes before it sends, so that what they free or forbid is known", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h);
    const [id = ""] = ids;
    await h.deps.bindings.DB.prepare(
      "UPDATE dispatches SET status = 'sending', claim_id = 'c', lease_until = ?",
    )
      .bind(h.clock.now())
      .run();
    const settled = settlementOf({ claim_id: "c", verdicts: [{ id, status: "sent", spent: 1 }] });
    expect(await consumeAll(h, [wakeUp(ids), { v: 1, settle: settled }])).toEqual(["ack", "ack"]);
    expect(h.expo.requests).toEqual([]);
    expect(await dispatchOf(id)).toMatchObject({ status: "sent", attempts: 1 });
  });

  test("settles the same outcomes any number of times to the same effect", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 2);
    await h.deps.bindings.DB.prepare(
      "UPDATE dispatches SET status = 'sending', claim_id = 'c', lease_until = ?",
    )
      .bind(h.clock.now() + 60_000)
      .run();
    const settle = settlementOf({
      claim_id: "c",
      verdicts: ids.map((id) => ({ id, status: "failed", spent: 1 })),
    });
    await consumeAll(h, [
      { v: 1, settle },
      { v: 1, settle },
    ]);
    const once = await dispatchesOf(ids);
    expect(once.map(({ status, attempts }) => [status, attempts])).toEqual(ids.map(() => ["failed", 1]));
    await consumeAll(h, [{ v: 1, settle }]);
    expect(await dispatchesOf(ids)).toEqual(once);
  });
});

test("a message is read as what it says: outcomes are never taken for a wake-up call", () => {
  const settle = settlementOf({});
  expect(queueMessage.parse({ v: 1, settle })).toEqual({ v: 1, settle });
  expect(queueMessage.parse(wakeUp([ID]))).toEqual(wakeUp([ID]));
});
