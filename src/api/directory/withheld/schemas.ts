import { z } from "@hono/zod-openapi";
import { CHANNELS, WITHHELD_REASONS } from "../../../db/schema/index.ts";
import { entityId } from "../schemas.ts";

const count = z.object({
  date: z.iso.date().openapi({ description: "The day, UTC." }),
  type: z.string(),
  channel: z.enum(CHANNELS),
  reason: z.enum(WITHHELD_REASONS),
  count: z.int().min(1),
});

export const list = z.object({ user_id: z.string(), withheld: z.array(count) }).openapi("Withheld", {
  example: {
    user_id: "usr_4bc8d2",
    withheld: [
      { date: "2026-03-26", type: "new_match", channel: "email", reason: "below_threshold", count: 3 },
    ],
  },
});

export const userParam = z.object({
  id: entityId.openapi({
    param: { name: "id", in: "path" },
    description: "The caller's own id of the user.",
    example: "usr_4bc8d2",
  }),
});

export const listQuery = z.object({
  days: z.coerce
    .number()
    .int()
    .min(1)
    .max(60)
    .default(30)
    .openapi({ description: "So many days, today among them.", example: 30 }),
});
