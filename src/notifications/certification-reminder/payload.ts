import { z } from "zod";
import { line, link, time, total } from "../../content/fields.ts";

export const certificationReminderPayload = z.object({
  certifications: z.array(z.object({ name: line, expires_at: time })).min(1),
  total,
  url: link,
});
export type CertificationReminder = z.output<typeof certificationReminderPayload>;
