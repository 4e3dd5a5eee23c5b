import { sql } from "drizzle-orm";
import { type Event, events } from "../db/schema/index.ts";
import { Parsed } from "../db/statement.ts";
import { conditionsOf, type Found, lookAt } from "../events/conditions.ts";
import { isReceiver } from "../events/connections.ts";
import { SECOND } from "../lib/clock.ts";
import type { OwnTypeData } from "../types/own-type.ts";
import type { Rule } from "./rule.ts";

/** An event that nobody has sent, as far as it decides whether a message is made for it. */
export interface Occasion {
  event: Event;
  type: OwnTypeData;
  /** The caller's key; null: none. */
  key: string | null;
}

interface Message {
  id: string;
  user_id: string;
  channel: string;
}

/**
 * Reads, within a batch, what decides whether messages of an event are made: whether another came first, collects it, or their
 * user has had enough. It asks as making them does, and takes nothing. Gives the rules of a channel, in order.
 */
export async function occasionRules(
  { event, type, key }: Occasion,
  messages: readonly Message[],
  now: number,
): Promise<Parsed<(channel: string) => Rule[]>> {
  const windowMs = type.batch === null ? null : type.batch.window * SECOND;
  const conditions = await conditionsOf(event, type, {
    key: type.dedupe === "recipient" ? key : null,
    windowMs,
    mayRecur: false,
    isThere: (id) => isReceiver({ kind: "users", ids: [], count: 1 }, id),
    now,
  });
  const isSame = sql`org_id = ${event.org_id} AND type = ${type.id} AND key = ${key}`;
  return Parsed.of(
    {
      found: conditions === null ? [] : [lookAt(conditions, messages)],
      same: type.dedupe === "event" && key !== null ? [sql`SELECT 1 FROM ${events} WHERE ${isSame}`] : [],
    },
    ({ found, same }) => {
      const byChannel = new Map(found.map((one) => [one.channel, one]));
      return (channel) => {
        const one = byChannel.get(channel);
        return [
          dedupe(type, key, same.length > 0, one),
          ...(type.batch === null ? [] : [batch(type.batch, one, now)]),
          ...(type.throttle === null ? [] : [throttle(type.throttle, one)]),
        ];
      };
    },
  );
}

function dedupe(type: OwnTypeData, key: string | null, isSame: boolean, found: Found | undefined): Rule {
  const rule = "dedupe";
  const details = { by: type.dedupe, key_given: key !== null };
  if (isSame)
    return {
      rule,
      verdict: "skip",
      code: "same_event",
      message: "An event with this key has been sent, and is the same",
      details,
    };
  if (found?.is_duplicate === 1)
    return {
      rule,
      verdict: "skip",
      code: "duplicate",
      message: "An event with this key has notified the user on this channel",
      details,
    };
  return { rule, verdict: "pass", details };
}

function batch(
  { window, key }: NonNullable<OwnTypeData["batch"]>,
  found: Found | undefined,
  now: number,
): Rule {
  const rule = "batch";
  const details = { window_seconds: window, key };
  if (found?.is_collected === 1)
    return {
      rule,
      verdict: "skip",
      code: "collected",
      message: "A message that is still open tells of it, too",
      details,
    };
  return {
    rule,
    verdict: "wait",
    until: now + window * SECOND,
    code: "collecting",
    message: "It waits for others of its kind, and tells of them, too",
    details,
  };
}

/** What another message tells asks for no place of its own. */
function throttle({ limit, per }: NonNullable<OwnTypeData["throttle"]>, found: Found | undefined): Rule {
  const rule = "throttle";
  const details = { limit, period_seconds: per };
  if (found?.is_throttled !== 1 || found.is_collected === 1) return { rule, verdict: "pass", details };
  return {
    rule,
    verdict: "skip",
    code: "throttled",
    message: "The user has had as many messages of this type as it allows",
    details,
  };
}
