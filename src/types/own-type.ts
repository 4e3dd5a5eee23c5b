import { z } from "zod";
import { CHANNELS } from "../db/schema/index.ts";
import { parseObject } from "../lib/objects.ts";

/** One of a type's channels, in the order in which they are tried. */
const step = z.object({
  channel: z.enum(CHANNELS),
  /**
   * Left out: sent at once. Seconds: sent so long after the steps before it, and only if none of these has reached the user:
   * an in-app message that was read, a push or an e-mail that its provider took.
   */
  wait: z
    .int()
    .min(0)
    .max(30 * 86_400)
    .optional(),
});

/** A customer's own type, as it is stored. Durations are in seconds. A later version may have stored more: that is left out. */
const ownTypeData = z.object({
  id: z.string(),
  /** The owner; `""`: the service. */
  org_id: z.string(),
  name: z.string(),
  category: z.string(),
  channels: z.array(step).min(1),
  /** Sent even if the user has switched it off, and in quiet hours, but never to a suppressed address. */
  critical: z.boolean(),
  /** JSON Schema (2020-12) of an event's data; null: any object. */
  schema: z.record(z.string(), z.unknown()).nullable(),
  /** Data for previews; it fits the schema. */
  sample: z.record(z.string(), z.unknown()).nullable(),
  /**
   * What an event's key is for. `event`: the same key is the same event. `recipient`: a new event, which notifies only those
   * whom no event with this key has notified on the same channel.
   */
  dedupe: z.enum(["event", "recipient"]),
  /** Messages to a user with the same key (a field of the data; null: all) that come within the window become one. */
  batch: z.object({ window: z.int(), key: z.string().nullable() }).nullable(),
  /** At most `limit` messages to a user and channel in `per` seconds; the others are skipped. */
  throttle: z.object({ limit: z.int(), per: z.int() }).nullable(),
  /** A message expires so long after the event was to be sent; null: never. */
  expires_after: z.int().nullable(),
});
export type OwnTypeData = z.output<typeof ownTypeData>;
export type Step = z.output<typeof step>;

/** A stored type. @throws for anything else */
export const readOwnType = (json: string): OwnTypeData => ownTypeData.parse(parseObject(json));
