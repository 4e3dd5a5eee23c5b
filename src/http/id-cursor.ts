import { invalid } from "../lib/failure.ts";
import { z } from "@hono/zod-openapi";
import { isWellFormedId } from "../lib/text.ts";

/** The cursor of a list that is ordered by the callers' own ids: the last one of the page before. */
export const idCursor = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,180}$/, "is not a cursor of ours")
  .optional()
  .openapi({ description: "`next_cursor` of the page before.", example: "dXNyXzRiYzhkMg" });

/** What such a list says about its page. */
export const idPagination = z
  .object({
    limit: z.int(),
    next_cursor: z.string().optional().openapi({ description: "Present when there is more." }),
  })
  .openapi("IdPagination");

const encode = (id: string): string => btoa(id).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

function decode(cursor: string): string | null {
  try {
    return atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return null;
  }
}

/** The id in a cursor; `""`, which is before all ids, without one. @throws 400 */
export function idAfter(cursor: string | undefined): string {
  if (cursor === undefined) return "";
  const id = decode(cursor);
  if (id !== null && isWellFormedId(id)) return id;
  throw invalid([{ pointer: "cursor", detail: "is not a cursor of ours" }]);
}

/** What a list says about a page that ends with the id `next`; null: it is the last. */
export const nextPage = (limit: number, next: string | null) => ({
  limit,
  ...(next !== null && { next_cursor: encode(next) }),
});

/** Drops the row beyond the page, which only shows that there is more. */
export function paginateById<T>(limit: number, rows: readonly T[], idOf: (row: T) => string) {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const isMore = rows.length > limit && last !== undefined;
  return { rows: shown, pagination: { limit, ...(isMore && { next_cursor: encode(idOf(last)) }) } };
}
