import { type SQL, sql } from "drizzle-orm";
import { inScope } from "../auth/scope.ts";
import { reachOf as reachOfChat } from "../channels/chat/load.ts";
import { reachOf } from "../channels/email/recipient.ts";
import { reachability, type Reachability, reachOf as numberReachOf } from "../channels/sms/recipient.ts";
import { isSuppressed } from "../channels/email/suppressions.ts";
import { chatConnections, deviceTokens, preferences, users } from "../db/schema/index.ts";
import { Parsed } from "../db/statement.ts";
import { cellsOf, CHOSEN, type ChosenRow } from "../preferences/cells.ts";
import type { Hold, Ruling } from "../delivery/ruling.ts";
import { holdOf, type Reader } from "../preferences/decide.ts";
import { type OrgLines, orgLinesOf } from "../preferences/org-settings.ts";
import type { OwnTypeData, Step } from "../types/own-type.ts";
import type { Listed } from "./recipients.ts";

/** What is read of a recipient. All but the id is null of one who is not there, or out of the sender's scope. */
type FactsRow = Listed &
  ChosenRow & {
    id: string | null;
    org_id: string | null;
    email: string | null;
    email_verified: number;
    suppressed: number;
    timezone: string | null;
    has_device: number;
    /** Of the user's chat connections: whether one works, or what keeps them from it. Null: it was not asked. */
    chat: keyof typeof CHATS | null;
  } & Partial<Reachability>;

/** A recipient of a portion, with everything upon which its messages depend. */
export interface Recipient {
  id: string;
  /** What `after` is once it has been handled. */
  place: string;
  /** Null: not there, or out of the sender's scope. */
  user: { orgId: string | null; reader: Reader; reach: Readonly<Record<string, readonly Ruling[]>> } | null;
  orgs: ReturnType<OrgLines["of"]>;
}

const NO_DEVICE: Ruling = {
  rule: "device",
  verdict: "reject",
  code: "no_device",
  message: "The user has no device",
};

/** What is not read of a recipient of an event without text messages. */
const NO_NUMBER: Reachability = { phone: null, phone_country: null, phone_verified: 0, number_suppressed: 0 };
/** What is said of users by their chat connections. */
const CHATS = {
  works: reachOfChat([{ paused_at: null, broken_code: null }]),
  broken: reachOfChat([{ paused_at: null, broken_code: "unknown" }]),
  paused: reachOfChat([{ paused_at: 0, broken_code: null }]),
  none: reachOfChat([]),
} as const satisfies Record<string, Ruling>;

const CHAT_OF_USER = sql`(SELECT CASE WHEN max(c.paused_at IS NULL AND c.broken_code IS NULL) THEN 'works'
    WHEN max(c.paused_at IS NULL) THEN 'broken' WHEN count(*) > 0 THEN 'paused' ELSE 'none' END
  FROM ${chatConnections} AS c WHERE c.user_id = u.id)`;

/** Own types are no answer to what the user has just done. */
const NOT_TRANSACTIONAL = { transactional: null };

/**
 * Reads the recipients of a portion, each with a look-up by key in users, preferences, suppressions and devices.
 * @param portion a query of `Listed`
 * @param senderOrgId the organization whose users the sender may reach; null: all
 * @param steps what depends upon a channel is read only where one has it
 */
export function recipientsOf(
  portion: SQL,
  senderOrgId: string | null,
  now: number,
  { steps, countries }: { steps: readonly Step[]; countries: readonly string[] },
): Parsed<Recipient[]> {
  const texts = steps.some(({ channel }) => channel === "sms") ? { countries } : null;
  const scope =
    senderOrgId === null ? ({ kind: "all" } as const) : { kind: "org" as const, orgId: senderOrgId };
  const isReachable = inScope(scope, { userId: sql`u.id`, orgId: sql`u.org_id` });
  return Parsed.of(
    {
      rows: sql<FactsRow>`SELECT r.user_id, r.place, u.id, u.org_id, u.email, u.email_verified, u.timezone,
          ${CHOSEN}, ${isSuppressed(sql`u.email`, now)} AS suppressed,
          ${texts === null ? sql`NULL AS phone` : reachability(now)},
          EXISTS (SELECT 1 FROM ${deviceTokens} AS d WHERE d.user_id = u.id AND d.invalidated_at IS NULL) AS has_device, ${steps.some(({ channel }) => channel === "chat") ? CHAT_OF_USER : sql`NULL`} AS chat
        FROM (${portion}) AS r LEFT JOIN ${users} AS u ON u.id = r.user_id AND ${isReachable}
        LEFT JOIN ${preferences} AS p ON p.user_id = u.id`,
      orgs: orgLinesOf(sql`(SELECT user_id FROM (${portion}))`),
    },
    ({ rows, orgs }) =>
      rows.map((row) => ({
        id: row.user_id,
        place: row.place,
        user: userOf(row, orgs.of(row.org_id), texts),
        orgs: orgs.of(row.org_id),
      })),
  );
}

function userOf(
  row: FactsRow,
  orgs: Recipient["orgs"],
  texts: { countries: readonly string[] } | null,
): Recipient["user"] {
  if (row.id === null) return null;
  return {
    orgId: row.org_id,
    // Quiet hours do not matter here: they only make a message wait, and sending decides that.
    reader: { cells: cellsOf(row), quietHours: null, timezone: row.timezone },
    reach: {
      email: reachOf(NOT_TRANSACTIONAL, row),
      push: row.has_device === 1 ? [] : [NO_DEVICE],
      ...(texts !== null && { sms: numberReachOf({ ...NO_NUMBER, ...row }, orgs, texts.countries) }),
      chat: row.chat === null ? [] : [CHATS[row.chat]],
    },
  };
}

/** Why a recipient gets no message on a channel; null where one is made. A message that must only wait is made. */
export function holdAt(
  { user, orgs }: Recipient,
  type: OwnTypeData,
  channel: string,
  now: number,
): Hold | null {
  const hold = holdOf({
    reader: user?.reader ?? null,
    reach: user?.reach[channel] ?? [],
    type,
    channel,
    // Nothing has been made yet.
    earlier: null,
    orgs,
    now,
  });
  return hold?.verdict === "wait" ? null : hold;
}
