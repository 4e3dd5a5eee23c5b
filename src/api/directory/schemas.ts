import { z } from "@hono/zod-openapi";
import { directoryId, flag, listOf, memberErrors } from "../../http/schemas.ts";

/** Items of one bulk upsert. */
const MAX_ITEMS = 1_000;

/** An id that can be part of a path: not `.` and `..`, which URL parsers resolve. */
export const entityId = directoryId.refine((id) => id !== "." && id !== "..", "must not be . or ..");

/** A reference to another entity, which need not be there yet. */
export const idOrNull = directoryId.nullable().default(null);

/** The body of a bulk upsert. */
export const bulkOf = <T extends { id: string }>(item: z.ZodType<T>) =>
  z.strictObject({
    items: listOf(item, MAX_ITEMS, { noun: "items" }),
  });

export const upserted = z
  .object({
    upserted: z.int().openapi({ description: "How many items were written." }),
    rejected: z.array(z.int()).optional().openapi({
      description:
        "Where the items stand in the request, from 0, that were not written. Absent when all were.",
    }),
    ...memberErrors,
  })
  .openapi("DirectoryUpserted", {
    example: {
      upserted: 249,
      rejected: [17],
      errors: [{ pointer: "/items/17/email", detail: "must be an e-mail address, such as kari@example.com" }],
    },
  });

export const deleted = z
  .object({ deleted: z.literal(true), id: z.string() })
  .openapi("DirectoryDeleted", { example: { deleted: true, id: "usr_4bc8d2" } });

export const notifyQuery = z.object({
  notify: flag
    .default(true)
    .openapi({ default: "true", description: "`false`: this change notifies nobody." }),
});
