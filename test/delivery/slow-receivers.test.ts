import { beforeEach, expect, test, vi } from "vitest";
import type { SendReport } from "../../src/delivery/outcome.ts";
import { SECOND } from "../../src/lib/clock.ts";
import { dispatchRow, insertDispatches } from "../../src/outbox/create.ts";
import { createHarness, type Harness } from "../support/harness.ts";
import {
  consumeAll,
  dispatchesOf,
  emptyTables,
  errorsOf,
  givenUsers,
  live,
  waits,
} from "../support/pipeline.ts";
import { createRadio } from "./test-channel.ts";

beforeEach(emptyTables);

const ACCEPTED: SendReport = { outcomes: [{ kind: "accepted", messageId: null }], health: { kind: "ok" } };

function createWorld() {
  const radio = createRadio({ ratePerSecond: 20, burst: 20 });
  return { radio, h: createHarness({ channels: [radio.channel], autoDrain: false }) };
}

async function given(h: Harness, users: readonly string[]): Promise<string[]> {
  const rows = users.map((userId, i) =>
    dispatchRow(h.ctx, {
      channel: "radio",
      type: "call",
      orgId: null,
      body: `Call ${i}`,
      userId,
      slotTaken: true,
    }),
  );
  await h.ctx.db.write({ rows: insertDispatches(rows) });
  return rows.map(({ id }) => id);
}

const hand = (h: Harness, ...messages: string[][]) =>
  consumeAll(
    h,
    messages.map((ids) => ({ v: 1, channel: "radio", ids })),
    "tidings-hooks",
  );

const times = (user: string, count: number): string[] => Array.from({ length: count }, () => user);

test("a receiver that takes 9 s for each of its 50 messages does not delay another tenant's of the same round", async () => {
  const { h, radio } = createWorld();
  const [slow = "", other = ""] = (await givenUsers(h, 2, 0)).users;
  const answered = Promise.withResolvers<void>();
  radio.answers.set(slow, async () => {
    await answered.promise;
    return ACCEPTED;
  });
  const ids = await given(h, [...times(slow, 50), ...times(other, 20)]);
  const start = h.clock.now();
  const round = hand(h, ids);
  const heardBy = (user: string) => radio.heard.filter((one) => one.user === user);
  // All of the other's are heard before the first answer of the slow one.
  await vi.waitFor(() => expect(heardBy(other)).toHaveLength(20));
  expect(heardBy(slow)).toHaveLength(1);
  expect(Math.max(...heardBy(other).map(({ at }) => at)) - start).toBeLessThan(2 * SECOND);
  h.clock.advance(9 * SECOND);
  answered.resolve();
  await round;
  // It got one, so the other's outcomes are known after nine seconds, and not after 450.
  expect(heardBy(slow)).toHaveLength(1);
  const states = await dispatchesOf(ids);
  expect(states.slice(50).every(({ status }) => status === "sent")).toBe(true);
  expect(states.slice(0, 50).map(({ status }) => status)).toEqual(["sent", ...times("queued", 49)]);
  expect(states.slice(1, 50).every(({ attempts }) => attempts === 0)).toBe(true);
  // They come back in portions, the first one after as long as the answer took.
  expect(new Set(waits(h, "hooks"))).toEqual(new Set([9, 18, 27, 36, 45]));
  // Its gate knows, so no other round asks it meanwhile.
  await hand(h, await given(h, times(slow, 3)));
  expect(heardBy(slow)).toHaveLength(1);
  radio.answers.delete(slow);
  await live(h, 2);
  expect(new Set((await dispatchesOf(ids)).map(({ status }) => status))).toEqual(new Set(["sent"]));
  expect(heardBy(slow).length).toBe(53);
  expect(errorsOf(h)).toEqual([]);
});

test("the receivers of one owner leave half of the connections to others, and take all where there are none", async () => {
  const { h, radio } = createWorld();
  const users = (await givenUsers(h, 13, 0)).users;
  const [other = ""] = users.splice(12);
  const answered = Promise.withResolvers<void>();
  for (const user of users) {
    radio.owners.set(user, "a tenant");
    radio.answers.set(user, async () => {
      await answered.promise;
      return ACCEPTED;
    });
  }
  const shared = hand(h, await given(h, [...users, ...times(other, 5)]));
  await vi.waitFor(() => expect(radio.heard.filter(({ user }) => user === other)).toHaveLength(5));
  expect(radio.heard.filter(({ user }) => user !== other)).toHaveLength(3);
  const alone = hand(h, await given(h, users));
  await vi.waitFor(() => expect(radio.heard.filter(({ user }) => user !== other)).toHaveLength(9));
  answered.resolve();
  await Promise.all([shared, alone]);
  expect(radio.heard).toHaveLength(29);
});

test("a receiver has ten seconds of a round, and gets the rest of its messages after it", async () => {
  const { h, radio } = createWorld();
  const [user = ""] = (await givenUsers(h, 1, 0)).users;
  radio.answers.set(user, () => {
    h.clock.advance(2 * SECOND);
    return ACCEPTED;
  });
  const ids = await given(h, times(user, 12));
  await hand(h, ids);
  expect(radio.heard).toHaveLength(6);
  await live(h, 1);
  expect(radio.heard.map(({ text }) => text)).toEqual(ids.map((_, i) => `Call ${i}`));
});

test("the rounds of an invocation go to receivers one after another: no receiver gets two messages at once", async () => {
  const { h, radio } = createWorld();
  const [user = ""] = (await givenUsers(h, 1, 0)).users;
  let open = 0;
  let most = 0;
  radio.answers.set(user, async () => {
    most = Math.max(most, ++open);
    await new Promise((resolve) => setTimeout(resolve, 5));
    open--;
    return ACCEPTED;
  });
  const ids = await given(h, times(user, 120));
  await hand(h, ids.slice(0, 60), ids.slice(60));
  await live(h, 1);
  expect(most).toBe(1);
  expect(radio.heard.map(({ text }) => text)).toEqual(ids.map((_, i) => `Call ${i}`));
});

test("a receiver that is well again, and slow, is no longer taken for one that fails", async () => {
  const { h, radio } = createWorld();
  const [user = ""] = (await givenUsers(h, 1, 0)).users;
  const gate = h.ctx.gates("radio", user);
  for (let i = 0; i < 5; i++) await gate.report({ kind: "error" });
  h.clock.advance(31 * SECOND);
  radio.answers.set(user, () => {
    h.clock.advance(3 * SECOND);
    return ACCEPTED;
  });
  await hand(h, await given(h, [user]));
  expect(await gate.peek()).toEqual({
    circuit: "closed",
    failures: 0,
    restsUntil: h.clock.now() + 5 * SECOND,
  });
});
