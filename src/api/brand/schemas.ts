import { z } from "@hono/zod-openapi";

import { brandSettings } from "../../wordings/brand.ts";

const example = {
  name: "Ada's shop",
  logo_url: "https://shop.example/logo.png",
  colour: "#0b5cad",
  sender_name: "Ada's shop",
  reply_to: "help@shop.example",
  postal_footer: "Ada's shop, 1 High Street, London",
};

/** A copy, since only schemas that are made after zod was extended can be documented. */
export const body = brandSettings.clone().openapi("BrandBody", {
  description:
    "What is null or left out is inherited. `colour` is that of links and buttons: as text on white it needs a contrast of 4.5:1 (WCAG AA); the one for dark mode is derived. `name` and `sender_name` must not look like an address: no `@`, `<`, `>` or `://`. `reply_to` is stored in its canonical spelling.",
  example,
});

const field = z.string().nullable();
const fields = {
  name: field,
  logo_url: field,
  colour: field,
  sender_name: field,
  reply_to: field,
  postal_footer: field,
};

export const brand = z
  .object({
    org_id: field.openapi({ description: "Null: the service." }),
    ...fields,
    effective: z.object(fields).openapi({ description: "What its e-mails have, with what it inherits." }),
  })
  .openapi("Brand", { example: { org_id: "org_ab12", ...example, effective: example } });
