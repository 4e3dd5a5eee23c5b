import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { dedupeKeys, suppressions } from "../../db/schema/index.ts";
import type { Statement } from "../../db/statement.ts";
import type { InboundText } from "./inbound-text.ts";

/** What somebody wants who texts us. */
type Wish = "stop" | "start" | "help";

/** The words that carriers and Twilio know (CTIA's principles, §5.1.3). A message is one of them alone, in any case. */
const KEYWORDS: Readonly<Record<string, Wish>> = {
  STOP: "stop",
  STOPALL: "stop",
  UNSUBSCRIBE: "stop",
  CANCEL: "stop",
  END: "stop",
  QUIT: "stop",
  REVOKE: "stop",
  OPTOUT: "stop",
  START: "start",
  YES: "start",
  UNSTOP: "start",
  HELP: "help",
  INFO: "help",
};

/** What a text asks for; null for any other text. */
function wishOf(text: string): Wish | null {
  const word = text
    .normalize("NFKC")
    .toUpperCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, "");
  return Object.hasOwn(KEYWORDS, word) ? (KEYWORDS[word] ?? null) : null;
}

/** A number is suppressed for ever; that it had bounced counts no more. Idempotent. */
export const suppressNumbers = (
  ctx: Pick<Ctx, "clock">,
  numbers: readonly string[],
  where: SQL = sql`true`,
): Statement =>
  sql`INSERT INTO ${suppressions} (email, reason, expires_at, created_at)
    SELECT value, 'unsubscribed', NULL, ${ctx.clock.now()} FROM json_each(${JSON.stringify(numbers)}) WHERE ${where}
    ON CONFLICT (email) DO UPDATE SET reason = 'unsubscribed', expires_at = NULL, created_at = excluded.created_at
      WHERE suppressions.reason <> 'complaint'`;

/**
 * Lifts what its owner has asked for, and nothing else. A START that comes late does not undo a STOP after it: `at` is when it
 * was sent, where the provider says so.
 */
const liftNumber = ({ from, at }: InboundText, where: SQL): Statement =>
  sql`DELETE FROM ${suppressions} WHERE email = ${from} AND reason = 'unsubscribed' AND created_at <= ${at} AND ${where}`;

/**
 * Does what a text asks for, once: a provider may tell of a text twice, and who has recorded a call may repeat it, but an old
 * START must not lift a later STOP, nor the other way round. One round trip, or none; it may be repeated.
 * @param source the provider that told of it
 * @returns what to answer; null for nothing
 */
export async function takeText(ctx: Ctx, source: string, text: InboundText): Promise<string | null> {
  const wish = wishOf(text.text);
  const key = `text_in:${source}:${text.id}`;
  const isNew = sql`NOT EXISTS (SELECT 1 FROM ${dedupeKeys} WHERE key = ${key})`;
  if (wish === "stop" || wish === "start")
    await ctx.db.write({
      act: wish === "stop" ? suppressNumbers(ctx, [text.from], isNew) : liftNumber(text, isNew),
      // Of no dispatch: its id says until when the key is kept.
      remember: sql`INSERT INTO ${dedupeKeys} (key, dispatch_id) VALUES (${key}, ${ctx.ids.uuid()})
        ON CONFLICT DO NOTHING`,
    });
  return wish === "help" && !text.isAnswered ? ctx.config.sms.helpText : null;
}
