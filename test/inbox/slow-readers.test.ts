import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import {
  CLOSED,
  MAX_LINGERING,
  MAX_SOCKETS,
  MAX_UNACKED_BYTES,
  SAYS,
} from "../../src/inbox/live/protocol.ts";
import { type Caller, createHarness, type Harness } from "../support/harness.ts";
import { aReader, askLive, getTicket, givenMessages, givenTab, objectOf, openTab, until } from "./world.ts";

/** A connection whose client does only what it is told to; it counts what it was sent. */
async function givenRaw(h: Harness, reader: Caller) {
  const { webSocket } = await askLive(h, { ticket: await getTicket(h, reader), after: "0" });
  if (webSocket === null) throw new Error("No connection");
  const raw = { bytes: 0, frames: 0, code: 0, acks: [] as string[], say: (_: object) => {} };
  webSocket.addEventListener("message", ({ data }) => {
    raw.frames++;
    raw.bytes += new TextEncoder().encode(String(data)).byteLength;
    const { ack }: { ack?: string } = JSON.parse(String(data));
    if (ack !== undefined) raw.acks.push(ack);
  });
  webSocket.addEventListener("close", ({ code }) => void (raw.code = code));
  webSocket.accept();
  raw.say = (what) => {
    if (raw.code === 0) webSocket.send(JSON.stringify(what));
  };
  return raw;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const SYNC = { type: "sync", after: "0" };
/** 50 KB: nearly as much as a frame holds. */
const givenMuch = (h: Harness, { sub }: { sub: string }) =>
  givenMessages(h, sub, 14, { title: "t", body: "x".repeat(3_600) });

describe("clients that ask again and again and acknowledge nothing", () => {
  test("are sent a bounded number of bytes on each of 20 connections, and then closed", async () => {
    const h = createHarness();
    const reader = aReader();
    await givenMuch(h, reader);
    const raws = await Promise.all(Array.from({ length: MAX_SOCKETS }, () => givenRaw(h, reader)));
    for (let i = 0; i < 60 && raws.some(({ code }) => code === 0); i++) {
      for (const raw of raws) raw.say(SYNC);
      await pause(200);
    }
    expect(raws.map(({ code }) => code)).toEqual(raws.map(() => CLOSED.behind[0]));
    expect(Math.max(...raws.map(({ bytes }) => bytes))).toBeLessThanOrEqual(MAX_UNACKED_BYTES + 1_000);
    expect(Math.min(...raws.map(({ frames }) => frames))).toBeGreaterThan(1);
  });

  test("are closed for asking too often, however little there is to say", async () => {
    const h = createHarness();
    const raw = await givenRaw(h, aReader());
    for (let i = 0; i < 2 * SAYS.burst; i++) raw.say({ type: "sync" });
    await until(() => raw.code !== 0);
    expect(raw.code).toBe(CLOSED.behind[0]);
    expect(raw.frames).toBeLessThan(SAYS.burst);
  });

  test("come back with their cursor, and miss nothing", async () => {
    const h = createHarness();
    const reader = aReader();
    const tab = await givenTab(h, reader, { after: "0" });
    for (let i = 0; i < 2 * SAYS.burst; i++) tab.say('{"type":"sync"}');
    await givenMessages(h, reader.sub, 3);
    await until(() => tab.closed !== null);
    // The page in src/api/README.md connects again after any code below 4001.
    expect(tab.closed?.code).toBeLessThan(CLOSED.tooMany[0]);
    const again = await givenTab(h, reader, { before: tab });
    expect(again.shown.size).toBe(3);
    expect(new Set(again.told).size).toBe(again.told.length);
  });
});

describe("a client that acknowledges", () => {
  test("is sent any amount, also over evictions; a word that is not the frame's own counts for nothing", async () => {
    const h = createHarness();
    const reader = aReader();
    await givenMuch(h, reader);
    const [honest, liar] = [await givenRaw(h, reader), await givenRaw(h, reader)];
    for (let i = 0; i < 12; i++) {
      const before = honest.frames;
      honest.say(SYNC);
      if (liar.code === 0) liar.say(SYNC);
      await until(() => honest.frames > before, "an answer");
      for (const ack of honest.acks.splice(0)) honest.say({ type: "ack", ack });
      liar.say({ type: "ack", ack: "AAAAAAAAAAAA" });
      if (i % 4 === 0) await evictDurableObject(objectOf(reader));
    }
    expect(honest.bytes).toBeGreaterThan(2 * MAX_UNACKED_BYTES);
    expect([honest.code, liar.code]).toEqual([0, CLOSED.behind[0]]);
  });
});

describe("connections whose clients do not notice that they are closed", () => {
  test("count, so that what waits for them is bounded; once they are gone there is room again", async () => {
    const h = createHarness();
    const reader = aReader();
    const deaf: WebSocket[] = [];
    for (let i = 0; i < MAX_LINGERING; i++) {
      // Nobody reads from what is not accepted.
      const { webSocket } = await askLive(h, { ticket: await getTicket(h, reader) });
      if (webSocket) deaf.push(webSocket);
    }
    expect(deaf).toHaveLength(MAX_LINGERING);
    const refused = await askLive(h, { ticket: await getTicket(h, reader) });
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "60"]);
    expect(await refused.json()).toMatchObject({ code: "too_many_connections" });
    for (const socket of deaf) socket.accept();
    for (const socket of deaf) socket.close(1000);
    const left = () => runInDurableObject(objectOf(reader), (_, state) => state.getWebSockets().length);
    await until(async () => (await left()) === 0);
    await openTab(h, reader);
  });
});
