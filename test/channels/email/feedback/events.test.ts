import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EMAIL_PROVIDERS } from "../../../../src/channels/email/providers/index.ts";
import { resendEvents } from "../../../../src/channels/email/providers/resend/events.ts";
import { NOW } from "../fixtures.ts";

const READERS = Object.entries(EMAIL_PROVIDERS).flatMap(([name, { events }]) =>
  events === undefined ? [] : [[name, events] as const],
);

it("every provider that delivers tells what became of its messages", () => {
  expect(READERS.map(([name]) => name)).toEqual(["ses", "resend", "postmark", "cloudflare"]);
});

describe.each(READERS)("%s", (_, read) => {
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
  expect(resendEvents(payload, NOW)).toMatchObject([{ at: NOW, address: null, dispatchId: null }]);
});

it.each(["mailbox of ada@example.com is full", "550 5.1.1", "x".repeat(65), "naïve"])(
  "free text never becomes a code: %s",
  (reason) => {
    const payload = { type: "email.failed", data: { email_id: "m-1", failed: { reason } } };
    expect(resendEvents(payload, NOW)).toMatchObject([{ kind: "failed", code: "unknown" }]);
  },
);
