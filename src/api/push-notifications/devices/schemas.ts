import { z } from "@hono/zod-openapi";
import { PLATFORMS } from "../../../db/schema/index.ts";
import { directoryId, languageTag, printedTime, timeZone } from "../../../http/schemas.ts";
import { plainText } from "../../../lib/text.ts";

const token = z.string().openapi({ example: "ExponentPushToken[xxxxxxxxxxxxxxxxxxxxxx]" });

export const listQuery = z.object({
  user_id: directoryId.optional().openapi({ description: "Whose devices; a `user` may leave it out." }),
});

export const list = z
  .object({
    user_id: z.string(),
    tokens: z.array(
      z.object({
        token,
        platform: z.enum(PLATFORMS),
        registered_at: printedTime,
        last_used_at: printedTime.nullable(),
      }),
    ),
  })
  .openapi("Devices");

/** The longest token that any push service issues is said to be 4 KB. */
const MAX_TOKEN = 4_096;

/** base64url of so many characters, with or without padding. */
const base64url = (length: number) =>
  z
    .string()
    .regex(new RegExp(`^[A-Za-z0-9_-]{${length}}={0,2}$`), `must be base64url of ${length} characters`);

/** What a device says of itself. */
const said = {
  provider: z.string().min(1).max(32).optional().openapi({
    description: "The push service that issued the token. Only needed where the token does not show it.",
    example: "fcm",
  }),
  app: z.string().min(1).max(64).optional().openapi({
    description: "Which app the token is of, where several are configured by name.",
  }),
  locale: languageTag.optional().openapi({
    description: "The device's language. It becomes the user's where none is known.",
  }),
  timezone: timeZone.optional().openapi({
    description: "The device's IANA time zone. It becomes the user's where none is known.",
  }),
  app_version: plainText(64).optional(),
};

const about = { user_id: directoryId, platform: z.enum(PLATFORMS), ...said };

export const registerBody = z
  .strictObject({
    ...about,
    platform: about.platform
      .optional()
      .openapi({ description: "Needed with a token. With an `endpoint` it is `web` if left out." }),
    token: z
      .string()
      .max(MAX_TOKEN)
      .optional()
      .openapi({ description: "What the push service gave to the app. Either this or `endpoint`." }),
    endpoint: z.string().max(MAX_TOKEN).optional().openapi({
      description:
        "Of a Web Push subscription: send the members of its `toJSON()` as they are. Its address is the device's token.",
    }),
    keys: z.strictObject({ p256dh: base64url(87), auth: base64url(22) }).optional(),
    expirationTime: z.number().nullable().optional().openapi({ description: "Ignored." }),
  })
  .superRefine(({ token, endpoint, platform }, context) => {
    if ((token === undefined) === (endpoint === undefined))
      context.addIssue({ code: "custom", path: ["token"], message: "either this or endpoint must be given" });
    if (endpoint === undefined && platform === undefined)
      context.addIssue({ code: "custom", path: ["platform"], message: "is needed with a token" });
  })
  .openapi("DeviceRegistration");

export const registered = z
  .object({ user_id: z.string(), token, platform: z.enum(PLATFORMS), registered_at: printedTime })
  .openapi("Device");

export const tokenParam = z.object({
  token: z
    .string()
    .min(1)
    .max(MAX_TOKEN)
    .openapi({ param: { name: "token", in: "path" }, description: "Percent-encoded." }),
});

export const invalidated = z
  .object({ invalidated: z.literal(true), token, invalidated_at: printedTime })
  .openapi("DeviceInvalidated");
