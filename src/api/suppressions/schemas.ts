import { z } from "@hono/zod-openapi";
import { SUPPRESSION_REASONS } from "../../db/schema/index.ts";
import { pageQuery, pagination } from "../../http/pagination.ts";
import { emailAddress, printedTime } from "../../http/schemas.ts";
import { plainText } from "../../lib/text.ts";

const id = z.string().openapi({ example: "sup_01kmmbgh80f3zrr53mxg4hfzk0" });

export const suppression = z
  .object({
    id,
    email: z.string().nullable().openapi({
      description:
        "In lower case, the domain in Punycode: every spelling of the address is meant. Null: it is a number.",
      example: "kari@example.com",
    }),
    phone: z.string().nullable().openapi({ description: "E.164. Null: it is an address." }),
    reason: z.enum(SUPPRESSION_REASONS).openapi({
      description:
        "`bounce`: the mailbox or the number does not exist. `complaint`: its owner has reported a mail of ours as spam. `unsubscribed`: its owner has sent STOP.",
    }),
    created_at: printedTime.openapi({ description: "When we first heard of it." }),
    expires_at: printedTime
      .nullable()
      .openapi({ description: "A bounce is kept for 90 days; null: for ever." }),
  })
  .openapi("Suppression");

export const listQuery = z.object(pageQuery);

export const list = z.object({ data: z.array(suppression), pagination }).openapi("SuppressionList");

export const lookup = z
  .strictObject({
    email: emailAddress.optional(),
    phone: plainText(40).optional().openapi({ description: "In international form, from + on." }),
  })
  .refine(({ email, phone }) => (email === undefined) !== (phone === undefined), {
    path: ["email"],
    error: "exactly one of email and phone is needed",
  })
  .openapi("SuppressionLookup", { example: { email: "kari@example.com" } });

/** A text that is no id of ours gets 404, like an unknown id. */
export const idParam = z.object({ id: id.openapi({ param: { name: "id", in: "path" } }) });

export const lifted = z
  .object({ deleted: z.literal(true), id })
  .openapi("SuppressionLifted", { example: { deleted: true, id: "sup_01kmmbgh80f3zrr53mxg4hfzk0" } });
