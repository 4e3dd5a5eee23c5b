import { type SQL, sql } from "drizzle-orm";
import { dispatches, preferences, users } from "../../db/schema/index.ts";
import { isSuppressed } from "./suppressions.ts";
import type { NotificationType } from "../../content/index.ts";
import type { Facts } from "../../preferences/decide.ts";
import { READER, type ReaderRow } from "../../preferences/readers.ts";

/** What is read of a user when an e-mail is sent. */
export type Recipient = ReaderRow & {
  email: string | null;
  email_verified: number;
  suppressed: number;
};

/** The statement that reads the recipients of the users `userIds` selects. */
export const recipientsOf = (userIds: SQL, now: number): SQL<Recipient> => sql<Recipient>`
  SELECT ${READER}, u.email, u.email_verified,
    ${isSuppressed(sql`u.email`, now)} AS suppressed
  FROM ${users} u LEFT JOIN ${preferences} p ON p.user_id = u.id
  WHERE u.id IN ${userIds}`;

/** The users of dispatches given by id. */
export const usersOf = (dispatchIds: SQL): SQL =>
  sql`(SELECT user_id FROM ${dispatches} WHERE id IN ${dispatchIds})`;

const REFUSALS = {
  no_recipient: "The user no longer exists",
  no_address: "The user has no email address",
  unverified: "Email address not verified",
  suppressed: "The address is suppressed after a bounce or a complaint",
} as const;

/** Why this user cannot get e-mail at all; null if the user can. */
export function unreachable(
  { transactional }: Pick<NotificationType, "transactional">,
  recipient: Pick<Recipient, "email" | "email_verified" | "suppressed"> | undefined,
): keyof typeof REFUSALS | null {
  if (recipient === undefined) return "no_recipient";
  if (recipient.email === null) return "no_address";
  if (recipient.email_verified === 0 && transactional === null) return "unverified";
  return recipient.suppressed === 1 ? "suppressed" : null;
}

/** The same, as the decision takes it. */
export function obstacleFor(
  type: Pick<NotificationType, "transactional">,
  recipient: Recipient | undefined,
): Facts["obstacle"] {
  const reason = unreachable(type, recipient);
  return reason === null ? null : { code: reason, message: REFUSALS[reason] };
}

export const refusalText = (code: keyof typeof REFUSALS): string => REFUSALS[code];
