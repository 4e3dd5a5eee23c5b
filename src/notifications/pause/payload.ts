import { z } from "zod";
import { line, link, text, time } from "../../content/fields.ts";

/** Of a pause and of a return. `effective_date`: epoch ms. */
export const pausePayload = z.object({
  mentor_name: line,
  effective_date: time.nullish(),
  reason: text.nullish(),
  url: link,
});
export type PauseContent = z.output<typeof pausePayload>;
