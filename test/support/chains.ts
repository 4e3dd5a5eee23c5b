import { env } from "cloudflare:workers";
import type { FeedbackEvent } from "../../src/channels/feedback/event.ts";
import type { Dispatch } from "../../src/db/schema/index.ts";
import { parseId, printId } from "../../src/lib/ids.ts";
import type { QuietHours } from "../../src/preferences/quiet-hours.ts";
import { givenChoices } from "./preferences.ts";
import { createHarness, type Harness, mint } from "./harness.ts";
import { aPush } from "./world.ts";

/** A world whose e-mail goes out through Resend, and whose queues are handled only when the test says so. */
export const createChainWorld = (vars: Record<string, string> = {}): Harness =>
  createHarness({ vars: { EMAIL_PROVIDERS: "resend", ...vars }, autoDrain: false });

/** A user with a verified address and so many devices. */
export async function givenPerson(
  { deps, clock }: Harness,
  {
    devices = 1,
    email = true,
    quietHours,
  }: { devices?: number; email?: boolean; quietHours?: QuietHours } = {},
): Promise<{ id: string; token: string; email: string }> {
  const id = mint("usr");
  const token = `ExponentPushToken[${id}]`;
  const now = clock.now();
  const db = deps.bindings.DB;
  await db.batch([
    db
      .prepare(
        "INSERT INTO users (id, name, email, email_verified, timezone, created_at, updated_at) VALUES (?1, 'Ada', ?2, 1, 'Europe/Oslo', ?3, ?3)",
      )
      .bind(id, email ? `${id}@example.com` : null, now),
    ...Array.from({ length: devices }, () =>
      db
        .prepare(
          "INSERT INTO device_tokens (token, user_id, provider, platform, registered_at) VALUES (?, ?, 'expo', 'ios', ?)",
        )
        .bind(token, id, now),
    ),
  ]);
  if (quietHours !== undefined) await givenChoices(id, { quietHours });
  return { id, token, email: `${id}@example.com` };
}

/** Sends a message by the API. @returns the raw id of the first dispatch */
export async function send(h: Harness, userId: string, more: object): Promise<string> {
  const { status, body } = await h.request("POST", "/api/v1/notifications", {
    body: aPush(userId, more),
    headers: { prefer: "respond-async" },
  });
  if (status !== 201 && status !== 202) throw new Error(`${status} ${JSON.stringify(body)}`);
  const id = parseId("notif", body.id);
  if (id === null) throw new Error(`${body.id} is no id`);
  return id;
}

/** All that a user was sent, in order. */
export async function chainOf(userId: string): Promise<Dispatch[]> {
  const { results } = await env.DB.prepare("SELECT * FROM dispatches WHERE user_id = ? ORDER BY id")
    .bind(userId)
    .all<Dispatch>();
  return results;
}

/** The same in short: `channel status`, with the code where there is one. */
export const shortly = async (userId: string): Promise<string[]> =>
  (await chainOf(userId)).map(({ channel, status, error_code }) =>
    error_code === null ? `${channel} ${status}` : `${channel} ${status} (${error_code})`,
  );

/** A user does something with a message of the inbox. */
export const change = (h: Harness, userId: string, id: string, what: "read" | "unread" | "archive") =>
  h.request("POST", `/api/v1/inbox/${printId("notif", id)}/${what}`, { as: { role: "user", sub: userId } });

/** What an e-mail's provider reports of a dispatch. */
export const reportOf = (
  { clock }: Harness,
  dispatchId: string | null,
  kind: FeedbackEvent["kind"],
  more: Partial<FeedbackEvent> = {},
): FeedbackEvent => ({
  kind,
  permanent: false,
  dispatchId,
  providerMessageId: null,
  address: null,
  at: clock.now(),
  code: "mailbox_full",
  ...more,
});
