import { env } from "cloudflare:workers";
import { DISPATCH_TAG } from "../../src/channels/email/provider.ts";
import { dispatchRow, insertDispatches, type NewDispatch } from "../../src/outbox/create.ts";
import { DAY } from "../../src/lib/clock.ts";
import type { Answer } from "./fake-queue.ts";
import { createHarness, type Harness, mint } from "./harness.ts";
import { consumeAll } from "./pipeline.ts";
import type { AcceptedEmail } from "./sandbox/steer.ts";

/** What a test may want to be special about someone who reads mail. */
export interface ReaderFacts {
  org?: string | null;
  email?: string | null;
  verified?: boolean;
  name?: string;
  locale?: string | null;
  timezone?: string;
}

export interface Reader {
  id: string;
  /** In the domain of this reader alone. */
  email: string;
}

/** A world that sends by these e-mail providers, whose queues are handled only when the test says so. */
export const createMailWorld = (providers = "resend", vars: Record<string, string> = {}): Harness =>
  createHarness({ vars: { EMAIL_PROVIDERS: providers, ...vars }, autoDrain: false });

/** Many users at once, straight into the table: with an address that is verified, unless `facts` say otherwise. */
export async function givenReaders(h: Harness, count: number, facts: ReaderFacts = {}): Promise<Reader[]> {
  const now = h.clock.now();
  const readers = Array.from({ length: count }, () => {
    const id = mint("usr");
    return { id, email: `${id}@example.com` };
  });
  const { org = null, verified = true, name = "Kari Nordmann", locale = null, timezone = null } = facts;
  const rows = readers.map(({ id, email }) => ({
    id,
    email: facts.email === undefined ? email : facts.email,
  }));
  await env.DB.prepare(
    `INSERT INTO users (id, org_id, name, email, email_verified, locale, timezone, created_at, updated_at)
     SELECT value->>'id', ?1, ?2, value->>'email', ?3, ?4, ?5, ?6, ?6 FROM json_each(?7)`,
  )
    .bind(org, name, verified ? 1 : 0, locale, timezone, now, JSON.stringify(rows))
    .run();
  return readers;
}

export async function givenReader(h: Harness, facts: ReaderFacts = {}): Promise<Reader> {
  const [reader] = await givenReaders(h, 1, facts);
  if (reader === undefined) throw new Error("No reader was made");
  return reader;
}

/** A certificate, by the directory's API. @param expires in days from now, or as a time */
export async function givenCertificate(
  h: Harness,
  userId: string,
  expires: number | string,
  { id = mint("cert"), name = "First aid" }: { id?: string; name?: string } = {},
): Promise<string> {
  const expires_at =
    typeof expires === "string" ? expires : new Date(h.clock.now() + expires * DAY).toISOString();
  const body = { user_id: userId, name, expires_at };
  const { status } = await h.request("PUT", `/api/v1/directory/certifications/${id}`, { body });
  if (status !== 200 && status !== 201) throw new Error(`The certificate was answered ${status}`);
  return id;
}

/** A certificate for each of these users, straight into the table. */
export async function givenCertificates(h: Harness, userIds: readonly string[], days: number): Promise<void> {
  const now = h.clock.now();
  await env.DB.prepare(
    `INSERT INTO certifications (id, user_id, name, expires_at, known_since)
     SELECT 'cert_' || value, value, 'First aid', ?1, ?2 FROM json_each(?3)`,
  )
    .bind(now + days * DAY, now - 400 * DAY, JSON.stringify(userIds))
    .run();
}

/** What a certification reminder is rendered from. */
export const reminderPayload = (expiresAt: number) => ({
  type: "certification_reminder",
  certifications: [{ name: "First aid", expires_at: expiresAt }],
});

/** An e-mail in the outbox for each of these users, not woken yet. They have their slot, unless `more` says otherwise. */
export async function givenMails(
  h: Harness,
  userIds: readonly string[],
  more: Partial<NewDispatch> = {},
): Promise<string[]> {
  const rows = userIds.map((userId) =>
    dispatchRow(h.ctx, {
      channel: "email",
      lane: "email",
      type: "certification_reminder",
      orgId: null,
      payload: reminderPayload(h.clock.now() + 7 * DAY),
      slotTaken: true,
      ...more,
      userId,
    }),
  );
  await h.ctx.db.write({ rows: insertDispatches(rows) });
  return rows.map((row) => row.id);
}

/** `count` readers, and an e-mail to each. */
export async function givenMailsTo(
  h: Harness,
  count: number,
  more: Partial<NewDispatch> = {},
): Promise<string[]> {
  const readers = await givenReaders(h, count);
  return givenMails(
    h,
    readers.map(({ id }) => id),
    more,
  );
}

/** Hands the consumer one wake-up call with these ids. */
export const mailNow = (h: Harness, ids: readonly string[]): Promise<Answer[]> =>
  consumeAll(h, [{ v: 1, channel: "email", ids }], "tidings-email");

/** What the providers have taken of a dispatch, whichever it was. */
export const mailsOf = (h: Harness, id: string): AcceptedEmail[] =>
  [h.ses, h.resend, h.postmark].flatMap(({ accepted }) =>
    accepted.filter((mail) => mail.tags[DISPATCH_TAG] === id),
  );
