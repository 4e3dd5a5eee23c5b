import { sql } from "drizzle-orm";
import type { NotificationTypes } from "../../content/type.ts";
import type { Ctx } from "../../ctx.ts";
import { JSON_PARAMETER_BYTES } from "../../db/json.ts";
import { chunksByBytes } from "../../lib/chunks.ts";
import { type Dispatch, dispatches } from "../../db/schema/index.ts";
import { follow } from "../../delivery/fallback.ts";
import { holdAmong } from "../../delivery/ruling.ts";
import { endedBy, postponedBy, waitKind } from "../../delivery/entries.ts";
import { followAtAfter } from "../../outbox/chain.ts";
import { appended, type TimelineEntry } from "../../outbox/timeline.ts";
import { queuedAmong, type ToWake } from "../../outbox/wake.ts";
import { outcomeOf, waitOf } from "../held.ts";
import { unmade } from "../unmade.ts";
import { speechesOf, type Voiced, type Words, wordsFor } from "../voice.ts";
import { findingsFor, shownBy } from "./shown.ts";

/** What becomes of an in-app message: the columns to write. */
interface Said {
  id: string;
  status: "delivered" | "failed" | "cancelled" | "queued";
  title: string | null;
  body: string | null;
  data: string | null;
  error_code: string | null;
  error: string | null;
  due_at: number;
  /** When its fallback follows unless it was read by then; null: never, or when it fails. */
  follow_at: number | null;
  /** As it was read: a message that has collected another event since is not delivered like this. */
  payload: string | null;
}

/** What its timeline says of it. */
function entryOf({ status, due_at, error_code, error }: Said, at: number): TimelineEntry {
  if (status === "delivered") return { did: "delivered", at };
  const why = { code: error_code ?? "", message: error ?? "" };
  return status === "queued" ? postponedBy(at, waitKind(why.code), due_at, why) : endedBy(at, status, why);
}

/**
 * Decides upon messages that are due, each by itself, and renders those that have words; others say what they were made with.
 * One that cannot be made fails at once: no attempts are counted here, and it can be retried by hand. One round trip for
 * words that the isolate does not have, else none.
 */
export async function decideAndSay(
  ctx: Ctx,
  types: NotificationTypes,
  due: readonly Dispatch[],
  loaded: Voiced,
): Promise<Said[]> {
  const wordsOf = await wordsFor(ctx, "in_app", speechesOf(types, due, loaded), loaded);
  return due.map((dispatch) => {
    try {
      return say(ctx, types, dispatch, loaded, wordsOf(dispatch));
    } catch (error) {
      return ended(dispatch, unmade(ctx, dispatch, error));
    }
  });
}

function say(
  ctx: Ctx,
  types: NotificationTypes,
  dispatch: Dispatch,
  loaded: Voiced,
  words: Words<"in_app"> | null,
): Said {
  const hold = holdAmong(findingsFor(types, dispatch, loaded, ctx.clock.now()));
  const outcome = outcomeOf(hold);
  if (outcome !== null) return ended(dispatch, outcome);
  const wait = waitOf(hold);
  if (wait !== null)
    return {
      ...ended(dispatch, wait),
      status: "queued",
      due_at: wait.until,
      follow_at: followAtAfter(dispatch, wait.until),
    };
  const shown = shownBy(ctx, dispatch, loaded, words);
  if ("kind" in shown) return ended(dispatch, shown);
  const follow_at = followAtAfter(dispatch, ctx.clock.now());
  return { ...ended(dispatch, DONE), ...shown, status: "delivered", follow_at };
}

const DONE = { code: null, message: null };

const ended = (
  { id, due_at, payload }: Dispatch,
  why: { kind?: string; code: string | null; message: string | null },
): Said => ({
  id,
  status: why.kind === "unwanted" ? "cancelled" : "failed",
  title: null,
  body: null,
  data: null,
  error_code: why.code,
  error: why.message,
  due_at,
  follow_at: null,
  payload,
});

/**
 * Writes what became of them; what has failed is followed by its fallback. Idempotent: one that is not queued any more stays as
 * it is, and so does one that has collected another event since it was read.
 * @returns what is to be announced, or woken again
 */
export async function settleSaid(ctx: Ctx, said: readonly Said[]): Promise<ToWake[]> {
  if (said.length === 0) return [];
  const now = ctx.clock.now();
  const isDelivered = sql`v.status = 'delivered'`;
  const followers = follow(
    ctx,
    said.flatMap(({ id, status }) => (status === "failed" ? [id] : [])),
  );
  const { toWake } = await ctx.db.write({
    // Messages with large data do not all fit into one parameter.
    settle: chunksByBytes(
      said.map((one) => ({ ...one, entry: entryOf(one, now) })),
      JSON_PARAMETER_BYTES,
    ).map(
      (
        portion,
      ) => sql`UPDATE ${dispatches} SET status = v.status, title = coalesce(v.title, ${dispatches}.title),
        body = coalesce(v.body, ${dispatches}.body), data = coalesce(v.data, ${dispatches}.data),
        error_code = v.error_code, error = v.error, due_at = v.due_at, follow_at = v.follow_at,
        wake_at = iif(v.status = 'queued', v.due_at, NULL),
        delivered_count = iif(${isDelivered}, 1, 0), sent_at = iif(${isDelivered}, ${now}, ${dispatches}.sent_at),
        delivered_at = iif(${isDelivered}, ${now}, NULL), updated_at = ${now},
        timeline = ${appended(sql`v.entry`)}
      FROM (SELECT value->>'id' AS id, value->>'status' AS status, value->>'title' AS title, value->>'body' AS body,
          value->>'data' AS data, value->>'error_code' AS error_code, value->>'error' AS error, value->>'due_at' AS due_at,
          value->>'follow_at' AS follow_at, value->>'payload' AS payload, value->>'entry' AS entry
        FROM json_each(${JSON.stringify(portion)})) AS v
      WHERE ${dispatches}.id = v.id AND ${dispatches}.status = 'queued'
        AND ${dispatches}.payload IS v.payload`,
    ),
    followers: followers.statements,
    toWake: queuedAmong([...said.map(({ id }) => id), ...followers.ids]),
  });
  return toWake;
}
