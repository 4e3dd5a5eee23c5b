import { sql } from "drizzle-orm";
import { localeOf } from "./org-settings.ts";
import { ALL, assignmentsOf, type CellChanges } from "./cells.ts";
import { type Choices, wanted } from "./decide.ts";
import { readMatrix } from "./matrix.ts";
import { changesIn } from "./matrix-form.ts";
import type { Subject } from "../directory/subject.ts";
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
  /** The categories of the built-in types: rows of the matrix. */
  builtIn: readonly string[];
}

/** The subscription that a link is for; null when its type is none of `types`. */
export function subscriptionFor(
  target: UnsubscribeTarget,
  types: NotificationTypes,
): EmailSubscription | null {
  const { userId } = target;
  const builtIn = types.all.map((type) => type.category);
  if ("category" in target) {
    const { category } = target;
    return { userId, type: { category, critical: false, words: categoryWords(category) }, builtIn };
  }
  const type = types.byLinkCode(target.code);
  return type === undefined ? null : { userId, type, builtIn };
}

/** What the unsubscribe page shows: the user's address and locale, whether the type, or all e-mail, is off, and the matrix. */
export interface EmailSubscriptionState {
  email: string | null;
  locale: string | null;
  off: boolean;
  allOff: boolean;
  categories: Choices;
}

/** Whoever holds the link acts for its user. */
const subjectOf = (userId: string): Subject => ({ id: userId, scope: { kind: "own", userId }, create: null });

const readState = (
  ctx: Pick<Ctx, "channels">,
  { userId, type, builtIn }: EmailSubscription,
): Parsed<EmailSubscriptionState | null> =>
  Parsed.of(
    {
      address: sql<{ email: string | null }>`SELECT email FROM ${users} WHERE id = ${userId}`,
      matrix: readMatrix(ctx, subjectOf(userId), builtIn),
    },
    ({ address: [user], matrix }) => {
      if (user === undefined || matrix === null) return null;
      const { reader, orgs, categories } = matrix;
      const isOn = (category: string) => wanted(reader.cells, orgs, category, "email").on;
      return {
        email: user.email,
        locale: reader.locale ?? localeOf(orgs),
        off: !type.critical && !isOn(type.category),
        allOff: !isOn(ALL),
        categories,
      };
    },
  );

/** Reads the state for the page; null when the user no longer exists. One round trip. */
export async function subscriptionOf(
  ctx: Ctx,
  subscription: EmailSubscription,
): Promise<EmailSubscriptionState | null> {
  const { state } = await ctx.db.read({ state: readState(ctx, subscription) });
  return state;
}

/** Turns a type, or all e-mail, off or on again; null when the user no longer exists. Idempotent; one round trip. */
export const changeSubscription = (
  ctx: Ctx,
  subscription: EmailSubscription,
  action: Exclude<UnsubscribeAction, "save">,
): Promise<EmailSubscriptionState | null> => write(ctx, subscription, cellsFor(subscription, action));

/** Saves the page's matrix; null when the user no longer exists. Idempotent; one round trip, two where something changes. */
export async function saveMatrix(
  ctx: Ctx,
  subscription: EmailSubscription,
  form: Parameters<typeof changesIn>[0],
): Promise<EmailSubscriptionState | null> {
  const state = await subscriptionOf(ctx, subscription);
  const cells = state === null ? {} : changesIn(form, state.categories);
  return Object.keys(cells).length === 0 ? state : write(ctx, subscription, cells);
}

async function write(
  ctx: Ctx,
  subscription: EmailSubscription,
  cells: CellChanges,
): Promise<EmailSubscriptionState | null> {
  const { state } = await ctx.db.write({
    createIfMissing: createPreferencesIfMissing(ctx, subscription.userId),
    change: changeCells(ctx, subscription.userId, cells),
    state: readState(ctx, subscription),
  });
  return state;
}

function cellsFor({ type }: EmailSubscription, action: Exclude<UnsubscribeAction, "save">): CellChanges {
  switch (action) {
    case "unsubscribe_all":
      return { [ALL]: { email: false } };
    case "resubscribe_all":
      return { [ALL]: { email: true } };
    case "unsubscribe":
      return { [type.category]: { email: false } };
    case "resubscribe":
      return { [type.category]: { email: true } };
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
