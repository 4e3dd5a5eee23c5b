import { z } from "@hono/zod-openapi";
import { PLATFORMS } from "../../../db/schema/index.ts";
import { directoryId, printedTime } from "../../../http/schemas.ts";

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

export const registerBody = z
  .strictObject({ user_id: directoryId, token: z.string().max(200), platform: z.enum(PLATFORMS) })
  .openapi("DeviceRegistration");

export const registered = z
  .object({ user_id: z.string(), token, platform: z.enum(PLATFORMS), registered_at: printedTime })
  .openapi("Device");

export const tokenParam = z.object({
  token: z
    .string()
    .min(1)
    .max(200)
    .openapi({ param: { name: "token", in: "path" }, description: "Percent-encoded." }),
});

export const invalidated = z
  .object({ invalidated: z.literal(true), token, invalidated_at: printedTime })
  .openapi("DeviceInvalidated");
