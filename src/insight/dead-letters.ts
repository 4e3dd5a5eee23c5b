import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../ctx.ts";
import { insertRows } from "../db/json.ts";
import { deadLetters } from "../db/schema/index.ts";
import { DAY } from "../lib/clock.ts";
import { hourOf } from "./hours.ts";

/** A message that a queue gave up. */
export interface DeadLetter {
  /** The queue's id of the message. */
  id: string;
  kind: "wake_up" | "outcomes" | "email_event" | "event" | "unreadable";
}

/**
 * Counts dead letters by kind, a written row for each kind of a batch. Only for people to see: while D1 is away they are not
 * counted, and nothing is lost. One round trip.
 */
export async function countDeadLetters(ctx: Ctx, letters: readonly DeadLetter[]): Promise<void> {
  const [first] = letters;
  if (first === undefined) return;
  const hour = hourOf(ctx.clock.now());
  const kinds = Map.groupBy(letters, ({ kind }) => kind);
  const rows = [...kinds].map(([kind, own]) => ({ hour, batch: first.id, kind, n: own.length }));
  try {
    await ctx.db.write({ count: insertRows(deadLetters, rows, { onConflict: sql`ON CONFLICT DO NOTHING` }) });
  } catch (error) {
    ctx.log.warn("dead_letters_not_counted", {
      letters: letters.length,
      error: error instanceof Error ? error.name : "unknown",
    });
  }
}

/** Rows of dead letters that are added up: a flood is a flood. */
const MOST = 1_000;

/** Dead letters of the last 24 hours, by kind. */
export const deadLettersOf = (now: number): SQL<{ kind: string; n: number }> =>
  sql<{ kind: string; n: number }>`SELECT kind, sum(n) AS n FROM
    (SELECT kind, n FROM ${deadLetters} WHERE hour > ${hourOf(now - DAY)} LIMIT ${MOST}) GROUP BY kind ORDER BY kind`;
