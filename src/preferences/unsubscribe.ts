import { type SQL, sql } from "drizzle-orm";
import { type Choices, CHOICES, isUnwanted } from "./choices.ts";
import type { UnsubscribeAction } from "./unsubscribe-page.ts";
import type { NotificationType } from "../content/type.ts";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/statement.ts";
import { optouts, preferences, users } from "../db/schema/index.ts";
import { createPreferencesIfMissing } from "./create.ts";
import { reschedule } from "./reschedule.ts";

/** A user's subscription to the e-mails of one type, as an unsubscribe link names it. */
export interface EmailSubscription {
  userId: string;
  type: NotificationType;
}

/** What the unsubscribe page shows: the user's address and locale, and whether the type, or all e-mail, is off. */
export interface EmailSubscriptionState {
  email: string | null;
  locale: string | null;
  off: boolean;
  allOff: boolean;
}

interface Found extends Choices {
  email: string | null;
  locale: string | null;
}

const readState = (userId: string): SQL<Found> => sql<Found>`SELECT u.email, u.locale, ${CHOICES}
  FROM ${users} u LEFT JOIN ${preferences} p ON p.user_id = u.id WHERE u.id = ${userId}`;

const stateOf = ({ type }: EmailSubscription, found: Found | undefined): EmailSubscriptionState | null =>
  found === undefined
    ? null
    : {
        email: found.email,
        locale: found.locale,
        off: isUnwanted(type, found),
        allOff: found.email_notifications_enabled === 0,
      };

/** Reads the state for the page; null when the user no longer exists. One round trip. */
export async function subscriptionOf(
  ctx: Ctx,
  subscription: EmailSubscription,
): Promise<EmailSubscriptionState | null> {
  const { state } = await ctx.db.read({ state: readState(subscription.userId) });
  return stateOf(subscription, state[0]);
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
    state: readState(subscription.userId),
  });
  return stateOf(subscription, state[0]);
}

function changes(ctx: Ctx, { userId, type }: EmailSubscription, action: UnsubscribeAction): Statement[] {
  const now = ctx.clock.now();
  // The link works for ever. So only rows that differ are written: pressing again costs no write.
  const set = (column: string, on: boolean): Statement[] => {
    const differs = sql`user_id = ${userId} AND ${sql.identifier(column)} IS NOT ${on ? 1 : 0}`;
    return [
      ...reschedule(sql`SELECT user_id FROM ${preferences} WHERE ${differs}`, now),
      sql`UPDATE ${preferences} SET ${sql.identifier(column)} = ${on ? 1 : 0}, updated_at = ${now}
        WHERE ${differs}`,
    ];
  };
  switch (action) {
    case "unsubscribe_all":
      return set("email_notifications_enabled", false);
    case "resubscribe_all":
      return set("email_notifications_enabled", true);
    case "unsubscribe":
    case "resubscribe": {
      if (type.preference !== null) return set(type.preference, action === "resubscribe");
      return action === "unsubscribe"
        ? [
            sql`INSERT INTO ${optouts} (user_id, type)
            SELECT user_id, ${type.id} FROM ${preferences} WHERE user_id = ${userId} ON CONFLICT DO NOTHING`,
          ]
        : [sql`DELETE FROM ${optouts} WHERE user_id = ${userId} AND type = ${type.id}`];
    }
  }
}
