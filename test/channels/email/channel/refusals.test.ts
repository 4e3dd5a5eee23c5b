import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { DAY } from "../../../../src/lib/clock.ts";
import type { Harness } from "../../../support/harness.ts";
import {
  createMailWorld,
  givenMails,
  givenReader,
  mailNow,
  mailsOf,
  type Reader,
  type ReaderFacts,
} from "../../../support/mail.ts";
import { dispatchOf } from "../../../support/pipeline.ts";
import { givenChoices } from "../../../support/preferences.ts";

const PREFERENCES = "/api/v1/notifications/preferences";
const HISTORY = "/api/v1/notifications/history";

/** Someone with a mail in the outbox. */
async function givenMail(h: Harness, facts: ReaderFacts = {}, more: Parameters<typeof givenMails>[2] = {}) {
  const reader = await givenReader(h, facts);
  const [id = ""] = await givenMails(h, [reader.id], more);
  return { reader, id };
}

test("an e-mail that cannot be made costs itself an attempt, and the others of its round nothing", async () => {
  const h = createMailWorld();
  const broken = await givenMail(h);
  const fine = await givenMail(h);
  await env.DB.prepare("UPDATE dispatches SET payload = '{' WHERE id = ?").bind(broken.id).run();
  await mailNow(h, [broken.id, fine.id]);
  expect(await dispatchOf(fine.id)).toMatchObject({ status: "sent" });
  expect(await dispatchOf(broken.id)).toMatchObject({
    status: "queued",
    attempts: 1,
    error_code: "compose_failed",
  });
});

const endOf = async (id: string) => {
  const { status, error_code } = await dispatchOf(id);
  return [status, error_code];
};

async function suppress(h: Harness, email: string, expiresAt: number | null): Promise<void> {
  await env.DB.prepare(
    "INSERT INTO suppressions (email, reason, expires_at, created_at) VALUES (?, 'bounce', ?, ?)",
  )
    .bind(email, expiresAt, h.clock.now())
    .run();
}

const optOut = (userId: string, category: string) =>
  givenChoices(userId, { cells: { [category]: { email: false } } });

const asUser = ({ id }: Reader) => ({ role: "user", sub: id }) as const;

describe("mail that cannot be sent", () => {
  test.each([
    ["to nobody's address", { email: null }, "no_address"],
    ["to an unverified address", { verified: false }, "unverified"],
  ])("%s fails without a request", async (_, facts, code) => {
    const h = createMailWorld();
    const { id } = await givenMail(h, facts);
    await mailNow(h, [id]);
    expect(await endOf(id)).toEqual(["failed", code]);
    expect((await dispatchOf(id)).attempts).toBe(0);
    expect(h.resend.requests).toEqual([]);
  });

  test.each([
    ["for good", null],
    ["for a while", 1],
  ])("to an address that is suppressed %s fails without a request", async (_, left) => {
    const h = createMailWorld();
    const { reader, id } = await givenMail(h);
    await suppress(h, reader.email, left === null ? null : h.clock.now() + left);
    await mailNow(h, [id]);
    expect(await endOf(id)).toEqual(["failed", "suppressed"]);
    expect(h.resend.requests).toEqual([]);
  });

  test("is sent again once the suppression has expired", async () => {
    const h = createMailWorld();
    const { reader, id } = await givenMail(h);
    await suppress(h, reader.email, h.clock.now() + DAY);
    h.clock.advance(DAY);
    await mailNow(h, [id]);
    expect(await endOf(id)).toEqual(["sent", null]);
  });

  test("does not keep the rest of its batch from being sent", async () => {
    const h = createMailWorld();
    const bad = await givenMail(h, { verified: false });
    const good = await givenMail(h);
    await mailNow(h, [bad.id, good.id]);
    expect(await endOf(bad.id)).toEqual(["failed", "unverified"]);
    expect(await endOf(good.id)).toEqual(["sent", null]);
  });
});

describe("mail that the user does not want", () => {
  test("is cancelled when its type was opted out of", async () => {
    const h = createMailWorld();
    const { reader, id } = await givenMail(h);
    await optOut(reader.id, "certifications");
    await mailNow(h, [id]);
    expect(await endOf(id)).toEqual(["cancelled", "unsubscribed"]);
    expect(h.resend.requests).toEqual([]);
  });

  test("is sent when another type was opted out of", async () => {
    const h = createMailWorld();
    const { reader, id } = await givenMail(h);
    await optOut(reader.id, "activity");
    await mailNow(h, [id]);
    expect(await endOf(id)).toEqual(["sent", null]);
  });

  test("is what was switched off between queueing and sending, and is not in the history", async () => {
    const h = createMailWorld();
    const { reader, id } = await givenMail(h);
    const as = asUser(reader);
    const off = await h.request("PATCH", PREFERENCES, { as, body: { email_notifications_enabled: false } });
    expect(off.status).toBe(200);
    await mailNow(h, [id]);
    expect(await endOf(id)).toEqual(["cancelled", "unsubscribed"]);

    await h.request("PATCH", PREFERENCES, { as, body: { email_notifications_enabled: true } });
    const [next = ""] = await givenMails(h, [reader.id]);
    await mailNow(h, [next]);
    expect(await endOf(next)).toEqual(["sent", null]);
    const history = await h.request("GET", HISTORY, { as });
    expect(history.status).toBe(200);
    expect(JSON.stringify(history.body)).toContain(next);
    expect(JSON.stringify(history.body)).not.toContain(id);
  });
});

/** What a mail of this type looks like to the provider. */
async function onTheWire(h: Harness, type: string, payload: Record<string, unknown>) {
  const { reader, id } = await givenMail(h, {}, { type, payload });
  await mailNow(h, [id]);
  expect(await endOf(id)).toEqual(["sent", null]);
  const [mail] = mailsOf(h, id);
  return { reader, id, headers: mail?.headers ?? {}, mail };
}

describe("a mail on the wire", () => {
  test.each(["ses", "resend", "postmark"])(
    "can be unsubscribed from with one click: %s",
    async (provider) => {
      const h = createMailWorld(provider);
      const { id, reader } = await givenMail(h);
      await mailNow(h, [id]);
      const [mail] = mailsOf(h, id);
      const { publicUrl } = h.deps.config;
      expect(mail?.to).toContain(reader.email);
      expect(mail?.headers).toMatchObject({
        "Auto-Submitted": "auto-generated",
        "List-Id": `<certification-reminder.${new URL(publicUrl).hostname}>`,
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
      });
      const [, link = ""] = /^<(.+)>$/.exec(mail?.headers["List-Unsubscribe"] ?? "") ?? [];
      expect(link.startsWith(`${publicUrl}/unsubscribe/`)).toBe(true);
      expect(mail?.text).toContain(link);
    },
  );

  test.each([
    ["welcome", { type: "welcome" }],
    ["test", { type: "test" }],
  ])("of type %s has nothing to unsubscribe from", async (type, payload) => {
    const h = createMailWorld();
    const { headers } = await onTheWire(h, type, payload);
    expect(headers["Auto-Submitted"]).toBe("auto-generated");
    expect(Object.keys(headers).filter((name) => name.startsWith("List-"))).toEqual([]);
  });

  test("is found again by its dispatch, and the log knows its subject and address", async () => {
    const h = createMailWorld();
    const { reader, id } = await givenMail(h);
    await mailNow(h, [id]);
    const [mail] = mailsOf(h, id);
    expect(mail?.tags["tidings_dispatch"]).toBe(id);
    expect(mail?.subject).toBeTruthy();
    const { title, to_address, provider, provider_message_id } = await dispatchOf(id);
    expect({ title, to_address, provider, provider_message_id }).toEqual({
      title: mail?.subject,
      to_address: reader.email,
      provider: "resend",
      provider_message_id: mail?.id,
    });
  });
});
