import { z } from "zod";
import { link, total } from "../../content/fields.ts";
import { deadline, match } from "../grants/items.ts";

export const weeklyDigestPayload = z.object({
  matches: z.array(match),
  matches_total: total,
  deadlines: z.array(deadline),
  deadlines_total: total,
  url: link,
});
export type WeeklyDigest = z.output<typeof weeklyDigestPayload>;
