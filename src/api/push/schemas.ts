import { z } from "@hono/zod-openapi";

const app = z.string().min(1).max(64);

export const keyQuery = z.object({
  app: app.optional().openapi({
    description: "Of which app, where several are configured by name. Left out: the default one.",
    example: "shop",
  }),
});

export const key = z
  .object({
    app: app.nullable(),
    public_key: z.string().openapi({
      description: "base64url: what `pushManager.subscribe` takes as `applicationServerKey`.",
      example: "BJJAyEu7BgsU-Yu7l2GRmneYBOfIAXfn2DZkrFBnA__A_bKbRIGGrR1IKFtyvGbZU__HLdyGdy1ZPE6Q0SYNX9o",
    }),
  })
  .openapi("VapidKey");
