import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FEEDBACK } from "../../../../src/channels/email/feedback/events.ts";
import { NOW } from "../fixtures.ts";

describe.each(Object.entries(FEEDBACK))("%s", (_, read) => {
  it("makes nothing of what it does not understand, and does not throw", () => {
    fc.assert(
      fc.property(fc.anything(), (payload) => {
        expect(read(payload, NOW)).toEqual([]);
      }),
    );
  });
});

it("a time that cannot be read becomes the time of receipt, and a missing recipient stays missing", () => {
  const payload = { type: "email.delivered", created_at: "yesterday", data: { email_id: "m-1" } };
  expect(FEEDBACK.resend(payload, NOW)).toMatchObject([{ at: NOW, address: null, dispatchId: null }]);
});

it.each(["mailbox of ada@example.com is full", "550 5.1.1", "x".repeat(65), "naïve"])(
  "free text never becomes a code: %s",
  (reason) => {
    const payload = { type: "email.failed", data: { email_id: "m-1", failed: { reason } } };
    expect(FEEDBACK.resend(payload, NOW)).toMatchObject([{ kind: "failed", code: "unknown" }]);
  },
);
