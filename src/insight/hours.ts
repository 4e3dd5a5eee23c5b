import { type SQL, sql } from "drizzle-orm";
import { dispatches } from "../db/schema/index.ts";
import { HOUR } from "../lib/clock.ts";

/** The hour of a time (epoch ms), counted since 1970, UTC. */
export const hourOf = (ms: number): number => Math.floor(ms / HOUR);

/** `firstIdAt` in SQL: the smallest id of an hour. */
export const firstIdOf = (hour: SQL): SQL =>
  sql`(SELECT substr(at, 1, 8) || '-' || substr(at, 9) || '-0000-0000-000000000000'
    FROM (SELECT printf('%012x', ${hour} * ${HOUR}) AS at))`;

/** The row of `hourly_counts` that has the sum of all organizations. No id of an organization has this form. */
export const EVERYONE = "*";

/**
 * What a dispatch counts as: its status, or `deferred` while it waits because a slot, quiet hours, a quota, a provider or a new
 * attempt has put it off beyond the time that was asked for. A retry by hand asks for its own time (`scheduled_at`).
 */
export const COUNTED_STATUS = sql`iif(${dispatches}.status = 'queued'
    AND ${dispatches}.due_at > max(${dispatches}.created_at, coalesce(${dispatches}.scheduled_at, 0)), 'deferred', ${dispatches}.status)`;
