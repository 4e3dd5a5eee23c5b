import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { DAY } from "../../../../src/lib/clock.ts";
import type { Answer, Harness } from "../../../support/harness.ts";
import { createMailWorld, givenMails, givenMailsTo, givenReader, mailNow } from "../../../support/mail.ts";
import { dispatchOf } from "../../../support/pipeline.ts";
import { CERTIFICATE, CERTIFICATE_URL, snsMessage, TOPIC } from "../feedback/sns-signer.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const CREDENTIALS = "postmark:a-password-of-enough-length";

/** A world that listens to every webhook. */
function createListeningWorld(): Harness {
  const h = createMailWorld("resend", {
    RESEND_WEBHOOK_SECRET: SECRET,
    POSTMARK_WEBHOOK_CREDENTIALS: CREDENTIALS,
    SES_TOPIC_ARNS: TOPIC,
  });
  h.hosts.set(new URL(CERTIFICATE_URL).hostname, async () => new Response(CERTIFICATE));
  return h;
}

/** Signs as Svix's specification says, without the library. */
async function svixHeaders(h: Harness, body: string, secret = SECRET): Promise<Record<string, string>> {
  const raw = Uint8Array.from(atob(secret.replace("whsec_", "")), (character) => character.charCodeAt(0));
  const key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const seconds = Math.floor(h.clock.now() / 1_000);
  const mac = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(`msg_1.${seconds}.${body}`));
  return {
    "svix-id": "msg_1",
    "svix-timestamp": `${seconds}`,
    "svix-signature": `v1,${btoa(String.fromCharCode(...new Uint8Array(mac)))}`,
  };
}

interface Mail {
  id: string;
  email: string;
}

async function givenMail(h: Harness): Promise<Mail> {
  const { id: userId, email } = await givenReader(h);
  const [id = ""] = await givenMails(h, [userId]);
  return { id, email };
}

async function givenSentMail(h: Harness): Promise<Mail> {
  const mail = await givenMail(h);
  await mailNow(h, [mail.id]);
  expect((await dispatchOf(mail.id)).status).toBe("sent");
  return mail;
}

const resendBody = (h: Harness, type: string, { id, email }: Mail, more: object = {}): string =>
  JSON.stringify({
    type: `email.${type}`,
    created_at: new Date(h.clock.now()).toISOString(),
    data: { email_id: crypto.randomUUID(), to: [email], tags: { tidings_dispatch: id }, ...more },
  });

/** Resend tells this of a mail. */
async function tell(h: Harness, type: string, mail: Mail, more: object = {}): Promise<Answer> {
  const body = resendBody(h, type, mail, more);
  return h.request("POST", "/webhooks/resend", { as: null, body, headers: await svixHeaders(h, body) });
}

const HARD = { bounce: { type: "Permanent", subType: "General" } };
const SOFT = { bounce: { type: "Transient", subType: "MailboxFull" } };

const statusOf = async ({ id }: Mail): Promise<string> => (await dispatchOf(id)).status;

const suppressionOf = ({ email }: Mail) =>
  env.DB.prepare("SELECT reason, expires_at FROM suppressions WHERE email = ?")
    .bind(email.toLowerCase())
    .first<{ reason: string; expires_at: number | null }>();

describe("what Resend tells", () => {
  test("costs one round trip and a few rows, however many e-mails there are", async () => {
    const h = createListeningWorld();
    const mail = await givenSentMail(h);
    await givenMailsTo(h, 1_000);
    h.meter.reset();
    await tell(h, "delivered", mail);
    expect(await statusOf(mail)).toBe("delivered");
    expect(h.meter.trips).toBe(1);
    expect(h.meter.rowsRead).toBeLessThan(20);

    h.meter.reset();
    await tell(h, "bounced", mail, HARD);
    expect(await statusOf(mail)).toBe("bounced");
    expect(h.meter.trips).toBe(1);
    // Its address is suppressed, and the organization's endpoints and its fallback are looked for.
    expect(h.meter.rowsRead).toBeLessThan(40);

    // A repeat writes nothing of the dispatch.
    h.meter.reset();
    await tell(h, "delivered", mail);
    expect(h.meter.rowsWritten).toBe(0);
  });

  test("of a delivery is written down", async () => {
    const h = createListeningWorld();
    const mail = await givenSentMail(h);
    const answer = await tell(h, "delivered", mail);
    expect([answer.status, answer.body]).toEqual([200, { events: 1 }]);
    const { status, delivered_at } = await dispatchOf(mail.id);
    expect([status, delivered_at]).toEqual(["delivered", h.clock.now()]);
    expect(await suppressionOf(mail)).toBeNull();
  });

  test("of a hard bounce suppresses the address for 90 days", async () => {
    const h = createListeningWorld();
    const mail = await givenSentMail(h);
    await tell(h, "bounced", mail, HARD);
    expect(await statusOf(mail)).toBe("bounced");
    expect(await suppressionOf(mail)).toEqual({ reason: "bounce", expires_at: h.clock.now() + 90 * DAY });

    const { user_id } = await dispatchOf(mail.id);
    const [next = ""] = await givenMails(h, [user_id]);
    await mailNow(h, [next]);
    expect((await dispatchOf(next)).error_code).toBe("suppressed");
  });

  test("of a soft bounce suppresses nobody", async () => {
    const h = createListeningWorld();
    const mail = await givenSentMail(h);
    await tell(h, "bounced", mail, SOFT);
    expect(await statusOf(mail)).toBe("bounced");
    expect(await suppressionOf(mail)).toBeNull();
  });

  test("of a complaint suppresses the address for good, and says that the mail arrived", async () => {
    const h = createListeningWorld();
    const mail = await givenSentMail(h);
    await tell(h, "complained", mail);
    await tell(h, "bounced", await givenSentMail(h), { ...HARD, to: [mail.email] });
    expect(await statusOf(mail)).toBe("delivered");
    expect(await suppressionOf(mail)).toEqual({ reason: "complaint", expires_at: null });
  });

  test("changes nothing when it is repeated", async () => {
    const h = createListeningWorld();
    const mail = await givenSentMail(h);
    const body = resendBody(h, "bounced", mail, HARD);
    const headers = await svixHeaders(h, body);
    const post = () => h.request("POST", "/webhooks/resend", { as: null, body, headers });
    expect((await post()).status).toBe(200);
    const before = [await dispatchOf(mail.id), await suppressionOf(mail)];
    expect((await post()).status).toBe(200);
    expect([await dispatchOf(mail.id), await suppressionOf(mail)]).toEqual(before);
  });

  test.each([
    ["delivered", "bounced"],
    ["bounced", "delivered"],
  ])("comes to the same in any order: %s, then %s", async (first, second) => {
    const h = createListeningWorld();
    const mail = await givenSentMail(h);
    await tell(h, first, mail, HARD);
    await tell(h, second, mail, HARD);
    expect(await statusOf(mail)).toBe("bounced");
  });

  test("before we have written down that it was sent is the last word", async () => {
    const h = createListeningWorld();
    const mail = await givenMail(h);
    const { fetch } = h.resend;
    h.hosts.set("api.resend.com", async (url, init) => {
      const answer = await fetch(url, init);
      expect(await statusOf(mail)).toBe("sending");
      await tell(h, "delivered", mail);
      return answer;
    });
    await mailNow(h, [mail.id]);
    const { status, provider, provider_message_id, delivered_count, wake_at } = await dispatchOf(mail.id);
    expect({ status, provider, provider_message_id, delivered_count, wake_at }).toEqual({
      status: "delivered",
      provider: "resend",
      provider_message_id: h.resend.accepted[0]?.id,
      delivered_count: 1,
      wake_at: null,
    });
  });

  test("of messages that nobody knows is taken, and changes nothing", async () => {
    const h = createListeningWorld();
    const mail = await givenSentMail(h);
    const answer = await tell(h, "delivered", { ...mail, id: crypto.randomUUID() });
    expect(answer.status).toBe(200);
    expect(await statusOf(mail)).toBe("sent");
  });
});

describe("a call to Resend's webhook that is not Resend's", () => {
  test.each([
    ["is signed with another secret", `whsec_${btoa("x".repeat(24))}`, ""],
    ["was changed after it was signed", SECRET, " "],
  ])("%s is refused, and changes nothing", async (_, secret, added) => {
    const h = createListeningWorld();
    const mail = await givenSentMail(h);
    const body = resendBody(h, "bounced", mail, HARD);
    const headers = await svixHeaders(h, body, secret);
    const answer = await h.request("POST", "/webhooks/resend", { as: null, body: body + added, headers });
    expect(answer.status).toBe(403);
    expect(await statusOf(mail)).toBe("sent");
    expect(await suppressionOf(mail)).toBeNull();
  });

  test("finds nothing where no secret is configured", async () => {
    const h = createMailWorld();
    expect((await tell(h, "delivered", await givenSentMail(h))).status).toBe(404);
  });
});

describe("Postmark's webhook", () => {
  test.each([
    ["is taken with our credentials", CREDENTIALS, 200, "bounced"],
    ["is refused with others", "postmark:another-password-as-long", 403, "sent"],
  ])("%s", async (_, credentials, code, status) => {
    const h = createListeningWorld();
    const mail = await givenSentMail(h);
    const body = {
      RecordType: "Bounce",
      MessageID: crypto.randomUUID(),
      Metadata: { tidings_dispatch: mail.id },
      Type: "HardBounce",
      Email: mail.email,
      BouncedAt: new Date(h.clock.now()).toISOString(),
    };
    const headers = { authorization: `Basic ${btoa(credentials)}` };
    const answer = await h.request("POST", "/webhooks/postmark", { as: null, body, headers });
    expect(answer.status).toBe(code);
    expect(await statusOf(mail)).toBe(status);
    expect((await suppressionOf(mail))?.reason).toBe(status === "bounced" ? "bounce" : undefined);
  });
});

describe("SES's webhook", () => {
  test.each([
    ["is taken from a topic of ours", TOPIC, 200, "delivered"],
    ["is refused from another topic, though rightly signed", `${TOPIC}-of-others`, 403, "sent"],
  ])("%s", async (_, TopicArn, code, status) => {
    const h = createListeningWorld();
    const mail = await givenSentMail(h);
    const Message = JSON.stringify({
      eventType: "Delivery",
      mail: { messageId: crypto.randomUUID(), tags: { tidings_dispatch: [mail.id] } },
      delivery: { recipients: [mail.email], timestamp: new Date(h.clock.now()).toISOString() },
    });
    const body = await snsMessage({ TopicArn, Message });
    expect((await h.request("POST", "/webhooks/ses", { as: null, body })).status).toBe(code);
    expect(await statusOf(mail)).toBe(status);
  });
});
