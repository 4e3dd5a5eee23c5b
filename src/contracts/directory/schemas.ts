import { z } from "@hono/zod-openapi";
import { directoryId } from "../../http/schemas.ts";

/** Items of one bulk upsert. */
export const MAX_ITEMS = 1_000;

/** An id that can stand in a path: `.` and `..` cannot, since every URL parser resolves them away. */
export const entityId = directoryId.refine((id) => id !== "." && id !== "..", "must not be . or ..");

/** A reference to another entity, which need not be there yet. */
export const idOrNull = directoryId.nullable().default(null);

/** The body of a bulk upsert. Items are counted before they are looked at, so that a huge list costs nothing. */
export const bulkOf = <T extends { id: string }>(item: z.ZodType<T>) =>
  z.strictObject({
    items: z.preprocess(countItems, z.array(item).min(1).max(MAX_ITEMS).superRefine(refuseRepeatedIds)),
  });

function countItems(items: unknown, context: z.RefinementCtx): unknown {
  if (!Array.isArray(items) || items.length <= MAX_ITEMS) return items;
  context.addIssue({ code: "custom", message: `must have at most ${MAX_ITEMS} items` });
  return z.NEVER;
}

function refuseRepeatedIds(items: readonly { id: string }[], context: z.RefinementCtx): void {
  const seen = new Set<string>();
  for (const [index, { id }] of items.entries()) {
    if (seen.has(id))
      context.addIssue({ code: "custom", path: [index, "id"], message: "stands twice in this request" });
    seen.add(id);
  }
}

export const upserted = z
  .object({ upserted: z.int().openapi({ description: "How many items the request had." }) })
  .openapi("DirectoryUpserted", { example: { upserted: 250 } });

export const deleted = z
  .object({ deleted: z.literal(true), id: z.string() })
  .openapi("DirectoryDeleted", { example: { deleted: true, id: "usr_4bc8d2" } });

export const notifyQuery = z.object({
  notify: z
    .enum(["true", "false"])
    .default("true")
    .transform((text) => text === "true")
    .openapi({ description: "`false`: nobody is told of what follows from this change." }),
});
