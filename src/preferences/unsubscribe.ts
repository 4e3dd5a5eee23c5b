import { sql } from "drizzle-orm";
import { type Recipient, recipientsOf, isUnwanted, SWITCHES } from "../channels/email/recipient.ts";
import type { UnsubscribeAction } from "./unsubscribe-page.ts";
import type { UnsubscribeTarget } from "./unsubscribe-token.ts";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/statement.ts";
import { optouts, preferences } from "../db/schema/index.ts";
import { createPreferencesIfMissing } from "./defaults.ts";
import { reschedule } from "./reschedule.ts";

/** What a link's page has to show: the user, and whether the type, or everything, is off. Null: the user is gone. */
export interface Subscription {
  recipient: Recipient;
  off: boolean;
  allOff: boolean;
}

const stateOf = ({ type }: UnsubscribeTarget, [recipient]: unknown[]): Subscription | null => {
  if (recipient === undefined) return null;
  const found = recipient as Recipient;
  return { recipient: found, off: isUnwanted(type, found), allOff: found.email_notifications_enabled === 0 };
};

const readState = (ctx: Ctx, { userId }: UnsubscribeTarget) =>
  recipientsOf(sql`(SELECT ${userId})`, ctx.clock.now());

/** Looks, and changes nothing. One round trip. */
export async function subscriptionOf(ctx: Ctx, target: UnsubscribeTarget): Promise<Subscription | null> {
  const [rows = []] = await ctx.db.readList([readState(ctx, target)]);
  return stateOf(target, rows);
}

/** Turns a type, or all e-mail, off or on again. Idempotent; one round trip. */
export async function changeSubscription(
  ctx: Ctx,
  target: UnsubscribeTarget,
  action: UnsubscribeAction,
): Promise<Subscription | null> {
  const results = await ctx.db.writeList([
    createPreferencesIfMissing(ctx, target.userId),
    ...changes(ctx, target, action),
    readState(ctx, target),
  ]);
  return stateOf(target, results.at(-1) ?? []);
}

function changes(ctx: Ctx, { userId, type }: UnsubscribeTarget, action: UnsubscribeAction): Statement[] {
  const now = ctx.clock.now();
  // Whoever has the link can press it for ever: only the first time writes anything.
  const set = (column: string, on: boolean): Statement[] => {
    const differs = sql`user_id = ${userId} AND ${sql.identifier(column)} <> ${on ? 1 : 0}`;
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
      const column = SWITCHES[type];
      if (column !== null) return set(column, action === "resubscribe");
      return action === "unsubscribe"
        ? [
            sql`INSERT INTO ${optouts} (user_id, type)
            SELECT user_id, ${type} FROM ${preferences} WHERE user_id = ${userId} ON CONFLICT DO NOTHING`,
          ]
        : [sql`DELETE FROM ${optouts} WHERE user_id = ${userId} AND type = ${type}`];
    }
  }
}
