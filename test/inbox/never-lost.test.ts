import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { InboxMessage } from "../../src/inbox/message.ts";
import { type Caller, createHarness, type Harness } from "../support/harness.ts";
import { aReader, BASE, givenMessages, objectOf, openTab, type Tab, until } from "./world.ts";

const VERBS = ["read", "unread", "archive", "unarchive"] as const;
const some = fc.nat(99);

/** One thing that happens. Numbers choose among what is there. */
const event = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("insert"),
      count: fc.integer({ min: 1, max: 3 }),
      slow: fc.nat(50),
      hint: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("change"),
      at: some,
      verb: fc.constantFrom(...VERBS),
      hint: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("readAll"), hint: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("evict", "break", "alarm", "open") }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom("leave", "comeBack", "sync", "pause"), at: some }),
  },
);
type Event = { kind: string; at?: number; count?: number; verb?: string; hint?: boolean; slow?: number };

/** Events in groups: those of a group happen at the same time. */
const history = fc.array(fc.array(event as fc.Arbitrary<Event>, { minLength: 1, maxLength: 3 }), {
  maxLength: 14,
});

async function everything(h: Harness, reader: Caller): Promise<InboxMessage[]> {
  const pages = ["", "&archived=true"].map((more) =>
    h.request("GET", `${BASE}?limit=100${more}`, { as: reader }),
  );
  return (await Promise.all(pages)).flatMap(({ body }) => body.data);
}

/** A user's inbox and their tabs; `happens` lets something happen to them. */
async function createLife() {
  const h = createHarness();
  const reader = aReader();
  const ids: string[] = [];
  const tabs: Tab[] = [await openTab(h, reader, { after: "0" })];
  const comingBack = new Set<Tab>();
  const { notify } = h.ctx.inboxes;
  const pick = <T>(list: readonly T[], at = 0): T | undefined => list[at % Math.max(1, list.length)];

  async function happens({ kind, at, count, verb, hint, slow = 0 }: Event): Promise<void> {
    // No two states of a message look the same.
    h.clock.advance(1);
    h.ctx.inboxes.notify = hint === false ? () => Promise.resolve() : notify;
    const index = (at ?? 0) % tabs.length;
    const tab = tabs[index];
    switch (kind) {
      case "insert": {
        // Made on a machine whose clock is behind, or so long ago: ids and times are older than what is there.
        h.clock.advance(-slow);
        const sent = givenMessages(h, reader.sub, count);
        h.clock.advance(slow);
        ids.push(...(await sent));
        return h.ctx.inboxes.notify(reader.sub);
      }
      case "change":
        if (ids.length > 0) await h.request("POST", `${BASE}/${pick(ids, at)}/${verb}`, { as: reader });
        return;
      case "readAll":
        await h.request("POST", `${BASE}/read-all`, { as: reader });
        return;
      case "evict":
      case "break":
        // It may not be running.
        await evictDurableObject(objectOf(reader), {
          webSockets: kind === "break" ? "close" : "hibernate",
        }).catch(() => {});
        return;
      case "alarm":
        await runDurableObjectAlarm(objectOf(reader));
        return;
      case "open":
        tabs.push(await openTab(h, reader, { after: "0" }));
        return;
      case "leave":
        return tab?.leave();
      case "comeBack":
        // It comes back once, however often it is asked to at the same time.
        if (tab && tab.closed !== null && !comingBack.has(tab)) {
          comingBack.add(tab);
          tabs[index] = await openTab(h, reader, { before: tab });
        }
        return;
      case "sync":
        if (tab && tab.closed === null) tab.sync();
        return;
      default:
        await new Promise((resolve) => setTimeout(resolve, (at ?? 0) % 20));
    }
  }

  /** Brings every tab back, and lets each ask once more, when answers to what it asked before have come. */
  async function settle(): Promise<void> {
    h.ctx.inboxes.notify = notify;
    await new Promise((resolve) => setTimeout(resolve, 300));
    await until(async () => {
      for (const [i, tab] of tabs.entries())
        if (tab.closed !== null) tabs[i] = await openTab(h, reader, { before: tab });
      for (const tab of tabs) if (tab.closed === null) tab.sync();
      await new Promise((resolve) => setTimeout(resolve, 20));
      await until(() => tabs.every((tab) => tab.inStep || tab.closed !== null), "every tab to be in step");
      return tabs.every((tab) => tab.closed === null);
    }, "every tab to be open");
  }

  return { tabs, happens, settle, everything: () => everything(h, reader) };
}

test(
  "whatever happens, every tab shows what is there, and none was told anything twice",
  { timeout: 240_000 },
  async () => {
    let told = 0;
    await fc.assert(
      fc.asyncProperty(history, async (groups) => {
        const life = await createLife();
        for (const group of groups) await Promise.all(group.map(life.happens));
        await life.settle();
        const there = (await life.everything()).toSorted((a, b) => (a.id < b.id ? -1 : 1));
        for (const tab of life.tabs) {
          expect([...tab.shown.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(there);
          expect(tab.told.filter((state, i) => tab.told.indexOf(state) !== i)).toEqual([]);
          expect(tab.unread).toBe(there.filter((message) => !message.read_at && !message.archived_at).length);
          // Cursors only ever go up.
          const cursors = tab.frames.map((frame) => (frame.type === "changes" ? Number(frame.cursor) : -1));
          expect(cursors).toEqual(cursors.toSorted((a, b) => a - b));
          told += tab.told.length;
        }
      }),
      { numRuns: 15 },
    );
    expect(told).toBeGreaterThan(20);
  },
);
