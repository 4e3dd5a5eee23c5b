import { z } from "@hono/zod-openapi";
import { ACTIVITY_STATUSES } from "../../../db/schema/index.ts";
import { type Activity, activities as collection } from "../../../directory/activities.ts";
import { directoryId, instant, printedTime } from "../../../http/schemas.ts";
import { iso } from "../../../lib/clock.ts";
import { hoursOf, MAX_HOURS, minutesOf } from "../../../lib/hours.ts";
import { entityId } from "../schemas.ts";
import type { WireCollection } from "../wire.ts";

const hours = z
  .number()
  .min(0)
  .max(MAX_HOURS)
  .openapi({ description: "Decimal, kept to the minute: sums are exact." });

const fields = {
  user_id: directoryId.openapi({ description: "Whose it is." }),
  status: z.enum(ACTIVITY_STATUSES),
  hours,
  occurred_at: instant.openapi({
    type: "string",
    format: "date-time",
    description: "When it was, or is to be: decides in which window it counts.",
  }),
};

/** The table keeps whole minutes. */
const stored = <T extends { hours: number }>({ hours: decimal, ...rest }: T) => ({
  ...rest,
  minutes: minutesOf(decimal),
});

const facts = {
  user_id: "usr_4f8a2c",
  status: "completed",
  hours: 2.5,
  occurred_at: "2026-03-25T17:30:00.000Z",
} as const;
const example = { id: "act_7e2f9a", ...facts };

export const activities: WireCollection<Activity> = {
  collection,
  body: z.strictObject(fields).openapi("ActivityFacts", { example: facts }).transform(stored),
  item: z
    .strictObject({ id: entityId, ...fields })
    .openapi("ActivityItem", { example })
    .transform(stored),
  printed: z
    .object({
      id: z.string(),
      user_id: z.string(),
      status: z.enum(ACTIVITY_STATUSES),
      hours: z.number(),
      occurred_at: printedTime,
    })
    .openapi("Activity", { example }),
  print: ({ id, user_id, status, minutes, occurred_at }) => ({
    id,
    user_id,
    status,
    hours: hoursOf(minutes),
    occurred_at: iso(occurred_at),
  }),
  about: "Activities are what users did or plan to do. The statistics count them.",
  deletion: "The statistics do not count it any more.",
  exampleId: example.id,
};
