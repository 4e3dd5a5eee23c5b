import { beforeEach, describe, expect, test } from "vitest";
import type { Gates } from "../../src/delivery/gate/gate.ts";
import { SECOND } from "../../src/lib/clock.ts";
import { dispatchRow, insertDispatches } from "../../src/outbox/create.ts";
import { toWakeOf, wake } from "../../src/outbox/wake.ts";
import { createHarness, type Harness } from "../support/harness.ts";
import {
  consumeAll,
  dispatchesOf,
  emptyTables,
  errorsOf,
  givenUsers as givenUsersOf,
  live,
  waits,
} from "../support/pipeline.ts";
import { createRadio } from "./test-channel.ts";

beforeEach(emptyTables);

const createWorld = () => {
  const radio = createRadio();
  return { radio, h: createHarness({ channels: [radio.channel], autoDrain: false }) };
};

const givenUsers = async (h: Harness, count: number) => (await givenUsersOf(h, count, 0)).users;

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

const hand = (h: Harness, ids: readonly string[]) =>
  consumeAll(h, [{ v: 1, channel: "radio", ids }], "tidings-hooks");

const statuses = async (ids: readonly string[]) => (await dispatchesOf(ids)).map(({ status }) => status);

const failing = () => ({
  outcomes: [{ kind: "retry", code: "down", message: "Down" } as const],
  health: { kind: "error" } as const,
});

describe("receivers with a gate each", () => {
  test("get a hundred messages for two D1 trips, and one call of a Durable Object for each receiver", async () => {
    const { h } = createWorld();
    const ids = await given(h, await givenUsers(h, 100));
    h.meter.reset();
    h.interrupts.reset();
    await hand(h, ids);
    expect(h.meter.trips).toBe(2);
    const calls = h.interrupts.calls.filter((name) => name.startsWith("gate."));
    expect(calls).toEqual(Array(100).fill("gate.acquire"));
    expect(new Set(await statuses(ids))).toEqual(new Set(["sent"]));
  });

  test("are recorded as sent by who sent", async () => {
    const { h } = createWorld();
    const [id = ""] = await given(h, await givenUsers(h, 1));
    await hand(h, [id]);
    expect(await dispatchesOf([id])).toMatchObject([{ provider: "handset", status: "sent" }]);
  });

  test("that fail defer what is theirs alone, and get no second message in the same round", async () => {
    const { h, radio } = createWorld();
    const [bad = "", good = ""] = await givenUsers(h, 2);
    radio.answers.set(bad, failing);
    const ids = await given(h, [bad, bad, good, good]);
    await hand(h, ids);
    expect(radio.heard.map(({ user }) => user).toSorted()).toEqual([bad, good, good].toSorted());
    expect(await dispatchesOf(ids)).toMatchObject([
      { status: "queued", attempts: 1, error_code: "down" },
      { status: "queued", attempts: 0 },
      { status: "sent" },
      { status: "sent" },
    ]);
  });

  test("are left alone after five rounds that failed, and tried out later at no attempt", async () => {
    const { h, radio } = createWorld();
    const [bad = "", good = ""] = await givenUsers(h, 2);
    radio.answers.set(bad, failing);
    for (let i = 0; i < 5; i++) await hand(h, await given(h, [bad]));
    const ids = await given(h, [bad, good]);
    await hand(h, ids);
    expect(radio.heard.filter(({ user }) => user === bad)).toHaveLength(5);
    expect(await dispatchesOf(ids)).toMatchObject([{ status: "queued", attempts: 0 }, { status: "sent" }]);
    h.clock.advance(31 * SECOND);
    await hand(h, ids);
    expect(await dispatchesOf(ids)).toMatchObject([{ status: "queued", attempts: 0 }, { status: "sent" }]);
    expect(radio.heard.filter(({ user }) => user === bad)).toHaveLength(6);
    radio.answers.delete(bad);
    await live(h, 5);
    expect(await statuses(ids)).toEqual(["sent", "sent"]);
  });

  test("that throttle get nothing for as long as they ask", async () => {
    const { h, radio } = createWorld();
    const [user = ""] = await givenUsers(h, 1);
    radio.answers.set(user, () => ({
      outcomes: [{ kind: "deferred", code: "rate_limited", message: "Slower", afterMs: 90 * SECOND }],
      health: { kind: "throttled", afterMs: 90 * SECOND },
    }));
    const ids = await given(h, [user, user]);
    await hand(h, ids);
    expect(radio.heard).toHaveLength(1);
    radio.answers.delete(user);
    h.clock.advance(60 * SECOND);
    await hand(h, await given(h, [user]));
    expect(radio.heard).toHaveLength(1);
    await live(h, 3);
    expect(await statuses(ids)).toEqual(["sent", "sent"]);
    expect((await dispatchesOf(ids)).map(({ attempts }) => attempts)).toEqual([1, 1]);
  });

  test("get their messages in order, at their pace, and a round waits for no more than a few of them", async () => {
    const { h, radio } = createWorld();
    const [busy = "", other = ""] = await givenUsers(h, 2);
    const start = h.clock.now();
    const ids = await given(h, [...Array.from({ length: 30 }, () => busy), other]);
    await wake(h.ctx, toWakeOf(await dispatchesOf(ids)));
    await h.drain();
    expect(radio.heard.filter(({ user }) => user === busy)).toHaveLength(6);
    expect(radio.heard.some(({ user }) => user === other)).toBe(true);
    expect(new Set(waits(h, "hooks")).size).toBeLessThanOrEqual(4);
    await live(h, 2);
    expect(new Set(await statuses(ids))).toEqual(new Set(["sent"]));
    const times = radio.heard.filter(({ user }) => user === busy).map(({ at }) => at - start);
    times.forEach((at, i) => expect(at).toBeGreaterThanOrEqual(i * SECOND));
    expect(
      radio.heard
        .filter(({ user }) => user === busy)
        .map(({ text }) => text)
        .slice(0, 6),
    ).toEqual([0, 1, 2, 3, 4, 5].map((i) => `Call ${i}`));
    expect(errorsOf(h)).toEqual([]);
  });

  test("whose gate does not answer are tried again, and no others", async () => {
    const { h } = createWorld();
    const users = await givenUsers(h, 2);
    const ids = await given(h, users);
    const { open } = h.deps;
    h.deps.open = (start, log) => {
      const ctx = open(start, log);
      const gates: Gates = (channel, name) => {
        const gate = ctx.gates(channel, name);
        return name === users[0] ? { ...gate, acquire: () => Promise.reject(new Error("Away")) } : gate;
      };
      return { ...ctx, gates };
    };
    await hand(h, ids);
    expect(await statuses(ids)).toEqual(["queued", "sent"]);
    expect(errorsOf(h)).toEqual(["gate_failed"]);
    h.deps.open = open;
    await live(h, 2);
    expect(await statuses(ids)).toEqual(["sent", "sent"]);
  });

  test("that a bug meets cost an attempt of theirs alone", async () => {
    const { h, radio } = createWorld();
    const [bad = "", good = ""] = await givenUsers(h, 2);
    radio.answers.set(bad, () => {
      throw new Error("A bug");
    });
    const ids = await given(h, [bad, good]);
    await hand(h, ids);
    expect(await dispatchesOf(ids)).toMatchObject([
      { status: "queued", attempts: 1, error_code: "provider_fault" },
      { status: "sent" },
    ]);
  });

  test("are not sent to when the lease is nearly over: the messages go back at once", async () => {
    const { h, radio } = createWorld();
    const users = await givenUsers(h, 13);
    for (const user of users)
      radio.answers.set(user, () => {
        h.clock.advance(20 * SECOND);
        return { outcomes: [{ kind: "accepted", messageId: null }], health: { kind: "ok" } };
      });
    const ids = await given(h, users);
    await hand(h, ids);
    const sent = radio.heard.length;
    expect(sent).toBeLessThan(13);
    expect((await statuses(ids)).filter((status) => status === "queued").length).toBe(13 - sent);
    await live(h, 1);
    expect(new Set(radio.heard.map(({ user }) => user)).size).toBe(13);
  });
});
