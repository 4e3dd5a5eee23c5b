import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { frame } from "../../src/api/inbox/schemas.ts";
import { MAX_AGE_MS } from "../../src/inbox/live/durable-object.ts";
import { CLOSED, MAX_CHANGES, MAX_SOCKETS } from "../../src/inbox/live/protocol.ts";
import { type Caller, createHarness, type Harness } from "../support/harness.ts";
import { aPush, givenUser } from "../support/world.ts";
import {
  aReader,
  askLive,
  BASE,
  getTicket,
  givenMessages,
  givenTab,
  objectOf,
  openTab,
  type Tab,
  until,
} from "./world.ts";

const act = (h: Harness, as: Caller, id: string | undefined, verb: string) =>
  h.request("POST", `${BASE}/${id}/${verb}`, { as });
const closed = ({ closed: how }: Tab) => how?.code;
/** Long enough for a frame that should not come. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 100));

describe("a connection", () => {
  test("is answered at once: nothing new, and how many are unread", async () => {
    const h = createHarness();
    const reader = aReader();
    await givenMessages(h, reader.sub, 2);
    const { live_cursor } = (await h.request("GET", BASE, { as: reader })).body;
    const tab = await givenTab(h, reader);
    expect(tab.frames).toEqual([{ type: "changes", cursor: live_cursor, unread_count: 2, messages: [] }]);
  });

  test("brings what came and changed since `after`, in order, as it is now", async () => {
    const h = createHarness();
    const reader = aReader();
    const [a, b, c] = await givenMessages(h, reader.sub, 3);
    h.clock.advance(1_000);
    const { live_cursor } =
      (await act(h, reader, b, "read")) && (await h.request("GET", BASE, { as: reader })).body;
    h.clock.advance(1_000);
    await act(h, reader, a, "archive");
    const [d] = await givenMessages(h, reader.sub, 1);
    const tab = await givenTab(h, reader, { after: live_cursor });
    const told = [...tab.shown.values()].map(({ id, archived_at }) => [id, archived_at !== null]);
    expect(told).toEqual([
      [a, true],
      [d, false],
    ]);
    expect(tab.unread).toBe(2);
    const whole = await givenTab(h, reader, { after: "0" });
    expect([...whole.shown.keys()]).toEqual([c, b, a, d]);
    for (const each of [...tab.frames, ...whole.frames]) expect(frame.parse(each)).toEqual(each);
  });

  test("hears of what is sent, by whatever way it comes", async () => {
    const h = createHarness();
    const { id } = await givenUser(h, { devices: 0 });
    const reader: Caller = { role: "user", sub: id };
    const tab = await givenTab(h, reader);
    const arrives = async (count: number) => until(() => tab.shown.size === count, `message ${count}`);

    await h.request("POST", "/api/v1/notifications", { body: aPush(id, { channels: ["in_app"] }) });
    await arrives(1);
    // A push without a device fails, and its follower is an in-app message.
    await h.request("POST", "/api/v1/notifications", { body: aPush(id, { fallback: "in_app" }) });
    await arrives(2);
    const mentor = `/api/v1/directory/peer-mentors/pm_of_${id}`;
    const facts = { full_name: "Kari Nordmann", coordinator_id: id, current_status: "active" };
    await h.request("PUT", mentor, { body: facts });
    await h.request("PUT", mentor, { body: { ...facts, current_status: "paused" } });
    await h.drain();
    await arrives(3);
    expect([...tab.shown.values()].map(({ type }) => type)).toEqual(["push", "push", "pause_activated"]);
    expect(tab.unread).toBe(3);
  });

  test("in one tab shows what was done in another, or without any", async () => {
    const h = createHarness();
    const reader = aReader();
    const [a = "", b = ""] = await givenMessages(h, reader.sub, 2);
    const tabs = [await givenTab(h, reader), await givenTab(h, reader, { after: "0" })];
    const inStep = async (check: (tab: Tab) => boolean) =>
      until(() => tabs.every(check), "all tabs to show it");
    h.clock.advance(1_000);
    await act(h, reader, a, "read");
    await inStep((tab) => tab.shown.get(a)?.read_at != null && tab.unread === 1);
    await act(h, reader, a, "unread");
    await inStep((tab) => tab.shown.get(a)?.read_at === null && tab.unread === 2);
    await act(h, reader, b, "archive");
    await inStep((tab) => tab.shown.get(b)?.archived_at != null && tab.unread === 1);
    await h.request("POST", `${BASE}/read-all`, { as: reader });
    await inStep((tab) => tab.shown.get(a)?.read_at != null && tab.unread === 0);
  });

  test("hears nothing of other users", async () => {
    const h = createHarness();
    const [mine, theirs] = [aReader(), aReader()];
    const tab = await givenTab(h, mine);
    await givenTab(h, theirs);
    const [id] = await givenMessages(h, theirs.sub);
    await act(h, theirs, id, "read");
    await aWhile();
    expect(tab.frames).toHaveLength(1);
  });

  test("answers `ping`, and ignores what it does not know", async () => {
    const h = createHarness();
    const reader = aReader();
    const { webSocket } = await askLive(h, { ticket: await getTicket(h, reader) });
    const heard: unknown[] = [];
    webSocket?.addEventListener("message", ({ data }) => heard.push(data));
    webSocket?.accept();
    await until(() => heard.length === 1);
    const unknown = [
      "",
      "hello",
      "null",
      "[]",
      "{}",
      '{"type":"read","id":"x"}',
      '{"type":"sync","after":1}',
      '{"type":"sync","after":"-1"}',
      '{"type":"sync","more":true}',
      `{"type":"sync"${" ".repeat(2_000)}}`,
      new Uint8Array([1, 2, 3]),
    ];
    for (const each of unknown) webSocket?.send(each);
    webSocket?.send("ping");
    await until(() => heard.length > 1);
    await aWhile();
    expect(heard.slice(1)).toEqual(["pong"]);
    webSocket?.send('{"type":"sync"}');
    await until(() => heard.length === 3);
    expect(JSON.parse(String(heard[2]))).toMatchObject({ type: "changes", messages: [] });
  });

  test("after more changes than fit into a frame lists again, and misses nothing", async () => {
    const h = createHarness();
    const reader = aReader();
    await givenMessages(h, reader.sub, 1);
    const [exact, over] = [
      await givenTab(h, reader, { after: "0" }),
      await openTab(h, reader, { after: "0" }),
    ];
    await givenMessages(h, reader.sub, MAX_CHANGES);
    const late = await openTab(h, reader, { after: "0" });
    exact.sync();
    over.sync();
    await until(() => [exact, over, late].every((tab) => tab.inStep));
    await until(() => exact.shown.size === MAX_CHANGES + 1);
    expect(new Set(exact.frames.map(({ type }) => type))).toEqual(new Set(["changes"]));
    expect(late.frames.map(({ type }) => type)).toEqual(["reset", "changes"]);
    expect(late.shown.size).toBe(MAX_CHANGES + 1);
    await givenMessages(h, reader.sub, 1);
    late.sync();
    await until(() => late.shown.size === MAX_CHANGES + 2);
  });

  test("with a cursor from a future that is gone lists again", async () => {
    const h = createHarness();
    const reader = aReader();
    await givenMessages(h, reader.sub, 2);
    const tab = await givenTab(h, reader, { after: "999999999999999" });
    expect(tab.frames.map(({ type }) => type)).toEqual(["reset", "changes"]);
    expect(tab.shown.size).toBe(2);
  });

  test("over the limit closes the user's oldest", async () => {
    const h = createHarness();
    const reader = aReader();
    const tabs: Tab[] = [];
    for (let i = 0; i <= MAX_SOCKETS; i++) tabs.push(await openTab(h, reader));
    await until(() => tabs.some(({ closed: how }) => how !== null));
    expect(tabs.map(closed)).toEqual([CLOSED.tooMany[0], ...tabs.slice(1).map(() => undefined)]);
    // The first answer says where a connection starts.
    await until(() => tabs.slice(1).every((tab) => tab.inStep), "the first answers");
    await givenMessages(h, reader.sub, 1);
    tabs.at(-1)?.sync();
    await until(() => tabs.slice(1).every((tab) => tab.shown.size === 1));
  });
});

describe("without a hint", () => {
  test("what is new comes with the next alarm, or when a tab asks", async () => {
    const h = createHarness();
    const reader = aReader();
    const tab = await givenTab(h, reader);
    await givenMessages(h, reader.sub, 1);
    await aWhile();
    expect(tab.shown.size).toBe(0);
    expect(await runDurableObjectAlarm(objectOf(reader))).toBe(true);
    await until(() => tab.shown.size === 1);
    await givenMessages(h, reader.sub, 1);
    tab.sync();
    await until(() => tab.shown.size === 2);
    expect(tab.told).toHaveLength(2);
  });

  test("an insert does not fail: the object's fault is logged, and the message is there", async () => {
    const h = createHarness();
    const { id } = await givenUser(h);
    h.ctx.inboxes.notify = () => Promise.reject(new Error("away"));
    const { status } = await h.request("POST", "/api/v1/notifications", {
      body: aPush(id, { channels: ["in_app"] }),
    });
    expect(status).toBe(201);
    expect(h.logged.some((line) => line.includes("announce_failed"))).toBe(true);
    expect((await h.request("GET", BASE, { as: { role: "user", sub: id } })).body.data).toHaveLength(1);
  });
});

describe("an eviction", () => {
  test("of the object loses no connection and repeats nothing", async () => {
    const h = createHarness();
    const reader = aReader();
    const tab = await givenTab(h, reader, { after: "0" });
    for (let i = 1; i <= 3; i++) {
      const [id] = await givenMessages(h, reader.sub, 1);
      await evictDurableObject(objectOf(reader));
      await h.ctx.inboxes.notify(reader.sub);
      await until(() => tab.shown.size === i);
      h.clock.advance(1_000);
      await evictDurableObject(objectOf(reader));
      await act(h, reader, id, "read");
      await until(() => tab.unread === 0);
    }
    await aWhile();
    expect(tab.told).toHaveLength(6);
    expect(tab.frames).toHaveLength(7);
  });

  test("that breaks connections is made up for by coming back with the cursor", async () => {
    const h = createHarness();
    const reader = aReader();
    await givenMessages(h, reader.sub, 1);
    const tab = await givenTab(h, reader, { after: "0" });
    await evictDurableObject(objectOf(reader), { webSockets: "close" });
    await until(() => tab.closed !== null);
    await givenMessages(h, reader.sub, 1);
    const again = await givenTab(h, reader, { before: tab });
    expect(again.shown.size).toBe(2);
    expect(again.told).toHaveLength(2);
  });
});

describe("the object", () => {
  /** What the object stores, and whether its alarm is set. */
  const stored = (reader: Caller) =>
    runInDurableObject(objectOf(reader), async (_, { storage }) => ({
      keys: (await storage.list()).size,
      alarm: (await storage.getAlarm()) !== null,
    }));
  const nothing = { keys: 0, alarm: false };

  test("keeps nothing for a user who has no connection, however much they are sent", async () => {
    const h = createHarness();
    const { id } = await givenUser(h);
    await h.request("POST", "/api/v1/notifications", { body: aPush(id, { channels: ["in_app"] }) });
    expect(await stored({ sub: id })).toEqual(nothing);
  });

  test("keeps nothing but an alarm while somebody is connected, and nothing at all afterwards", async () => {
    const h = createHarness();
    const reader = aReader();
    const tab = await givenTab(h, reader);
    expect(await stored(reader)).toEqual({ keys: 0, alarm: true });
    await runDurableObjectAlarm(objectOf(reader));
    expect(await stored(reader)).toEqual({ keys: 0, alarm: true });
    tab.leave();
    await aWhile();
    await runDurableObjectAlarm(objectOf(reader));
    expect(await stored(reader)).toEqual(nothing);
  });

  test("keeps a ticket that can still be used, and forgets one that cannot", async () => {
    // Alarms go by the object's own clock.
    const h = createHarness({ now: Date.now() });
    const reader = aReader();
    const ticket = await getTicket(h, reader);
    await runDurableObjectAlarm(objectOf(reader));
    expect(await stored(reader)).toEqual({ keys: 1, alarm: true });
    expect((await askLive(h, { ticket })).status).toBe(101);
    const late = aReader();
    h.clock.advance(-120_000);
    await getTicket(h, late);
    await runDurableObjectAlarm(objectOf(late));
    expect(await stored(late)).toEqual(nothing);
  });

  test("closes a connection that is half a day old, and lets the others be", async () => {
    const h = createHarness();
    const reader = aReader();
    const [old, young] = [await givenTab(h, reader), await givenTab(h, reader)];
    await runInDurableObject(objectOf(reader), (_, state) => {
      const [socket] = state.getWebSockets();
      socket?.serializeAttachment({ ...socket.deserializeAttachment(), openedAt: Date.now() - MAX_AGE_MS });
    });
    await runDurableObjectAlarm(objectOf(reader));
    await until(() => old.closed !== null || young.closed !== null);
    expect([old, young].map(closed).toSorted()).toEqual([CLOSED.again[0], undefined]);
  });

  test("closes every connection and forgets everything when its user is erased", async () => {
    const h = createHarness();
    const { id } = await givenUser(h);
    const reader: Caller = { role: "user", sub: id };
    const tabs = [await givenTab(h, reader), await givenTab(h, reader)];
    const ticket = await getTicket(h, reader);
    expect((await h.request("DELETE", `/api/v1/directory/users/${id}`)).status).toBeLessThan(300);
    await until(() => tabs.every((tab) => tab.closed !== null));
    expect(tabs.map(closed)).toEqual([CLOSED.erased[0], CLOSED.erased[0]]);
    expect(await stored(reader)).toEqual(nothing);
    expect((await askLive(h, { ticket })).status).toBe(401);
  });
});
