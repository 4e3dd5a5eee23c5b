import { env } from "cloudflare:workers";
import { putWording } from "../../src/wordings/write.ts";
import { givenType } from "../events/world.ts";
import { createHarness, type Harness, mint } from "./harness.ts";
import { TWILIO_FROM, TWILIO_SID, TWILIO_TOKEN } from "./sandbox/twilio.ts";
import { VONAGE_FROM, VONAGE_KEY, VONAGE_SECRET, VONAGE_SIGNATURE_SECRET } from "./sandbox/vonage.ts";

/** What the sandboxes of the SMS providers know. */
const SMS_VARS = {
  PUBLIC_URL: "https://tidings.test",
  SMS_PROVIDERS: "twilio,vonage",
  SMS_COUNTRIES: "NO",
  TWILIO_ACCOUNT_SID: TWILIO_SID,
  TWILIO_AUTH_TOKEN: TWILIO_TOKEN,
  TWILIO_FROM,
  VONAGE_API_KEY: VONAGE_KEY,
  VONAGE_API_SECRET: VONAGE_SECRET,
  VONAGE_FROM,
  VONAGE_SIGNATURE_SECRET,
};

/** A deployment that sends text messages. */
export const createTextWorld = (vars: Record<string, string> = {}): Harness =>
  createHarness({ vars: { ...SMS_VARS, ...vars }, autoDrain: false });

let numbers = 0;

/** A number of Norway that no other test has. */
export const aNumber = (): string => `+474${String((Date.now() + numbers++) % 10_000_000).padStart(7, "0")}`;

/** A user whose number is verified, straight into the table. */
export async function givenNumber(
  more: { phone?: string | null; country?: string | null; verified?: boolean; org?: string | null } = {},
): Promise<{ id: string; phone: string }> {
  const id = mint("usr");
  const { phone = aNumber(), country = "NO", verified = true, org = null } = more;
  await env.DB.prepare(
    `INSERT INTO users (id, org_id, name, email_verified, phone, phone_country, phone_verified, created_at, updated_at)
      VALUES (?, ?, 'Kari', 0, ?, ?, ?, 0, 0)`,
  )
    .bind(id, org, phone, country, Number(verified))
    .run();
  return { id, phone: phone ?? "" };
}

/** An own type that is sent by text message, with these English words. */
export async function givenTextType(
  h: Harness,
  text = "Order {{ data.order }} is on its way",
): Promise<string> {
  const type = await givenType(h, { channels: [{ channel: "sms" }] }, []);
  const author = { actor: "service:test", requestId: "r" };
  const place = { type, channel: "sms", locale: "en", org_id: "" } as const;
  await putWording(h.ctx, author, { kind: "all" }, place, { text }, true);
  return type;
}

/** Sends an event to users, and delivers its messages. */
export async function textTo(
  h: Harness,
  type: string,
  users: readonly string[],
  data: object = { order: "A-1" },
) {
  const answer = await h.request("POST", "/api/v1/events", { body: { type, recipients: { users }, data } });
  if (answer.status !== 202) throw new Error(JSON.stringify(answer.body));
  await h.drain();
  return answer.body;
}

/** The text messages of a type, as they are stored. */
export async function textsOf(type: string) {
  const { results } = await env.DB.prepare(
    `SELECT id, user_id, status, error_code, provider, attempts, to_address, provider_message_id FROM dispatches
      WHERE type = ? AND type <> 'push' ORDER BY id`,
  )
    .bind(type)
    .all<{
      id: string;
      user_id: string;
      status: string;
      error_code: string | null;
      provider: string | null;
      attempts: number;
      to_address: string | null;
      provider_message_id: string | null;
    }>();
  return results;
}
