import type { z } from "@hono/zod-openapi";
import { type Choice, quietHoursOf } from "../../preferences/decide.ts";
import type { CellChanges } from "../../preferences/cells.ts";
import type { Matrix } from "../../preferences/matrix.ts";
import type * as schemas from "./schemas.ts";

const SOURCES = { user: "user", org: "organization", default: "default" } as const;

const cell = (choice: Choice) => ({
  enabled: choice.on,
  inherited_from: SOURCES[choice.by],
  locked: choice.by === "org" && choice.locked,
});

const NOBODY: Choice = { by: "default", on: true };

const NO_HOURS = { enabled: false, start: null, end: null, inherited_from: "default" } as const;

export function matrixView({ userId, categories, reader, orgs }: Matrix): z.infer<typeof schemas.matrix> {
  const hours = quietHoursOf(reader, orgs);
  return {
    user_id: userId,
    categories: Object.fromEntries(
      Object.entries(categories).map(([category, { push, email, in_app: inApp, sms, chat }]) => [
        category,
        {
          push: cell(push ?? NOBODY),
          email: cell(email ?? NOBODY),
          in_app: cell(inApp ?? NOBODY),
          ...(sms && { sms: cell(sms) }),
          ...(chat && { chat: cell(chat) }),
        },
      ]),
    ),
    quiet_hours:
      hours === null
        ? { ...NO_HOURS, days: [] }
        : { ...hours, inherited_from: reader.quietHours === null ? "organization" : "user" },
    timezone: reader.timezone,
  };
}

/** The cells that a body changes: those that are left out stay. */
export const cellChanges = (categories: z.infer<typeof schemas.change>["categories"] = {}): CellChanges =>
  Object.fromEntries(
    Object.entries(categories).map(([category, row]) => [
      category,
      Object.fromEntries(
        Object.entries(row).flatMap(([channel, on]) => (on === undefined ? [] : [[channel, on] as const])),
      ),
    ]),
  );
