import { type SQL, sql } from "drizzle-orm";
import { dispatches, optouts, preferences, users } from "../../db/schema/index.ts";
import type { Outcome } from "../../delivery/outcome.ts";
import { isSuppressed } from "./suppressions.ts";
import { type EmailType, EMAIL_TYPES } from "../../content/index.ts";

/** The contract's switch of each type; null for a type that has none. */
export const SWITCHES = {
  new_match: "new_match_notifications",
  deadline_reminder: "deadline_notifications",
  weekly_digest: "weekly_digest_enabled",
  application_status: "application_status_notifications",
  certification_reminder: null,
  welcome: null,
  test: null,
  pause_activated: null,
  pause_deactivated: null,
  stats_summary: null,
  push: null,
} as const satisfies Record<EmailType, keyof typeof preferences.$inferSelect | null>;

type Switch = Exclude<(typeof SWITCHES)[EmailType], null>;

/**
 * Types that answer something just done: no unsubscribe link, and no verified address is needed. `test` shows its caller
 * whether mail arrives, `welcome` is the first word to a new user, once. An unverified address gets only words of ours.
 */
export const TRANSACTIONAL: ReadonlySet<string> = new Set<EmailType>(["test", "welcome"]);

export const isEmailType = (type: string): type is EmailType => EMAIL_TYPES.some((known) => known === type);

/** A user as an e-mail needs them, read when it is sent. Null switches: no preferences were ever set. */
export interface Recipient extends Record<Switch, number | null> {
  id: string;
  name: string | null;
  email: string | null;
  email_verified: number;
  locale: string | null;
  timezone: string | null;
  email_notifications_enabled: number | null;
  /** JSON array of types that were opted out of. */
  opted_out: string;
  suppressed: number;
}

/** The statement that reads the recipients of the users `userIds` selects. */
export const recipientsOf = (userIds: SQL, now: number): SQL<Recipient> => sql<Recipient>`
  SELECT u.id, u.name, u.email, u.email_verified, u.locale, u.timezone,
    p.email_notifications_enabled, p.new_match_notifications, p.deadline_notifications,
    p.weekly_digest_enabled, p.application_status_notifications,
    (SELECT json_group_array(o.type) FROM ${optouts} o WHERE o.user_id = u.id) AS opted_out,
    ${isSuppressed(sql`u.email`, now)} AS suppressed
  FROM ${users} u LEFT JOIN ${preferences} p ON p.user_id = u.id
  WHERE u.id IN ${userIds}`;

/** The users of dispatches given by id. */
export const usersOf = (dispatchIds: SQL): SQL =>
  sql`(SELECT DISTINCT user_id FROM ${dispatches} WHERE id IN ${dispatchIds})`;

const REFUSALS = {
  no_recipient: "The user no longer exists",
  no_address: "The user has no email address",
  unverified: "Email address not verified",
  suppressed: "The address is suppressed after a bounce or a complaint",
} as const;

/** Why an e-mail cannot be sent to someone at all; null when it can. */
export function unreachable(
  type: string,
  recipient: Pick<Recipient, "email" | "email_verified" | "suppressed"> | undefined,
): keyof typeof REFUSALS | null {
  if (recipient === undefined) return "no_recipient";
  if (recipient.email === null) return "no_address";
  if (recipient.email_verified === 0 && !TRANSACTIONAL.has(type)) return "unverified";
  return recipient.suppressed === 1 ? "suppressed" : null;
}

/** Whether the user has switched this type off. `test` cannot be. */
export function isUnwanted(type: EmailType, recipient: Recipient): boolean {
  if (type === "test") return false;
  const switched = SWITCHES[type];
  return (
    recipient.email_notifications_enabled === 0 ||
    (switched === null
      ? (JSON.parse(recipient.opted_out) as string[]).includes(type)
      : recipient[switched] === 0)
  );
}

/** The code of an e-mail that its user does not want. */
export const UNSUBSCRIBED = "unsubscribed";

/** What becomes of an e-mail that is not to be sent; null for one that is. */
export function refusal(type: EmailType, recipient: Recipient | undefined): Outcome | null {
  const reason = unreachable(type, recipient);
  if (reason !== null) return { kind: "rejected", code: reason, message: REFUSALS[reason] };
  return recipient !== undefined && isUnwanted(type, recipient)
    ? { kind: "unwanted", code: UNSUBSCRIBED, message: "The user has switched this off" }
    : null;
}

export const refusalText = (code: keyof typeof REFUSALS): string => REFUSALS[code];
