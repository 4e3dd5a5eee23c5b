import { z } from "@hono/zod-openapi";
import { directoryId } from "../../http/schemas.ts";
import { quietHours } from "../../preferences/quiet-hours.ts";
import { changesByCategory } from "./categories.ts";

export const subjectQuery = z.object({
  user_id: directoryId.optional().openapi({
    description: "A user in the caller's scope: a service must name one, admins may. Left out: the caller.",
  }),
});

const SOURCES = ["user", "organization", "default"] as const;
const source = z.enum(SOURCES).openapi({ description: "Who has decided. `default`: nobody; it is on." });

const cell = z.object({
  enabled: z.boolean(),
  inherited_from: source,
  locked: z.boolean().openapi({ description: "The organization does not let its users change it." }),
});

const choice = z.boolean().nullable().optional();
const MAX_CHANGED = 100;

const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];
const { start, end, days } = quietHours.shape;

/** Quiet hours as callers send them; `{ "enabled": false }` is enough to have none. */
export const hoursInput = z
  .strictObject({
    enabled: z.boolean().default(true),
    start: start.optional().openapi({ example: "22:00" }),
    end: end
      .optional()
      .openapi({ description: "On the next day where it is not after `start`.", example: "07:00" }),
    days: days.optional().openapi({
      description: "The weekdays on which they start: 0 = Sunday … 6 = Saturday. Left out: all.",
    }),
  })
  .transform((given, context) => {
    for (const name of ["start", "end"] as const)
      if (given.enabled && given[name] === undefined)
        context.addIssue({ code: "custom", path: [name], message: "is required" });
    const hours = { start: "22:00", end: "07:00", ...given, days: [...new Set(given.days ?? EVERY_DAY)] };
    const checked = quietHours.safeParse(hours);
    if (checked.success) return checked.data;
    for (const { path, message } of checked.error.issues)
      context.addIssue({ code: "custom", path: [...path], message });
    return z.NEVER;
  })
  .openapi("QuietHoursInput");

const changedCells = z
  .strictObject({ push: choice, email: choice, in_app: choice, sms: choice, chat: choice })
  .openapi({ description: "Null: inherit again." });

export const change = z
  .strictObject({
    categories: changesByCategory(changedCells, MAX_CHANGED).optional(),
    quiet_hours: hoursInput
      .nullable()
      .optional()
      .openapi({ description: "Null: as the organization has them." }),
  })
  .openapi("PreferencesChange", {
    example: {
      categories: { orders: { email: false, push: null } },
      quiet_hours: { enabled: true, start: "22:00", end: "07:00", days: [0, 1, 2, 3, 4, 5, 6] },
    },
  });

export const matrix = z
  .object({
    user_id: z.string(),
    categories: z
      .record(
        z.string(),
        z.object({ push: cell, email: cell, in_app: cell, sms: cell.optional(), chat: cell.optional() }),
      )
      .openapi({
        description:
          "`all` is the whole channel: off is off for each category. `sms` and `chat` are there where the service has the channel, or somebody has decided something on it.",
      }),
    quiet_hours: z
      .object({
        enabled: z.boolean(),
        start: z.string().nullable(),
        end: z.string().nullable(),
        days: z.array(z.int()),
        inherited_from: source,
      })
      .openapi({ description: "Messages wait for their end; critical and in-app ones do not." }),
    timezone: z.string().nullable().openapi({ description: "The user's, in which they count. Null: UTC." }),
  })
  .openapi("PreferencesMatrix");
