import { type SQL, sql } from "drizzle-orm";
import { preferences, users } from "../../db/schema/index.ts";
import type { Ruling } from "../../delivery/ruling.ts";
import { countryOf, type OrgSettings } from "../../preferences/org-settings.ts";
import { READER, type ReaderRow } from "../../preferences/readers.ts";
import { isSuppressed } from "../email/suppressions.ts";

/** Upon what it depends whether a user can get text messages. */
export interface Reachability {
  phone: string | null;
  phone_country: string | null;
  phone_verified: number;
  number_suppressed: number;
}

/** What is read of a user when a text message is sent. */
export type Recipient = ReaderRow & Reachability;

/** The columns of `Reachability`, of a user `u`. @param now epoch ms */
export const reachability = (now: number): SQL =>
  sql`u.phone, u.phone_country, u.phone_verified, ${isSuppressed(sql`u.phone`, now)} AS number_suppressed`;

/** The statement that reads the recipients of the users `userIds` selects. */
export const recipientsOf = (userIds: SQL, now: number): SQL<Recipient> => sql<Recipient>`
  SELECT ${READER}, ${reachability(now)}
  FROM ${users} u LEFT JOIN ${preferences} p ON p.user_id = u.id
  WHERE u.id IN ${userIds}`;

const REFUSALS = {
  no_number: "The user has no phone number",
  invalid_number: "The user's phone number is not in international form",
  number_unverified: "Phone number not verified",
  no_country: "The user's organization has no country",
  country_not_allowed: "The phone number is of another country",
  suppressed: "The number is suppressed: its owner has unsubscribed, or it does not exist",
} as const;

const ruling = (rule: string, refusal: keyof typeof REFUSALS | null, details: Ruling["details"] = {}) =>
  refusal === null
    ? ({ rule, verdict: "pass", details } as const)
    : ({ rule, verdict: "reject", code: refusal, message: REFUSALS[refusal], details } as const);

/** E.164. What the version before has written meanwhile may have a country and be none. */
const NUMBER = /^\+[1-9]\d{6,14}$/;

/**
 * Whether this user can get text messages at all, rule by rule. Without a number nothing more is asked. Whoever makes us send to
 * a country where they earn by it costs us money, so a country must be allowed: by `countries`, or as the organization's own.
 */
export function reachOf(
  { phone, phone_country: country, phone_verified, number_suppressed }: Reachability,
  orgs: readonly OrgSettings[],
  countries: readonly string[],
): Ruling[] {
  if (phone === null) return [ruling("number", "no_number")];
  if (country === null || !NUMBER.test(phone)) return [ruling("number", "invalid_number")];
  const own = countryOf(orgs);
  const allowed = countries.length > 0 ? countries : own === null ? [] : [own];
  const refusal = allowed.length === 0 ? "no_country" : "country_not_allowed";
  return [
    ruling("number", null),
    ruling("number_verified", phone_verified === 0 ? "number_unverified" : null),
    ruling("country", allowed.includes(country) ? null : refusal, { country, allowed }),
    {
      ...ruling("suppressed", number_suppressed === 1 ? "suppressed" : null),
      ...(phone_verified === 0 && { isPrivate: true as const }),
    },
  ];
}
