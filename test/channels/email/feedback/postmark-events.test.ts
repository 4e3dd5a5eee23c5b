import { describe, expect, it } from "vitest";
import type { FeedbackEvent } from "../../../../src/channels/feedback/event.ts";
import { postmarkEvents } from "../../../../src/channels/email/providers/postmark/events.ts";
import { AT, DISPATCH, NOW, gist, ISO } from "./fixtures.ts";

const read = (payload: unknown) => postmarkEvents(payload, NOW);

describe("Postmark", () => {
  const base = {
    MessageID: "883953f4-6105-42a2-a16a-77a8eac79483",
    MessageStream: "outbound",
    ServerID: 23,
    Tag: "",
    Metadata: { tidings_dispatch: DISPATCH },
  };
  const bounce = (Type: string, Inactive: boolean) => ({
    ...base,
    RecordType: "Bounce",
    ID: 4_323_372_036,
    Type,
    Name: "Hard bounce",
    Description: "The server was unable to deliver your message (ex: unknown user, mailbox not found).",
    Email: "ada@example.com",
    BouncedAt: "2026-05-31T22:48:57.132-04:00",
    Inactive,
    CanActivate: true,
    Subject: "Your certificate",
  });

  it("tells of a delivery", () => {
    const record = {
      ...base,
      RecordType: "Delivery",
      Recipient: "ada@example.com",
      DeliveredAt: ISO,
      Details: "250 ok",
    };
    expect(read(record)).toEqual([
      {
        kind: "delivered",
        permanent: false,
        dispatchId: DISPATCH,
        providerMessageId: base.MessageID,
        address: "ada@example.com",
        at: AT,
        code: "delivered",
      },
    ]);
  });

  it.each<[string, boolean, FeedbackEvent["kind"], boolean, string]>([
    ["HardBounce", true, "bounced", true, "hard_bounce"],
    ["HardBounce", false, "bounced", true, "hard_bounce"],
    ["BadEmailAddress", true, "bounced", true, "bad_email_address"],
    ["ManuallyDeactivated", true, "bounced", true, "manually_deactivated"],
    ["SoftBounce", false, "bounced", false, "soft_bounce"],
    // Postmark has deactivated the address, whatever it calls the bounce: it would refuse the next message.
    ["SpamNotification", true, "bounced", true, "spam_notification"],
    ["SpamNotification", false, "bounced", false, "spam_notification"],
    ["Blocked", false, "bounced", false, "blocked"],
    ["DMARCPolicy", false, "bounced", false, "dmarcpolicy"],
    ["DnsError", false, "bounced", false, "dns_error"],
    ["Transient", false, "maybe_bounced", false, "transient"],
    ["Unknown", false, "maybe_bounced", false, "unknown"],
    ["VirusNotification", false, "bounced", false, "virus_notification"],
    ["SpamComplaint", true, "complained", true, "complaint"],
    ["SMTPApiError", false, "failed", false, "smtpapi_error"],
    ["TemplateRenderingFailed", false, "failed", false, "template_rendering_failed"],
  ])("tells of a bounce: %s, inactive: %s", (type, inactive, kind, permanent, code) => {
    const events = read(bounce(type, inactive));
    expect(gist(events)).toEqual([{ kind, permanent, code }]);
    expect(events[0]).toMatchObject({ dispatchId: DISPATCH, address: "ada@example.com", at: AT });
  });

  it("tells of a complaint", () => {
    expect(gist(read({ ...bounce("SpamComplaint", true), RecordType: "SpamComplaint" }))).toEqual([
      { kind: "complained", permanent: true, code: "complaint" },
    ]);
  });

  it.each([
    "AutoResponder",
    "AddressChange",
    "Unsubscribe",
    "Subscribe",
    "ChallengeVerification",
    "OpenRelayTest",
  ])("%s is no bounce: the message arrived", (type) => {
    expect(read(bounce(type, false))).toEqual([]);
  });

  it.each(["Open", "Click", "SubscriptionChange", "Inbound"])("%s changes nothing", (RecordType) => {
    expect(read({ ...base, RecordType, Recipient: "ada@example.com", SuppressSending: true })).toEqual([]);
  });

  it("may come without metadata", () => {
    expect(read({ ...bounce("HardBounce", true), Metadata: {} })).toMatchObject([
      { dispatchId: null, providerMessageId: base.MessageID },
    ]);
  });
});
