import { z } from "@hono/zod-openapi";
import { CHANNELS, STATUSES } from "../../db/schema/index.ts";
import { plainText } from "../../lib/text.ts";
import { anyDispatchId, directoryId, instant, jsonObject, printedTime } from "../../http/schemas.ts";

/** The largest data, as JSON: that of an event. */
const MAX_DATA_BYTES = 32_768;

/** What makes sense only of a message that nobody has made. */
const OF_TYPES = ["user_id", "org_id", "channel", "data", "key"] as const;

/** What a message that nobody has made tells. */
export const explainData = jsonObject.refine(
  (data) => new TextEncoder().encode(JSON.stringify(data)).length <= MAX_DATA_BYTES,
  { error: `must have at most ${MAX_DATA_BYTES} bytes as JSON` },
);

export const explainBody = z
  .strictObject({
    dispatch: anyDispatchId.optional().openapi({
      description: "A message that there is, by any id that a view prints. Either this or `type`.",
    }),
    type: directoryId.optional().openapi({
      description: "A built-in type or one of your own: a message of it that nobody has made.",
      example: "certification_reminder",
    }),
    user_id: directoryId
      .optional()
      .openapi({ description: "To whom, with `type`. Users ask about themselves, and may leave it out." }),
    org_id: directoryId.optional().openapi({
      description: "Whose type. Left out: the one that the user's organization has or inherits.",
    }),
    channel: z.enum(CHANNELS).optional().openapi({ description: "Only this one of the type's channels." }),
    at: instant.optional().openapi({
      type: "string",
      format: "date-time",
      description:
        "As if it were sent then, at most 365 days ahead, with everything else as it is now. Left out: now.",
    }),
    key: plainText(256).optional().openapi({
      description:
        "The key of the event, of a type of your own: whether one with it came before. Admins only.",
    }),
    data: explainData.optional().openapi({
      description:
        "What it tells; it fits the type. Left out: the type's sample. Users give none for a type of your own.",
    }),
  })
  .superRefine((body, context) => {
    if ((body.dispatch === undefined) === (body.type === undefined))
      context.addIssue({
        code: "custom",
        path: ["type"],
        message: "or `dispatch` is required, and not both",
      });
    if (body.dispatch === undefined) return;
    for (const field of OF_TYPES)
      if (body[field] !== undefined)
        context.addIssue({ code: "custom", path: [field], message: "must be left out with `dispatch`" });
  })
  .openapi("ExplainRequest", {
    example: { type: "certification_reminder", user_id: "usr_4bc8d2", channel: "email" },
  });

const rule = z
  .object({
    rule: z.string().openapi({
      description:
        "In order: `state` and `due` (of a message that there is), `dedupe`, `batch` and `throttle` (of a type of your own, for a message that nobody has made), `in_scope`, `expiry`, `attempts`, `ttl`, `content`, `known`, `address`, `verified`, `suppressed`, `device`, `wanted`, `needed`, `quiet_hours`, `quota`, `slot`, `provider` (for admins), `wording`, `rendering`, `fallback`. Those that do not matter on a channel are missing.",
    }),
    verdict: z.enum(["pass", "wait", "skip", "reject", "unknown"]),
    code: z.string().optional(),
    message: z.string(),
    until: printedTime.optional(),
    details: z.record(z.string(), z.unknown()).optional().openapi({
      description:
        "By rule. `wanted`: the category, and who has decided (`by`: user, org, service, default). `wording`: `source` (written, built_in, message, trial), `org_id`, `version`, `locale` and the locales `tried`. `provider`: the providers. `device`: how many. `slot`: the budget. `dedupe`, `batch`, `throttle`: what the type says. `fallback`: the `steps` that follow, and `follow_at`: when, unless it has reached the user.",
    }),
  })
  .openapi("ExplainRule");

const channel = z.object({
  channel: z.string(),
  verdict: z.enum(["send", "wait", "skip", "reject", "unknown"]).openapi({
    description:
      "What comes of it by all rules: the first by which it is never sent (`reject`: it cannot be; `skip`: it is not wanted), else the one that makes it `wait` the longest, else it is sent. `unknown`: something that it depends upon does not answer, or (`private`) is for operators: whether an address that is not verified is suppressed.",
  }),
  until: printedTime.nullable(),
  code: z.string().nullable(),
  message: z.string().nullable(),
  rules: z.array(rule),
  rendering: z.record(z.string(), z.unknown()).nullable().openapi({
    description:
      "As the user would get it. E-mail: `subject`, `html`, `text`, `from`, `reply_to`; its unsubscribe link does not work. Push: `title`, `body`, `data`, `options`. In-app: `title`, `body`, `data`. Null: a rule says why there is none, or the caller is a user who may not see it: a message that is not `sent`, `delivered` or `bounced`, or one of your own types that nobody has made.",
  }),
});

export const explanation = z
  .object({
    user_id: z.string(),
    type: z.string(),
    at: printedTime,
    dispatch: z
      .object({
        id: z.string(),
        channel: z.string(),
        status: z.enum(STATUSES),
        error_code: z.string().optional(),
        error: z.string().optional(),
        due_at: printedTime,
        timeline: z.string().openapi({ description: "The path of its timeline." }),
      })
      .nullable(),
    channels: z.array(channel),
  })
  .openapi("Explanation", {
    example: {
      user_id: "usr_4bc8d2",
      type: "certification_reminder",
      at: "2026-03-26T08:00:00.000Z",
      dispatch: null,
      channels: [
        {
          channel: "email",
          verdict: "skip",
          until: null,
          code: "unsubscribed",
          message: "The user has switched this off",
          rules: [
            { rule: "known", verdict: "pass", message: "The directory knows the user" },
            {
              rule: "wanted",
              verdict: "skip",
              code: "unsubscribed",
              message: "The user has switched this off",
              details: { category: "certifications", critical: false, on: false, by: "user" },
            },
          ],
          rendering: null,
        },
      ],
    },
  });
