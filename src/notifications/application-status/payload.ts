import { z } from "zod";
import { line, link, text } from "../../content/fields.ts";

export const applicationStatusPayload = z.object({
  grant_title: line,
  /** A name that the client chose, such as `under_review`. */
  status: line,
  previous_status: line.nullish(),
  note: text.nullish(),
  url: link,
});
export type ApplicationStatus = z.output<typeof applicationStatusPayload>;
