import { describe, expect, it } from "vitest";
import { sesEvents } from "../../../../src/channels/email/providers/ses/events.ts";
import { AT, DISPATCH, NOW, gist, ISO } from "./fixtures.ts";

const read = (payload: unknown) => sesEvents(payload, NOW);

describe("SES", () => {
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
      },
    ]);
  });

  it.each([
    ["Permanent", "General", true, "permanent_general"],
    ["Permanent", "NoEmail", true, "permanent_no_email"],
    ["Permanent", "Suppressed", true, "suppressed"],
    ["Permanent", "OnAccountSuppressionList", true, "suppressed"],
    ["Transient", "MailboxFull", false, "transient_mailbox_full"],
  ])("tells of a bounce: %s, %s", (type, subType, permanent, code) => {
    const events = read(bounce(type, subType));
    expect(gist(events)).toEqual([{ kind: "bounced", permanent, code }]);
    expect(events[0]).toMatchObject({ dispatchId: DISPATCH, address: "ada@example.com", at: AT });
  });

  it.each([
    ["Transient", "General", "transient_general"],
    ["Undetermined", "Undetermined", "undetermined_undetermined"],
  ])("calls an automatic reply a bounce: %s, %s", (type, subType, code) => {
    expect(gist(read(bounce(type, subType)))).toEqual([{ kind: "maybe_bounced", permanent: false, code }]);
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

  it("makes an event of each recipient", () => {
    const payload = bounce("Permanent", "General");
    const two = [{ emailAddress: "ada@example.com" }, { emailAddress: "Bob <bob@example.com>" }];
    const events = read({ ...payload, bounce: { ...payload.bounce, bouncedRecipients: two } });
    expect(events.map((event) => event.address)).toEqual(["ada@example.com", "bob@example.com"]);
  });

  it.each(["Send", "Open", "Click", "DeliveryDelay", "Subscription", "Something New"])(
    "%s changes nothing",
    (eventType) => {
      expect(read({ eventType, mail })).toEqual([]);
    },
  );
});
