import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

// Hours are counted since 1970, UTC.

/**
 * How many dispatches were made in an hour, by what has become of them. A job counts an hour once it is over, and again at
 * each doubling of its age, because outcomes come late. The organization comes first in the key, so that a reader costs what
 * its own organizations have. WITHOUT ROWID.
 */
export const hourlyCounts = sqliteTable(
  "hourly_counts",
  {
    hour: integer("hour").notNull(),
    /** The organization of the dispatches; `""`: they have none; `"*"`: the sum of all of them, so that nobody adds up thousands. */
    org_id: text("org_id").notNull(),
    channel: text("channel").notNull(),
    /** `""`: no provider was asked. */
    provider: text("provider").notNull(),
    /** A status of a dispatch, or `deferred`: it is queued for a later time than was asked for. */
    status: text("status").notNull(),
    n: integer("n").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.org_id, t.hour, t.channel, t.provider, t.status] }),
    // An hour is replaced and removed as a whole. A count that only grows does not write here.
    index("hourly_counts_by_hour").on(t.hour),
  ],
);

/** The hours that have been counted. An hour without dispatches has no row. WITHOUT ROWID. */
export const countedHours = sqliteTable(
  "counted_hours",
  {
    hour: integer("hour").primaryKey(),
    /** Epoch ms. */
    counted_at: integer("counted_at").notNull(),
    /** When it is counted again, epoch ms; null: never. */
    recount_at: integer("recount_at"),
  },
  // What the job has to do: without it each run would read every hour that there is.
  (t) => [
    index("counted_hours_due")
      .on(t.recount_at)
      .where(sql`recount_at IS NOT NULL`),
  ],
);

/** Messages that a queue gave up, a row for each batch and kind. They say that something is wrong; nothing is sent from here. WITHOUT ROWID. */
export const deadLetters = sqliteTable(
  "dead_letters",
  {
    hour: integer("hour").notNull(),
    /** The queue's id of the batch's first message, so that a repeated write counts once. */
    batch: text("batch").notNull(),
    /** `wake_up`, `outcomes`, `email_event`, `event`, `unreadable`. */
    kind: text("kind").notNull(),
    /** Messages. */
    n: integer("n").notNull(),
  },
  (t) => [primaryKey({ columns: [t.hour, t.batch, t.kind] })],
);
