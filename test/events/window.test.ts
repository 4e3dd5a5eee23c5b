import fc from "fast-check";
import { expect, test } from "vitest";
import { putWording } from "../../src/wordings/write.ts";
import { createHarness } from "../support/harness.ts";
import { givenUser } from "../support/world.ts";
import { givenType, messagesOf } from "./world.ts";

const WINDOW_MS = 600_000;

/** Time that passes, what the queues do meanwhile, and events that come at once. */
const step = fc.record({
  ms: fc.constantFrom(0, 1, WINDOW_MS / 2, WINDOW_MS - 1, WINDOW_MS, WINDOW_MS + 1),
  events: fc.integer({ min: 1, max: 3 }),
  /** Whether messages that are due are sent before the events, at the same time, or not yet. */
  sending: fc.constantFrom("before", "meanwhile", "not yet"),
  /** A write that is committed and then reported as failed. */
  isRepeated: fc.boolean(),
});

test("each event is in exactly one message that is sent, however events and the end of the window meet", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      const h = createHarness({ autoDrain: false });
      const type = await givenType(h, {
        channels: [{ channel: "in_app" }],
        batch: { window: WINDOW_MS / 1_000, key: null },
      });
      await putWording(
        h.ctx,
        { actor: "service:test", requestId: "r" },
        { kind: "all" },
        { type, channel: "in_app", locale: "en", org_id: "" },
        { title: "{{ count }}", body: "{{ items.size }}" },
        true,
      );
      const { id } = await givenUser(h);
      const deliver = async () => {
        await h.tick();
        await h.drain();
      };
      let n = 0;
      let made = 0;
      const send = async () => {
        const body = { type, recipients: { users: [id] }, data: { n: n++ } };
        const answer = await h.request("POST", "/api/v1/events", { body });
        expect(answer.status).toBe(202);
        const { message_count, skipped } = answer.body;
        expect(message_count + (skipped.in_app?.collected ?? 0)).toBe(1);
        made += message_count;
      };
      for (const { ms, events, sending, isRepeated } of steps) {
        h.clock.advance(ms);
        if (sending === "before") await deliver();
        if (isRepeated) h.meter.failNext("after");
        await Promise.all([
          ...Array.from({ length: events }, send),
          ...(sending === "meanwhile" ? [deliver()] : []),
        ]);
      }
      for (let i = 0; i < 4; i++) {
        h.clock.advance(WINDOW_MS);
        await deliver();
      }
      const messages = await messagesOf(h, type);
      expect(messages).toHaveLength(made);
      expect(messages.map(({ status }) => status)).toEqual(messages.map(() => "delivered"));
      const payloads = messages.map(({ payload }) => JSON.parse(payload ?? "{}"));
      expect(
        payloads.flatMap(({ items }) => items.map((one: { n: number }) => one.n)).toSorted((x, y) => x - y),
      ).toEqual(Array.from({ length: n }, (_, i) => i));
      expect(payloads.reduce((sum, { count }) => sum + count, 0)).toBe(n);
      // What the user was told, and not only what is kept.
      const { results: told } = await h.deps.bindings.DB.prepare(
        "SELECT title, body FROM dispatches WHERE type = ?",
      )
        .bind(type)
        .all<{ title: string; body: string }>();
      expect(told.reduce((sum, { title }) => sum + Number(title), 0)).toBe(n);
      expect(told.every(({ title, body }) => title === body)).toBe(true);
    }),
    { numRuns: 20 },
  );
}, 120_000);
