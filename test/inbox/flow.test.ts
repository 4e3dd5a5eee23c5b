import fc from "fast-check";
import { expect, test } from "vitest";
import {
  acknowledge,
  type Flow,
  countMessage,
  isTooLarge,
  encodeFrame,
  UNTOUCHED,
} from "../../src/inbox/live/flow.ts";
import {
  ACK_AFTER_BYTES,
  type Frame,
  MAX_FRAME_BYTES,
  MAX_UNACKED_BYTES,
  SAYS,
} from "../../src/inbox/live/protocol.ts";

const bytes = (text: string) => new TextEncoder().encode(text).byteLength;

/** A frame of about so many bytes. */
const frameOf = (size: number): Frame => ({
  type: "changes",
  cursor: "1",
  unread_count: 1,
  messages: [
    {
      id: "notif_1",
      type: "push",
      title: "ø".repeat(Math.floor(size / 2)),
      body: "",
      data: null,
      sent_at: "",
      read_at: null,
      archived_at: null,
      expires_at: null,
      updated_at: "",
    },
  ],
});

test("whatever is sent and acknowledged in whatever order, no more waits than is allowed", () => {
  const event = fc.oneof(
    fc.record({ kind: fc.constant("frame" as const), size: fc.nat(MAX_FRAME_BYTES) }),
    fc.record({ kind: fc.constant("read" as const), frames: fc.nat(5) }),
    fc.record({ kind: fc.constant("lie" as const), size: fc.constant(0) }),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      let flow: Flow = UNTOUCHED;
      let secrets = 0;
      let closed = false;
      const waiting: string[] = [];
      for (const one of events) {
        if (one.kind === "frame") {
          const encoded = encodeFrame(flow, frameOf(one.size), () => `s${secrets++}`);
          if (encoded === null) {
            closed = true;
            break;
          }
          flow = encoded.flow;
          waiting.push(encoded.text);
        } else if (one.kind === "read") {
          for (const text of waiting.splice(0, one.frames)) {
            const { ack }: Frame = JSON.parse(text);
            if (ack !== undefined) flow = acknowledge(flow, ack) ?? flow;
          }
        } else expect(acknowledge(flow, "s")).toBeNull();
        const overhead = 40 * waiting.length;
        expect(waiting.reduce((sum, text) => sum + bytes(text), 0)).toBeLessThanOrEqual(
          MAX_UNACKED_BYTES + overhead,
        );
      }
      // Who reads everything as it comes is never sent away.
      if (closed)
        expect(waiting.reduce((sum, text) => sum + bytes(text), 0)).toBeGreaterThan(
          MAX_UNACKED_BYTES - MAX_FRAME_BYTES - ACK_AFTER_BYTES - 1_000,
        );
    }),
  );
});

test("a frame is measured in bytes, as it is sent", () => {
  expect(isTooLarge(frameOf(MAX_FRAME_BYTES / 2))).toBe(false);
  expect(isTooLarge(frameOf(MAX_FRAME_BYTES))).toBe(true);
});

test("a client may say a burst at once, then one word each interval", () => {
  let flow: Flow | null = UNTOUCHED;
  for (let i = 0; i < SAYS.burst; i++) flow = flow && countMessage(flow, 1_000);
  expect(flow).not.toBeNull();
  expect(flow && countMessage(flow, 1_000)).toBeNull();
  expect(flow && countMessage(flow, 1_000 + SAYS.intervalMs)).not.toBeNull();
});
