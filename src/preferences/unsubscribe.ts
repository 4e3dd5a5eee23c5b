import { sql } from "drizzle-orm";
import { ALL, assignmentsOf, type CellChanges } from "./cells.ts";
import { wanted } from "./decide.ts";
import { orgLinesOf } from "./org-settings.ts";
import { READER, type ReaderFacts, readerFacts, type ReaderRow } from "./readers.ts";
import type { UnsubscribeAction } from "./unsubscribe-page.ts";
import type { UnsubscribeTarget } from "./unsubscribe-token.ts";
import type { NotificationType, NotificationTypes } from "../content/type.ts";
import { categoryWords } from "../content/wording/index.ts";
import type { Ctx } from "../ctx.ts";
import { Parsed, type Statement } from "../db/statement.ts";
import { preferences, users } from "../db/schema/index.ts";
import { createPreferencesIfMissing } from "./create.ts";
import { reschedule } from "./reschedule.ts";

/** A user's subscription to the e-mails of one type or category, as an unsubscribe link names it. */
export interface EmailSubscription {
  userId: string;
  type: Pick<NotificationType, "category" | "critical" | "words">;
}

/** The subscription that a link is for; null when its type is none of `types`. */
export function subscriptionFor(
  target: UnsubscribeTarget,
  types: NotificationTypes,
): EmailSubscription | null {
  const { userId } = target;
  if ("category" in target) {
    const { category } = target;
    return { userId, type: { category, critical: false, words: categoryWords(category) } };
  }
  const type = types.byLinkCode(target.code);
  return type === undefined ? null : { userId, type };
}

/** What the unsubscribe page shows: the user's address and locale, and whether the type, or all e-mail, is off. */
export interface EmailSubscriptionState {
  email: string | null;
  locale: string | null;
  off: boolean;
  allOff: boolean;
}

type Found = ReaderRow & { email: string | null; locale: string | null };

interface Subscriber extends ReaderFacts {
  email: string | null;
  locale: string | null;
}

const readSubscriber = (userId: string): Parsed<Subscriber | null> =>
  Parsed.of(
    {
      found: sql<Found>`SELECT ${READER}, u.email, u.locale
        FROM ${users} u LEFT JOIN ${preferences} p ON p.user_id = u.id WHERE u.id = ${userId}`,
      lines: orgLinesOf(sql`(SELECT ${userId})`),
    },
    ({ found: [row], lines }) =>
      row === undefined ? null : { email: row.email, locale: row.locale, ...readerFacts(row, lines) },
  );

function stateOf({ type }: EmailSubscription, found: Subscriber | null): EmailSubscriptionState | null {
  if (found === null) return null;
  const cells = found.reader?.cells ?? {};
  const isOn = (category: string) => wanted(cells, found.orgs, category, "email").on;
  return {
    email: found.email,
    locale: found.locale,
    off: !type.critical && !isOn(type.category),
    allOff: !isOn(ALL),
  };
}

/** Reads the state for the page; null when the user no longer exists. One round trip. */
export async function subscriptionOf(
  ctx: Ctx,
  subscription: EmailSubscription,
): Promise<EmailSubscriptionState | null> {
  const { state } = await ctx.db.read({ state: readSubscriber(subscription.userId) });
  return stateOf(subscription, state);
}

/** Turns a type, or all e-mail, off or on again; null when the user no longer exists. Idempotent; one round trip. */
export async function changeSubscription(
  ctx: Ctx,
  subscription: EmailSubscription,
  action: UnsubscribeAction,
): Promise<EmailSubscriptionState | null> {
  const { state } = await ctx.db.write({
    createIfMissing: createPreferencesIfMissing(ctx, subscription.userId),
    change: changes(ctx, subscription, action),
    state: readSubscriber(subscription.userId),
  });
  return stateOf(subscription, state);
}

function changes(ctx: Ctx, { userId, type }: EmailSubscription, action: UnsubscribeAction): Statement[] {
  switch (action) {
    case "unsubscribe_all":
      return changeCells(ctx, userId, { [ALL]: { email: false } });
    case "resubscribe_all":
      return changeCells(ctx, userId, { [ALL]: { email: true } });
    case "unsubscribe":
      return changeCells(ctx, userId, { [type.category]: { email: false } });
    case "resubscribe":
      return changeCells(ctx, userId, { [type.category]: { email: true } });
  }
}

/** The link works for ever. So only a row that differs is written: pressing again costs no write. */
function changeCells(ctx: Ctx, userId: string, cells: CellChanges): Statement[] {
  const now = ctx.clock.now();
  const assignments = assignmentsOf(cells);
  if (assignments.length === 0) return [];
  const column = ({ column: name }: { column: string }) => sql.identifier(name);
  const isOther = assignments.map((one) => sql`${column(one)} IS NOT ${one.value}`);
  const differs = sql`user_id = ${userId} AND (${sql.join(isOther, sql` OR `)})`;
  const set = assignments.map((one) => sql`${column(one)} = ${one.value}`);
  return [
    ...reschedule(sql`SELECT user_id FROM ${preferences} WHERE ${differs}`, now),
    sql`UPDATE ${preferences} SET ${sql.join([...set, sql`updated_at = ${now}`], sql`, `)} WHERE ${differs}`,
  ];
}
