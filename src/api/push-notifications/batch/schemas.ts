import { z } from "@hono/zod-openapi";
import { listOf, memberErrors, printedTime } from "../../../http/schemas.ts";
import { content, SHOWN_OR_SILENT, withContentRules } from "../send-body.ts";
import { notificationId, status } from "../schemas.ts";

/** Targets of one batch. */
const MAX_TARGETS = 1_000;

export const target = withContentRules(z.strictObject(content)).openapi("PushTarget", {
  anyOf: SHOWN_OR_SILENT,
});

export const sendBody = z.strictObject({ targets: listOf(target, MAX_TARGETS) }).openapi("PushBatch", {
  example: {
    targets: [
      { user_id: "usr_4bc8d2", title: "Time to log your run!", body: "Three days without an activity." },
      {
        user_id: "usr_9ea3c7",
        title: "Your race starts in an hour",
        body: "Gate B, bib 1204.",
        options: { interruption_level: "time-sensitive", ttl: 3_600 },
      },
      { user_id: "usr_9ea3c7", data: { sync: "runs" }, options: { content_available: true } },
    ],
  },
});

export const sent = z
  .object({
    batch_id: z.string(),
    total: z.int(),
    succeeded: z.int(),
    failed: z.int(),
    results: z.array(
      z.object({
        user_id: z.string().openapi({ description: "Empty where the target names none that can be read." }),
        notification_id: notificationId.nullable(),
        status,
        error_code: z.string().optional(),
        error: z.string().optional(),
        retry_at: printedTime
          .optional()
          .openapi({ description: "With `rate_limited`: when there may be room for it." }),
      }),
    ),
    sent_at: printedTime.nullable(),
    ...memberErrors,
  })
  .openapi("PushBatchSent");
