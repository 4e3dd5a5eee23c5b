import { type SQL, sql } from "drizzle-orm";
import { preferences, users } from "../../db/schema/index.ts";
import type { Messages } from "../../outbox/messages.ts";
import { isSuppressed } from "./suppressions.ts";
import type { NotificationType } from "../../content/index.ts";
import type { Ruling } from "../../delivery/ruling.ts";
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

/** The users of messages. */
export const usersOf = ({ rows, ids }: Messages): SQL =>
  sql`(SELECT user_id FROM ${rows} WHERE id IN ${ids})`;

const REFUSALS = {
  no_recipient: "The user no longer exists",
  no_address: "The user has no email address",
  unverified: "Email address not verified",
  suppressed: "The address is suppressed after a bounce or a complaint",
} as const;

type Refusal = keyof typeof REFUSALS;

/** Upon what it depends whether a user can get e-mail. */
type Reachability = Pick<Recipient, "email" | "email_verified" | "suppressed">;

const ruling = (rule: string, refusal: Exclude<Refusal, "no_recipient"> | null) =>
  refusal === null
    ? ({ rule, verdict: "pass" } as const)
    : ({ rule, verdict: "reject", code: refusal, message: REFUSALS[refusal] } as const);

/**
 * Whether this user can get e-mail at all, rule by rule. Without an address nothing more is asked. Anybody may have a token
 * with an address of somebody else, so whether one that is not verified is suppressed is private.
 */
export function reachOf(
  { transactional }: Pick<NotificationType, "transactional">,
  { email, email_verified, suppressed }: Reachability,
) {
  if (email === null) return [ruling("address", "no_address")];
  const isUnverified = email_verified === 0 && transactional === null;
  return [
    ruling("address", null),
    ruling("verified", isUnverified ? "unverified" : null),
    {
      ...ruling("suppressed", suppressed === 1 ? "suppressed" : null),
      ...(email_verified === 0 && { isPrivate: true as const }),
    },
  ] satisfies Ruling[];
}

/** Why this user cannot get e-mail at all; null if the user can. */
export function unreachable(
  type: Pick<NotificationType, "transactional">,
  recipient: Reachability | undefined,
): Refusal | null {
  if (recipient === undefined) return "no_recipient";
  return reachOf(type, recipient).find((one) => one.verdict === "reject")?.code ?? null;
}

export const refusalText = (code: Refusal): string => REFUSALS[code];
