import { describe, expect, it } from "vitest";
import type { FeedbackEvent } from "../../../../src/channels/feedback/event.ts";
import { cloudflareEvents } from "../../../../src/channels/email/providers/cloudflare/events.ts";
import { AT, NOW, gist, ISO } from "./fixtures.ts";

const read = (payload: unknown) => cloudflareEvents(payload, NOW);

const event = (type: string, more: Record<string, unknown> = {}) => ({
  type: `cf.email.sending.message.${type}`,
  source: { type: "email.sending", zoneId: "023e105f4ecef8ad9ca31a8372d0c353", domain: "tidings.example" },
  payload: {
    eventId: "0190d0c4-7e9a-7b3c-9f12-1a2b3c4d5e6f",
    messageId: "0101018f7d0c4d9a-msg-deadbeef",
    sender: "notifications@tidings.example",
    recipient: "ada@example.com",
    subject: "Your certificate",
    terminal: true,
    ...more,
  },
  metadata: { accountId: "f9f7", eventSubscriptionId: "1830", eventSchemaVersion: 1, eventTimestamp: ISO },
});

describe("Cloudflare", () => {
  it("tells of a delivery, to be found by the message's id", () => {
    expect(read(event("delivered", { delivery: { status: "delivered", smtpStatusCode: "250" } }))).toEqual([
      {
        kind: "delivered",
        permanent: false,
        dispatchId: null,
        providerMessageId: "0101018f7d0c4d9a-msg-deadbeef",
        address: "ada@example.com",
        at: AT,
        code: "delivered",
      },
    ]);
  });

  it.each<[string, Record<string, unknown>, FeedbackEvent["kind"], boolean, string]>([
    [
      "bounced",
      { bounce: { type: "hard", classification: "permanent_failure", reason: "550 5.1.1 User unknown" } },
      "bounced",
      true,
      "hard_permanent_failure",
    ],
    [
      "bounced",
      { bounce: { type: "soft", classification: "temporary_failure" } },
      "maybe_bounced",
      false,
      "soft_temporary_failure",
    ],
    ["rejected", { rejection: { reason: "suppressed", party: "recipient" } }, "bounced", false, "suppressed"],
    ["rejected", { rejection: { reason: "spam" } }, "failed", false, "rejected_spam"],
    ["failed", { failure: { reason: "delivery_failed" } }, "failed", false, "delivery_failed"],
    ["failed", {}, "failed", false, "failed"],
    ["complained", { complaint: { type: "abuse" } }, "complained", true, "complaint"],
  ])("tells of %s with %j", (type, more, kind, permanent, code) => {
    expect(gist(read(event(type, more)))).toEqual([{ kind, permanent, code }]);
  });

  it("changes nothing while delivery is still tried, or when it is about something else", () => {
    expect(read(event("deferred", { terminal: false }))).toEqual([]);
    expect(read({ ...event("delivered"), type: "cf.r2.object.created" })).toEqual([]);
    expect(read({ ...event("delivered"), type: "delivered" })).toEqual([]);
  });
});
