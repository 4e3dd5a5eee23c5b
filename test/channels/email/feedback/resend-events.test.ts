import { describe, expect, it } from "vitest";
import type { FeedbackEvent } from "../../../../src/channels/feedback/event.ts";
import { resendEvents } from "../../../../src/channels/email/providers/resend/events.ts";
import { AT, DISPATCH, NOW, gist, ISO } from "./fixtures.ts";

const read = (payload: unknown) => resendEvents(payload, NOW);

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

describe("Resend", () => {
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
    [
      "email.bounced",
      { bounce: { type: "Transient", subType: "General" } },
      "maybe_bounced",
      false,
      "transient_general",
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
