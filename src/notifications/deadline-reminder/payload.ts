import { z } from "zod";
import { link, total } from "../../content/fields.ts";
import { deadline } from "../grants/items.ts";

export const deadlineReminderPayload = z.object({ deadlines: z.array(deadline).min(1), total, url: link });
export type DeadlineReminder = z.output<typeof deadlineReminderPayload>;
