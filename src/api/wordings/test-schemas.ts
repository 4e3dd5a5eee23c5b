import { z } from "@hono/zod-openapi";
import { STATUSES, WORDING_CHANNELS } from "../../db/schema/index.ts";
import { EITHER, isEither, source, wanted } from "./schemas.ts";

export const testBody = z
  .strictObject(wanted)
  .refine(isEither, EITHER)
  .openapi("WordingTestRequest", { example: { data: { order: "A-1042", items: 3 } } });

export const tested = z
  .object({
    type: z.string(),
    channel: z.enum(WORDING_CHANNELS),
    locale: z.string(),
    source,
    version: z.int().nullable(),
    dispatch_id: z.string().openapi({ description: "Its timeline tells the rest." }),
    status: z.enum(STATUSES),
    error_code: z.string().optional(),
    error: z.string().optional(),
  })
  .openapi("WordingTest", {
    example: {
      type: "order_shipped",
      channel: "push",
      locale: "en",
      source: "draft",
      version: null,
      dispatch_id: "dsp_01jq8z3k5te8v9m4p2r7x6w1yd",
      status: "sent",
    },
  });
