import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FEEDBACK, type FeedbackEvent } from "../../../../src/channels/email/feedback/events.ts";
import { NOW } from "../fixtures.ts";

const DISPATCH = "01999999-0000-7000-8000-000000000001";
const ENVELOPE = { id: "delivery-1", receivedAt: NOW };
/** 2026-06-01T02:48:57.132Z */
const AT = 1_780_282_137_132;
const ISO = "2026-06-01T02:48:57.132Z";

/** What an event says in short. */
const gist = (events: readonly FeedbackEvent[]) =>
  events.map(({ kind, permanent, code }) => ({ kind, permanent, code }));

describe("SES", () => {
  const read = (payload: unknown) => FEEDBACK.ses(payload, ENVELOPE);
  const mail = {
    timestamp: "2026-06-01T02:48:00.000Z",
    source: "Tidings <notifications@tidings.example>",
    messageId: "EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000",
    destination: ["ada@example.com"],
    tags: { "ses:configuration-set": ["tidings"], tidings_dispatch: [DISPATCH] },
  };
  const bounce = (bounceType: string, bounceSubType: string) => ({
    eventType: "Bounce",
    bounce: {
      bounceType,
      bounceSubType,
      bouncedRecipients: [
        {
          emailAddress: "ada@example.com",
          action: "failed",
          status: "5.1.1",
          diagnosticCode: "smtp; 550 5.1.1 user unknown",
        },
      ],
      timestamp: ISO,
      feedbackId: "01000157c44f053b-61b59c11-9236-11e6-8f96-7be8aexample-000000",
      reportingMTA: "dsn; mta.example.com",
    },
    mail,
  });
  const complaint = (change: Record<string, unknown> = {}) => ({
    eventType: "Complaint",
    complaint: {
      complainedRecipients: [{ emailAddress: "ada@example.com" }],
      timestamp: ISO,
      feedbackId: "0100-1",
      complaintFeedbackType: "abuse",
      ...change,
    },
    mail,
  });

  it("tells of a delivery", () => {
    const payload = {
      eventType: "Delivery",
      mail,
      delivery: {
        timestamp: ISO,
        processingTimeMillis: 3_905,
        recipients: ["ada@example.com"],
        smtpResponse: "250 ok",
      },
    };
    expect(read(payload)).toEqual([
      {
        kind: "delivered",
        permanent: false,
        dispatchId: DISPATCH,
        providerMessageId: mail.messageId,
        address: "ada@example.com",
        at: AT,
        code: "delivered",
        eventId: "delivery-1",
      },
    ]);
  });

  it.each([
    ["Permanent", "General", true, "permanent_general"],
    ["Permanent", "NoEmail", true, "permanent_no_email"],
    ["Permanent", "Suppressed", true, "suppressed"],
    ["Permanent", "OnAccountSuppressionList", true, "suppressed"],
    ["Transient", "MailboxFull", false, "transient_mailbox_full"],
    ["Transient", "General", false, "transient_general"],
    ["Undetermined", "Undetermined", false, "undetermined_undetermined"],
  ])("tells of a bounce: %s, %s", (type, subType, permanent, code) => {
    const events = read(bounce(type, subType));
    expect(gist(events)).toEqual([{ kind: "bounced", permanent, code }]);
    expect(events[0]).toMatchObject({ dispatchId: DISPATCH, address: "ada@example.com", at: AT });
  });

  it("tells of a complaint, and not of one taken back", () => {
    expect(gist(read(complaint()))).toEqual([
      { kind: "complained", permanent: true, code: "complaint_abuse" },
    ]);
    expect(
      gist(read(complaint({ complaintFeedbackType: null, complaintSubType: "OnAccountSuppressionList" }))),
    ).toEqual([{ kind: "complained", permanent: true, code: "suppressed" }]);
    expect(read(complaint({ complaintFeedbackType: "not-spam" }))).toEqual([]);
  });

  it("tells of what SES would not send", () => {
    expect(gist(read({ eventType: "Reject", mail, reject: { reason: "Bad content" } }))).toEqual([
      { kind: "failed", permanent: false, code: "rejected" },
    ]);
    const failure = { errorMessage: "Attribute 'name' is not present", templateName: "x" };
    expect(gist(read({ eventType: "Rendering Failure", mail, failure }))).toEqual([
      { kind: "failed", permanent: false, code: "rendering_failure" },
    ]);
  });

  it("is also read from an identity's feedback, which has no tags", () => {
    const { eventType, ...rest } = bounce("Permanent", "General");
    const { tags: _, ...untagged } = mail;
    const [event] = read({ ...rest, notificationType: eventType, mail: untagged });
    expect(event).toMatchObject({ kind: "bounced", dispatchId: null, providerMessageId: mail.messageId });
  });

  it("makes an event of each recipient, each with an id of its own that repeats keep", () => {
    const payload = bounce("Permanent", "General");
    const two = [{ emailAddress: "ada@example.com" }, { emailAddress: "Bob <bob@example.com>" }];
    const events = read({ ...payload, bounce: { ...payload.bounce, bouncedRecipients: two } });
    expect(events.map((event) => event.address)).toEqual(["ada@example.com", "bob@example.com"]);
    expect(events.map((event) => event.eventId)).toEqual(["delivery-1", "delivery-1:1"]);
  });

  it.each(["Send", "Open", "Click", "DeliveryDelay", "Subscription", "Something New"])(
    "%s changes nothing",
    (eventType) => {
      expect(read({ eventType, mail })).toEqual([]);
    },
  );
});

describe("Resend", () => {
  const read = (payload: unknown) => FEEDBACK.resend(payload, ENVELOPE);
  const webhook = (type: string, more: Record<string, unknown> = {}) => ({
    type,
    created_at: ISO,
    data: {
      created_at: "2026-06-01T02:48:00.000Z",
      email_id: "56761188-7520-42d8-8898-ff6fc54ce618",
      from: "Tidings <notifications@tidings.example>",
      to: ["ada@example.com"],
      subject: "Your certificate",
      tags: { tidings_dispatch: DISPATCH },
      ...more,
    },
  });

  it("tells of a delivery", () => {
    expect(read(webhook("email.delivered"))).toEqual([
      {
        kind: "delivered",
        permanent: false,
        dispatchId: DISPATCH,
        providerMessageId: "56761188-7520-42d8-8898-ff6fc54ce618",
        address: "ada@example.com",
        at: AT,
        code: "delivered",
        eventId: "delivery-1",
      },
    ]);
  });

  it.each<[string, Record<string, unknown>, FeedbackEvent["kind"], boolean, string]>([
    [
      "email.bounced",
      { bounce: { type: "Permanent", subType: "General" } },
      "bounced",
      true,
      "permanent_general",
    ],
    [
      "email.bounced",
      { bounce: { type: "Permanent", subType: "Suppressed" } },
      "bounced",
      true,
      "suppressed",
    ],
    [
      "email.bounced",
      { bounce: { type: "Transient", subType: "MailboxFull" } },
      "bounced",
      false,
      "transient_mailbox_full",
    ],
    ["email.bounced", {}, "bounced", false, "unknown"],
    ["email.suppressed", { suppressed: { type: "OnAccountSuppressionList" } }, "bounced", true, "suppressed"],
    ["email.complained", {}, "complained", true, "complaint"],
    ["email.failed", { failed: { reason: "reached_daily_quota" } }, "failed", false, "reached_daily_quota"],
    ["email.failed", {}, "failed", false, "failed"],
  ])("tells of %s with %j", (type, more, kind, permanent, code) => {
    expect(gist(read(webhook(type, more)))).toEqual([{ kind, permanent, code }]);
  });

  it("may come without tags, or with a single recipient", () => {
    expect(read(webhook("email.delivered", { tags: [], to: "ada@example.com" }))).toMatchObject([
      { dispatchId: null, address: "ada@example.com" },
    ]);
  });

  it.each([
    "email.sent",
    "email.opened",
    "email.clicked",
    "email.delivery_delayed",
    "email.scheduled",
    "contact.created",
  ])("%s changes nothing", (type) => {
    expect(read(webhook(type))).toEqual([]);
  });
});

describe("Postmark", () => {
  const read = (payload: unknown) => FEEDBACK.postmark(payload, ENVELOPE);
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
    ID: 4_323_372_036_854_775_807,
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
        eventId: "delivery-1",
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
    ["Transient", false, "bounced", false, "transient"],
    ["Unknown", false, "bounced", false, "unknown"],
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

describe("Cloudflare", () => {
  const read = (payload: unknown) => FEEDBACK.cloudflare(payload, ENVELOPE);
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
        eventId: "0190d0c4-7e9a-7b3c-9f12-1a2b3c4d5e6f",
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
      "bounced",
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

describe.each(Object.entries(FEEDBACK))("%s", (_, read) => {
  it("makes nothing of what it does not understand, and does not throw", () => {
    fc.assert(
      fc.property(fc.anything(), (payload) => {
        expect(read(payload, ENVELOPE)).toEqual([]);
      }),
    );
  });
});

it("a time that cannot be read becomes the time of receipt, and a missing recipient stays missing", () => {
  const payload = { type: "email.delivered", created_at: "yesterday", data: { email_id: "m-1" } };
  expect(FEEDBACK.resend(payload, ENVELOPE)).toMatchObject([{ at: NOW, address: null, dispatchId: null }]);
});

it.each(["mailbox of ada@example.com is full", "550 5.1.1", "x".repeat(65), "naïve"])(
  "free text never becomes a code: %s",
  (reason) => {
    const payload = { type: "email.failed", data: { email_id: "m-1", failed: { reason } } };
    expect(FEEDBACK.resend(payload, ENVELOPE)).toMatchObject([{ kind: "failed", code: "unknown" }]);
  },
);
