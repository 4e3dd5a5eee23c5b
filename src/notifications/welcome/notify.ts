import { sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { fromType } from "../../content/type.ts";
import { insertRows } from "../../db/json.ts";
import { dedupeKeys, orgs, users } from "../../db/schema/index.ts";
import { dispatchRow } from "../../outbox/create.ts";
import { insertNotifying } from "../../outbox/notify.ts";
import type { Change } from "../../directory/collection.ts";
import type { Consequences } from "../../directory/reaction.ts";
import { welcomedBy, welcomeKey } from "./dedupe-key.ts";
import { welcome } from "./type.ts";

/** Sends a welcome, once, to a new user with an address, if a PUT creates the user. An import sends none. */
export function welcomeNewUsers(
  ctx: Ctx,
  { rows, bulk, notify }: Change<{ id: string; email: string | null; org_id: string | null }>,
): Consequences {
  const welcomed = bulk || !notify ? [] : rows.filter(({ email }) => email !== null);
  const messages = welcomed.map(({ id, org_id }) =>
    dispatchRow(ctx, {
      ...fromType(welcome, ctx.clock.now()),
      lane: "email",
      userId: id,
      orgId: org_id,
    }),
  );
  if (messages.length === 0) return {};
  const points = messages.map(({ id, user_id }) => ({ key: welcomeKey(user_id), dispatch_id: id }));
  const isNew = sql`NOT EXISTS (SELECT 1 FROM ${users} WHERE id = ${welcomedBy(sql`value->>'key'`)})`;
  return {
    before: [
      insertRows(dedupeKeys, points, { where: isNew, onConflict: sql`ON CONFLICT DO NOTHING` }),
      // The user's row is written after this statement, so the organization comes from the change.
      ...insertNotifying(messages, {
        org_id: sql`value->>'org_id'`,
        payload: sql`json_object('org_name', (SELECT name FROM ${orgs} WHERE id = value->>'org_id'))`,
      }),
    ],
    dispatchIds: messages.map((row) => row.id),
  };
}
