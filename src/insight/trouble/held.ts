import { type SQL, sql } from "drizzle-orm";
import { inScope, type Scope } from "../../auth/scope.ts";
import type { Ctx } from "../../ctx.ts";
import { inJson } from "../../db/json.ts";
import { IS_UNWISHED, users, withheld } from "../../db/schema/index.ts";
import { Parsed } from "../../db/statement.ts";
import { dayOf } from "../../log/withheld/count.ts";
import { byKind, type Counted, GROUPS, isFull, MOST, sum, treeOf, typesOf } from "./groups.ts";
import { reasonOf } from "./reasons.ts";
import { messages, type Trouble } from "./trouble.ts";

/** Why messages were not made yesterday and today (UTC): a part of one batch. */
export const heldTroubles = (ctx: Ctx, scope: Scope): Parsed<Trouble[]> =>
  Parsed.of(
    {
      held: heldBack(scope, ctx.clock.now()),
      crowd: scope.kind === "all" ? [] : [isCrowd(scope)],
    },
    ({ held, crowd }) => told(held, crowd.length > 0),
  );

/** `rows`: how many were read. */
type Held = Counted & { code: string; rows: number };

/** The people of an organization as `u.id`. */
const peopleOf = (scope: Scope): SQL => sql`SELECT u.id FROM ${treeOf(scope)} AS t
  CROSS JOIN ${users} AS u ON u.org_id = t.id WHERE ${inScope(scope, { userId: sql`u.id`, orgId: sql`u.org_id` })}`;

/** A row if there are more people than are looked at. */
const isCrowd = (scope: Scope) =>
  sql<{ 1: number }>`SELECT 1 FROM (${peopleOf(scope)}) LIMIT 1 OFFSET ${MOST}`;

/** What was withheld yesterday and today (UTC), without what people do not want: of everyone, or of an organization's people. */
function heldBack(scope: Scope, now: number): SQL<Held> {
  const days = [dayOf(now), dayOf(now) - 1];
  const rows =
    scope.kind === "all"
      ? sql`SELECT channel, type, reason, n FROM ${withheld} INDEXED BY withheld_unwished
          WHERE ${inJson(withheld.day, days)} AND ${IS_UNWISHED} LIMIT ${MOST}`
      : sql`SELECT w.channel, w.type, w.reason, w.n FROM (${peopleOf(scope)} LIMIT ${MOST}) AS p
          CROSS JOIN json_each(${JSON.stringify(days)}) AS d
          CROSS JOIN ${withheld} AS w ON w.day = d.value AND w.user_id = p.id WHERE ${IS_UNWISHED} LIMIT ${MOST}`;
  return sql<Held>`SELECT channel, type, reason AS code, sum(n) AS n, count(*) AS rows FROM (${rows})
    GROUP BY channel, type, reason ORDER BY n DESC LIMIT ${GROUPS}`;
}

/** @param isPart whether only some of the people were looked at */
function told(held: readonly Held[], isPart: boolean): Trouble[] {
  const isCut =
    isPart ||
    isFull(
      held.map(({ rows: n }) => ({ n })),
      MOST,
    );
  const atLeast = isCut ? "At least " : "";
  return byKind(held, ({ channel, code }) => `${channel} ${code}`).flatMap((groups) => {
    const [first] = groups;
    const reason = reasonOf(first?.code ?? "");
    if (first === undefined || reason === null) return [];
    return [
      {
        level: reason.level,
        what: `${atLeast}${messages(sum(groups), first.channel)} ${typesOf(groups)} ${sum(groups) === 1 ? "was" : "were"} not made since yesterday: ${reason.because}.`,
        fix: reason.fix,
        place: reason.place?.({ type: first.type, orgId: null }) ?? null,
      },
    ];
  });
}
