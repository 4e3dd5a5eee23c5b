import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { DEAD_LETTERS } from "../support/fake-queue.ts";
import type { Harness } from "../support/harness.ts";
import { createMailWorld, givenMailsTo, mailNow } from "../support/mail.ts";
import { consumeAll, dispatchOf, emptyTables } from "../support/pipeline.ts";

const EMAIL_EVENTS = "tidings-email-events";
/** Whom the events name: not whom we wrote to. */
const RECIPIENT = "ada@example.com";

beforeEach(emptyTables);

/** What Cloudflare's Email Service puts onto the queue. */
const event = (h: Harness, type: string, messageId: string | null, more: object = {}) => ({
  type: `cf.email.sending.message.${type}`,
  source: { type: "email.sending", zoneId: "023e105f4ecef8ad9ca31a8372d0c353", domain: "tidings.example" },
  payload: {
    eventId: crypto.randomUUID(),
    messageId,
    sender: "notifications@tidings.example",
    recipient: RECIPIENT,
    terminal: true,
    ...more,
  },
  metadata: {
    accountId: "f9f7",
    eventSubscriptionId: "1830",
    eventSchemaVersion: 1,
    eventTimestamp: new Date(h.clock.now()).toISOString(),
  },
});

const complaint = (h: Harness, messageId: string | null) =>
  event(h, "complained", messageId, { complaint: { type: "abuse" } });

async function aSentMail(h: Harness) {
  const [id = ""] = await givenMailsTo(h, 1);
  await mailNow(h, [id]);
  return dispatchOf(id);
}

/** What is on the suppression list: nothing else has come upon it. */
async function suppressed() {
  const { results } = await env.DB.prepare("SELECT email, reason FROM suppressions").all();
  return results;
}

describe("an event of Cloudflare's", () => {
  test("reaches its dispatch by the message's id, and a complaint the suppression list", async () => {
    const h = createMailWorld("ses");
    const mail = await aSentMail(h);
    const delivered = event(h, "delivered", mail.provider_message_id, { delivery: { status: "delivered" } });
    h.meter.reset();
    const answers = await consumeAll(h, [delivered, complaint(h, mail.provider_message_id)], EMAIL_EVENTS);
    expect(answers).toEqual(["ack", "ack"]);
    expect(h.meter.trips).toBe(1);
    expect(await dispatchOf(mail.id)).toMatchObject({ status: "delivered", delivered_at: h.clock.now() });
    expect(await suppressed()).toEqual([{ email: mail.to_address, reason: "complaint" }]);
  });

  test("that overtakes what it is about comes again", async () => {
    const h = createMailWorld("ses");
    expect(await consumeAll(h, [event(h, "delivered", "not-yet")], EMAIL_EVENTS)).toEqual([30]);
  });

  test("comes again while D1 is away", async () => {
    const h = createMailWorld("ses");
    h.meter.away(true);
    expect(await consumeAll(h, [complaint(h, "m")], EMAIL_EVENTS)).toEqual([30]);
  });
});

describe("an event among the dead letters", () => {
  test("is not forgotten: it counts as soon as D1 is back", async () => {
    const h = createMailWorld("ses");
    const mail = await aSentMail(h);
    h.meter.away(true);
    const body = complaint(h, mail.provider_message_id);
    expect(await consumeAll(h, [body], DEAD_LETTERS)).toEqual([60]);
    h.meter.away(false);
    expect(await consumeAll(h, [body], DEAD_LETTERS)).toEqual(["ack"]);
    expect(await suppressed()).toEqual([{ email: mail.to_address, reason: "complaint" }]);
    expect(h.logged.join()).not.toContain(RECIPIENT);
  });
});
