import { chainFaults, fallback } from "./fallback.ts";
import { isObject } from "../../lib/objects.ts";
import { z } from "@hono/zod-openapi";
import {
  INTERRUPTION_LEVELS,
  MAX_TTL_SECONDS,
  namesOf,
  PRIORITIES,
  type PushOptions,
  SILENT_OPTIONS,
  unknownTo,
  MAX_IN_APP_BYTES,
  MAX_PUSH_BYTES,
  inAppBytes,
  pushPayloadBytes,
} from "../../channels/push/options.ts";
import type { PushProvider } from "../../channels/push/provider.ts";
import { directoryId, instant, jsonObject, listOf } from "../../http/schemas.ts";
import type { FieldError } from "../../lib/failure.ts";
import { plainText } from "../../lib/text.ts";
import type { ChainStep } from "../../outbox/chain.ts";
import { SEND_CHANNELS } from "../../notifications/push/send-one.ts";

/** A name or an id of the caller's own. */
export const reference = plainText(128);

/** How a push is shown and kept. */
export const options = z
  .strictObject({
    sound: reference.nullable().optional().openapi({
      description:
        "A sound of the app's, or `default`; null for none. On Android the channel decides; a browser knows only null.",
      example: "default",
    }),
    badge: z.int().min(0).max(99_999).optional().openapi({
      description: "The number on the app's icon; 0 removes it. iOS, and sites that are installed.",
      example: 1,
    }),
    priority: z
      .enum(PRIORITIES)
      .optional()
      .openapi({ description: "`high` unless it is said, `normal` for a silent push." }),
    ttl: z.int().min(0).max(MAX_TTL_SECONDS).optional().openapi({
      description:
        "Seconds after it was due for which the push is worth delivering; 0: now or never. A push that no service has taken by then fails as `expired`, and its fallback follows.",
      example: 3_600,
    }),
    subtitle: plainText(1_000).optional().openapi({ description: "Below the title. iOS." }),
    channel_id: reference.optional().openapi({
      description: "A notification channel that the app has made. Android.",
      example: "training",
    }),
    interruption_level: z
      .enum(INTERRUPTION_LEVELS)
      .optional()
      .openapi({ description: "iOS. `critical` needs an entitlement of Apple's." }),
    mutable_content: z
      .boolean()
      .optional()
      .openapi({ description: "The app's own extension may change it before it is shown. iOS." }),
    category_id: reference
      .optional()
      .openapi({ description: "A category of actions of the app's.", example: "workout" }),
    image: z
      .url({ protocol: /^https$/, hostname: z.regexes.domain, error: "must be an https address" })
      .max(2_048)
      .optional()
      .openapi({
        type: "string",
        format: "uri",
        maxLength: 2_048,
        description: "An https address of a host by its name.",
        example: "https://cdn.example.com/run.png",
      }),
    content_available: z.boolean().optional().openapi({
      description:
        "Wakes the app in the background. With it title and body may be left out: such a push is not sent to browsers.",
    }),
  })
  .openapi("PushOptions", {
    description:
      "How the push is shown and kept. What no configured provider has is refused; what a phone's system does not know is ignored there.",
    example: { sound: "chime.wav", badge: 3, ttl: 3_600, channel_id: "training" },
  });

/** The fields of a send or of a batch's target that the rules check. */
interface Content {
  title?: string | undefined;
  body?: string | undefined;
  data?: Record<string, unknown> | undefined;
  options?: PushOptions | undefined;
  channels?: readonly string[] | undefined;
  fallback?: readonly ChainStep[] | undefined;
}

const isSilent = ({ title, body, options }: Content): boolean =>
  title === undefined && body === undefined && options?.content_available === true;

/** Mentions silent pushes only to callers who send options. */
const isRequired = ({ input }: { input?: unknown }): string =>
  isObject(input) && "options" in input
    ? "is required: only a silent push (`options.content_available`) has neither title nor body"
    : "is required";

/** Checks also objects with other faults, so that a missing title is reported together with them. */
const evenIfWrong = ({ value }: z.core.ParsePayload): boolean => isObject(value);

function checkSilent(content: Content, refuse: (path: string[], message: string) => void): void {
  const isEmpty = Object.keys(content.data ?? {}).length === 0;
  if (isEmpty && content.options?.badge === undefined)
    refuse(["data"], "is required: a silent push without a badge has nothing else to say");
  for (const option of namesOf(content.options ?? {}))
    if (!SILENT_OPTIONS.has(option)) refuse(["options", option], "has no place in a silent push");
  if (content.fallback !== undefined)
    refuse(["fallback"], "has no place in a silent push: there is nothing to show");
  if (content.channels?.includes("in_app"))
    refuse(["channels"], "must not name `in_app` for a silent push: there is nothing to show");
}

function checkSize(content: Content, isPush: boolean, refuse: (path: string[], message: string) => void) {
  if (isPush && pushPayloadBytes(content) > MAX_PUSH_BYTES)
    refuse([], `title, body, data and options together must not exceed ${MAX_PUSH_BYTES} bytes as JSON`);
  if (!isPush && inAppBytes(content) > MAX_IN_APP_BYTES)
    refuse([], `title, body and data together must not exceed ${MAX_IN_APP_BYTES} bytes as JSON`);
}

/**
 * The rules about more than one field: a title and a body unless the push is silent, what a silent push may have, options
 * only for a push, and the size. A push service's size limit applies to every push, also to one with a fallback.
 */
export const withContentRules = <T extends z.ZodType<Content>>(schema: T) =>
  schema
    .refine((content) => content.title !== undefined || isSilent(content), {
      path: ["title"],
      error: isRequired,
      when: evenIfWrong,
    })
    .refine((content) => content.body !== undefined || isSilent(content), {
      path: ["body"],
      error: isRequired,
      when: evenIfWrong,
    })
    .superRefine((content, context) => {
      const refuse = (path: string[], message: string) => context.addIssue({ code: "custom", path, message });
      const steps = content.fallback ?? [];
      const isPush = content.channels?.includes("push") ?? true;
      const mayBePush = isPush || steps.some(({ channel }) => channel === "push");
      if (!mayBePush && content.options !== undefined)
        refuse(["options"], "needs `push` among the channels: they are a push's");
      if (isSilent(content)) checkSilent(content, refuse);
      checkSize(content, mayBePush, refuse);
    });

/** The two kinds of pushes, as far as JSON Schema can say it; the descriptions say the rest. */
export const SHOWN_OR_SILENT = [{ required: ["title", "body"] }, { required: ["options"] }];

const NEEDED =
  "Needed, but for a silent push (`options.content_available`), which has neither title nor body.";

/** What a push says, and to whom. */
export const content = {
  user_id: directoryId,
  title: plainText(1_000).optional().openapi({ description: NEEDED }),
  body: plainText(4_096).optional().openapi({ description: NEEDED }),
  data: jsonObject.optional().openapi({ description: "Goes to the app with the push." }),
  prompt_id: reference.optional().openapi({ description: "Taken from `data` when it stands only there." }),
  scenario_id: reference.optional().openapi({ description: "Taken from `data` when it stands only there." }),
  options: options.optional(),
};

export const sendBody = withContentRules(
  z.strictObject({
    ...content,
    channels: listOf(z.enum(SEND_CHANNELS), SEND_CHANNELS.length)
      .refine((channels) => new Set(channels).size === channels.length, "must not name a channel twice")
      .optional()
      .openapi({
        type: "array",
        items: { type: "string", enum: [...SEND_CHANNELS] },
        minItems: 1,
        maxItems: SEND_CHANNELS.length,
        description:
          "Where it is sent at the same time: `push` (the default), `in_app` (the user's inbox), or others that are configured.",
      }),
    send_at: instant.optional().openapi({
      type: "string",
      format: "date-time",
      description: "Not before this time, which is at most 365 days ahead.",
    }),
    expires_at: instant.optional().openapi({
      type: "string",
      format: "date-time",
      description:
        "Not sent after this time, which must be in the future; it then fails as `expired`. What has come to an inbox by then stays there.",
    }),
    fallback: fallback.optional(),
  }),
)
  .refine(
    ({ send_at, expires_at }) => send_at === undefined || expires_at === undefined || send_at < expires_at,
    {
      path: ["expires_at"],
      error: "must be after send_at",
    },
  )
  .superRefine(({ channels = ["push"], fallback: steps = [] }, context) => {
    for (const { step, message } of chainFaults(channels, steps))
      context.addIssue({
        code: "custom",
        message,
        path: steps.length === 1 ? ["fallback"] : ["fallback", step],
      });
  })
  .openapi("PushSend", {
    anyOf: SHOWN_OR_SILENT,
    example: {
      user_id: "usr_4bc8d2",
      title: "Time to log your run!",
      body: "You haven't recorded an activity in 3 days. Keep your training on track.",
      data: { deep_link: "eirapp://wizard/activity?scenario=missed_activity_3day" },
      prompt_id: "ph_9c1d4e",
      scenario_id: "missed_activity_3day",
      options: { sound: "chime.wav", badge: 1, ttl: 3_600, channel_id: "training" },
    },
  });

/** Options that no configured provider supports: refused before sending, when the caller can still be told. */
export const unknownOptions = (
  providers: readonly PushProvider[],
  { options }: { options?: PushOptions | undefined },
): FieldError[] =>
  options === undefined
    ? []
    : unknownTo(providers, options).map((name) => ({
        pointer: `/options/${name}`,
        detail: `no push provider here has this (${providers.map((provider) => provider.name).join(", ")})`,
      }));
