import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applyFeedback } from "../../../../src/channels/feedback/apply.ts";
import { cloudflareEvents } from "../../../../src/channels/email/providers/cloudflare/events.ts";
import { postmarkEvents } from "../../../../src/channels/email/providers/postmark/events.ts";
import { resendEvents } from "../../../../src/channels/email/providers/resend/events.ts";
import { sesEvents } from "../../../../src/channels/email/providers/ses/events.ts";
import { DAY, SECOND } from "../../../../src/lib/clock.ts";
import { settle } from "../../../../src/delivery/settle.ts";
import type { Harness } from "../../../support/harness.ts";
import { createMailWorld, givenMails, givenReader } from "../../../support/mail.ts";
import { dispatchOf } from "../../../support/pipeline.ts";

/** What can become of a message. `reply`: an automatic one, which the provider calls a passing bounce. */
const NEWS = ["failed", "reply", "delivered", "complaint", "soft", "hard"] as const;
type News = (typeof NEWS)[number];

interface About {
  id: string;
  message: string;
  /** Whom the event names. */
  to: string;
  at: string;
}

/** What each provider sends for which news. One that has no such thing has no entry. */
const READERS = {
  ses: sesEvents,
  resend: resendEvents,
  postmark: postmarkEvents,
  cloudflare: cloudflareEvents,
};
const PROVIDERS = ["ses", "resend", "postmark", "cloudflare"] as const;

const PAYLOADS: Record<(typeof PROVIDERS)[number], Partial<Record<News, (about: About) => unknown>>> = {
  ses: (() => {
    const mail = ({ id, message, to }: About) => ({
      messageId: message,
      destination: [to],
      tags: { tidings_dispatch: [id] },
    });
    const bounce = (bounceType: string, bounceSubType: string) => (about: About) => ({
      eventType: "Bounce",
      mail: mail(about),
      bounce: {
        bounceType,
        bounceSubType,
        bouncedRecipients: [{ emailAddress: about.to }],
        timestamp: about.at,
      },
    });
    return {
      failed: (about) => ({ eventType: "Reject", mail: mail(about) }),
      reply: bounce("Transient", "General"),
      delivered: (about) => ({
        eventType: "Delivery",
        mail: mail(about),
        delivery: { recipients: [about.to], timestamp: about.at },
      }),
      complaint: (about) => ({
        eventType: "Complaint",
        mail: mail(about),
        complaint: { complainedRecipients: [{ emailAddress: about.to }], timestamp: about.at },
      }),
      soft: bounce("Transient", "MailboxFull"),
      hard: bounce("Permanent", "NoEmail"),
    };
  })(),
  resend: (() => {
    const event =
      (type: string, more: object = {}) =>
      ({ id, message, to, at }: About) => ({
        type: `email.${type}`,
        created_at: at,
        data: { email_id: message, to: [to], tags: { tidings_dispatch: id }, ...more },
      });
    const bounce = (type: string, subType: string) => event("bounced", { bounce: { type, subType } });
    return {
      failed: event("failed", { failed: { reason: "reached_daily_quota" } }),
      reply: bounce("Transient", "General"),
      delivered: event("delivered"),
      complaint: event("complained"),
      soft: bounce("Transient", "MailboxFull"),
      hard: bounce("Permanent", "General"),
    };
  })(),
  postmark: (() => {
    const record =
      (RecordType: string, more: object = {}) =>
      ({ id, message, to, at }: About) => ({
        RecordType,
        MessageID: message,
        Metadata: { tidings_dispatch: id },
        Email: to,
        BouncedAt: at,
        ...more,
      });
    const bounce = (Type: string) => record("Bounce", { Type, Inactive: Type === "HardBounce" });
    return {
      failed: bounce("SMTPApiError"),
      reply: bounce("Transient"),
      delivered: record("Delivery"),
      complaint: record("SpamComplaint"),
      soft: bounce("SoftBounce"),
      hard: bounce("HardBounce"),
    };
  })(),
  cloudflare: (() => {
    const event =
      (type: string, more: object = {}) =>
      ({ message, to, at }: About) => ({
        type: `cf.email.sending.message.${type}`,
        payload: { messageId: message, recipient: to, ...more },
        metadata: { eventTimestamp: at },
      });
    return {
      failed: event("failed", { failure: { reason: "delivery_failed" } }),
      reply: event("bounced", { bounce: { type: "soft", classification: "temporary_failure" } }),
      delivered: event("delivered"),
      complaint: event("complained"),
      hard: event("bounced", { bounce: { type: "hard", classification: "permanent_failure" } }),
    };
  })(),
};

/** What is to come of all that was told, whatever the order. */
function expected(told: ReadonlySet<News>): string {
  if (told.has("hard") || told.has("soft")) return "bounced";
  if (told.has("delivered") || told.has("complaint")) return "delivered";
  if (told.has("reply")) return "bounced";
  return told.has("failed") ? "failed" : "sent";
}

const STRANGER = "stranger@example.org";

/** A message that a provider has taken; what came of it is not written down before `settle` is called. */
async function givenAccepted(h: Harness) {
  const { id: userId, email } = await givenReader(h);
  const [id = ""] = await givenMails(h, [userId]);
  const message = crypto.randomUUID();
  await env.DB.prepare("UPDATE dispatches SET status = 'sending', claim_id = ?1 WHERE id = ?2")
    .bind(`claim-${id}`, id)
    .run();
  const dispatch = await dispatchOf(id);
  return {
    id,
    email,
    message,
    settle: () =>
      settle(
        h.ctx,
        {
          channel: "email",
          claim_id: `claim-${id}`,
          claimed_at: h.clock.now(),
          verdicts: [
            {
              ...{ id, status: "sent", error_code: null, error: null, provider: "x", targets: 1, spent: 1 },
              ...{
                provider_message_id: message,
                due_at: dispatch.due_at,
                wake_at: null,
                follow_at: null,
                frees_slot: false,
                entry: null,
                chunk_id: null,
              },
              ...{ slot_at: dispatch.slot_at, sent_at: h.clock.now() },
            },
          ],
          deliveries: [],
          gone: [],
        },
        [{ id, to_address: email, title: "Hello" }],
      ),
  };
}

const outcomeOf = async (id: string, email: string) => {
  const { status, error_code, error, delivered_at, delivered_count, wake_at } = await dispatchOf(id);
  const suppressed = await env.DB.prepare("SELECT reason, expires_at FROM suppressions WHERE email = ?")
    .bind(email)
    .first();
  return { status, error_code, error, delivered_at, delivered_count, wake_at, suppressed };
};

describe.each(PROVIDERS)("what %s tells", (provider) => {
  const payloads = PAYLOADS[provider];
  const kinds = NEWS.filter((news) => payloads[news] !== undefined);
  const one = fc.record({
    news: fc.constantFrom(...kinds),
    seconds: fc.integer({ min: -30, max: 3 }),
    names: fc.constantFrom("us", "display", "stranger"),
  });
  /** Some news, twice in some order, and how they come: in how many calls, and how many before we have settled. */
  const course = fc.array(one, { maxLength: 5 }).chain((told) =>
    fc.record({
      told: fc.constant(told),
      order: fc.shuffledSubarray([...told, ...told], { minLength: told.length * 2 }),
      calls: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 10, maxLength: 10 }),
      early: fc.integer({ min: 0, max: told.length * 2 }),
    }),
  );

  test("comes to the same in every order, repeated or not, before our own settle or after it", async () => {
    await fc.assert(
      fc.asyncProperty(course, async ({ told, order, calls, early }) => {
        const h = createMailWorld();
        const events = (mail: { id: string; message: string; email: string }, some: typeof told) =>
          some.flatMap(({ news, seconds, names }) => {
            const to = { us: mail.email, display: `Kari <${mail.email}>`, stranger: STRANGER }[names];
            const at = new Date(h.clock.now() + seconds * SECOND).toISOString();
            return READERS[provider](payloads[news]?.({ ...mail, to, at }), h.clock.now());
          });

        const inOrder = await givenAccepted(h);
        await inOrder.settle();
        for (const event of events(inOrder, told)) await applyFeedback(h.ctx, "email", [event]);

        const shuffled = await givenAccepted(h);
        const left = events(shuffled, order);
        // Those that carry no id of ours come again until the dispatch has the provider's.
        const again = [];
        for (const event of left.splice(0, early))
          if ((await applyFeedback(h.ctx, "email", [event])).size > 0) again.push(event);
        await shuffled.settle();
        left.push(...again);
        while (left.length > 0) await applyFeedback(h.ctx, "email", left.splice(0, calls.shift() ?? 1));

        const outcome = await outcomeOf(inOrder.id, inOrder.email);
        expect(await outcomeOf(shuffled.id, shuffled.email)).toEqual(outcome);
        const news = new Set(told.map((each) => each.news));
        // The mailbox was away at the last of the bounces. A provider's clock may be ahead of ours.
        const lastHard = Math.max(...told.filter((each) => each.news === "hard").map((each) => each.seconds));
        expect(outcome.status).toBe(expected(news));
        expect(outcome.suppressed).toEqual(
          news.has("complaint")
            ? { reason: "complaint", expires_at: null }
            : news.has("hard")
              ? { reason: "bounce", expires_at: h.clock.now() + Math.min(lastHard, 0) * SECOND + 90 * DAY }
              : null,
        );
        expect((await outcomeOf(inOrder.id, STRANGER)).suppressed).toBeNull();
      }),
      { numRuns: 40 },
    );
  });
});

describe("the address that is suppressed", () => {
  const hard = (id: string, to: string) => ({
    type: "email.bounced",
    data: {
      email_id: "m",
      to: [to],
      tags: { tidings_dispatch: id },
      bounce: { type: "Permanent", subType: "General" },
    },
  });
  const suppressedOf = async (...emails: string[]) => {
    const { results } = await env.DB.prepare(
      "SELECT email FROM suppressions WHERE email IN (SELECT value FROM json_each(?)) ORDER BY email",
    )
      .bind(JSON.stringify(emails))
      .all<{ email: string }>();
    return results.map(({ email }) => email);
  };
  const tell = (h: Harness, id: string, to: string) =>
    applyFeedback(h.ctx, "email", resendEvents(hard(id, to), h.clock.now()));

  test("is the one that the e-mail went to, though the user has another by now", async () => {
    const h = createMailWorld();
    const mail = await givenAccepted(h);
    await mail.settle();
    const other = `other-${mail.email}`;
    await env.DB.prepare("UPDATE users SET email = ? WHERE email = ?").bind(other, mail.email).run();
    await tell(h, mail.id, other);
    expect(await suppressedOf(mail.email, other)).toEqual([mail.email]);
  });

  test("of an attempt that is not settled is the user's, or that of the attempt before, as the event says", async () => {
    const h = createMailWorld();
    const mail = await givenAccepted(h);
    const before = `before-${mail.email}`;
    await env.DB.prepare("UPDATE dispatches SET to_address = ? WHERE id = ?").bind(before, mail.id).run();
    await tell(h, mail.id, mail.email);
    expect(await suppressedOf(mail.email, before)).toEqual([mail.email]);
    await tell(h, mail.id, before);
    expect(await suppressedOf(mail.email, before)).toEqual([before, mail.email]);
  });

  test("is none once the dispatch was removed", async () => {
    const h = createMailWorld();
    const mail = await givenAccepted(h);
    await mail.settle();
    await env.DB.prepare("DELETE FROM dispatches WHERE id = ?").bind(mail.id).run();
    await tell(h, mail.id, mail.email);
    expect(await suppressedOf(mail.email)).toEqual([]);
  });

  test("of an event before a retry by hand is that of the earlier try, never of the new one", async () => {
    const h = createMailWorld();
    const mail = await givenAccepted(h);
    await mail.settle();
    const asked = h.clock.now() + DAY;
    await env.DB.prepare("UPDATE dispatches SET scheduled_at = ? WHERE id = ?").bind(asked, mail.id).run();
    await tell(h, mail.id, STRANGER);
    expect(await suppressedOf(mail.email, STRANGER)).toEqual([]);
    await tell(h, mail.id, mail.email);
    expect(await suppressedOf(mail.email)).toEqual([mail.email]);
    expect((await dispatchOf(mail.id)).status).toBe("sent");
  });

  test.each([
    [59, "bounced"],
    [61, "sent"],
  ])(
    "of an event %i s before a retry by hand: the e-mail is %s, since a provider's clock may be behind ours",
    async (seconds, status) => {
      const h = createMailWorld();
      const mail = await givenAccepted(h);
      await mail.settle();
      const asked = h.clock.now() + seconds * SECOND;
      await env.DB.prepare("UPDATE dispatches SET scheduled_at = ? WHERE id = ?").bind(asked, mail.id).run();
      await tell(h, mail.id, mail.email);
      expect((await dispatchOf(mail.id)).status).toBe(status);
    },
  );
});
