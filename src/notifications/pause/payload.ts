import { z } from "zod";
import { line, link, text, time } from "../../content/fields.ts";

/** The payload of both pause and return. `effective_date`: epoch ms. */
export const pausePayload = z.object({
  mentor_name: line,
  effective_date: time.nullish(),
  reason: text.nullish(),
  url: link,
});
export type PauseContent = z.output<typeof pausePayload>;
