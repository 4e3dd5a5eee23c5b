import { z } from "@hono/zod-openapi";
import { Failure } from "../lib/failure.ts";
import { type Listed, type Page, TOTAL_CAP } from "../lib/page.ts";

/** The query parameters of a list. */
export const pageQuery = {
  page: z.coerce
    .number()
    .int()
    .min(1)
    .default(1)
    .openapi({ description: "From 1. Pages end at the 10,000th row; `cursor` goes on.", example: 1 }),
  limit: z.coerce.number().int().min(1).max(100).default(20).openapi({ example: 20 }),
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, "is not a cursor of ours")
    .optional()
    .openapi({ description: "`next_cursor` of the page before; `page` is then ignored." }),
};

/** What a list says about its page. */
export const pagination = z
  .object({
    page: z.int(),
    limit: z.int(),
    total: z.int().openapi({
      description: "Exact up to 10,000. A page after `cursor` has what was counted for the first.",
    }),
    total_capped: z.boolean().optional().openapi({ description: "True when there are more than 10,000." }),
    next_cursor: z.string().optional().openapi({ description: "Present when there is more." }),
  })
  .openapi("Pagination");

/** A cursor for what comes after the row with this id. @param total how many rows the list has, where that was counted */
export const printCursor = (id: string, total?: number) =>
  btoa(total === undefined ? id : `${id}.${total}`)
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

/** The id in a cursor. @throws 400 for what is no cursor of ours */
export const cursorAfter = (cursor: string): string => readCursor(cursor).before;

/** The total is its reader's own: who changes it is told what they wrote, and nobody else is. */
function readCursor(cursor: string): Pick<Page, "total"> & { before: string } {
  try {
    const text = atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));
    const [, before, total] = /^([0-9a-f-]{36})(?:\.(\d{1,5}))?$/.exec(text) ?? [];
    if (before !== undefined)
      return { before, total: total === undefined ? null : Math.min(Number(total), TOTAL_CAP + 1) };
  } catch {
    // Falls through to the failure below.
  }
  throw new Failure("invalid_request", "The cursor is not one of ours.", {
    errors: [{ pointer: "cursor", detail: "is not a cursor of ours" }],
  });
}

export function pageOf(query: { page: number; limit: number; cursor?: string | undefined }): Page {
  const { page, limit } = query;
  if (query.cursor !== undefined) return { page, limit, offset: 0, ...readCursor(query.cursor) };
  const offset = (page - 1) * limit;
  if (offset >= TOTAL_CAP)
    throw new Failure("invalid_request", "Pages end at the 10,000th row; go on with `cursor`.", {
      errors: [{ pointer: "page", detail: `must be at most ${Math.ceil(TOTAL_CAP / limit)} at this limit` }],
    });
  return { page, limit, offset, before: null, total: null };
}

/** Drops the extra row, which only shows that there is more, and describes the page. */
export function paginate<T extends { id: string }>(page: Page, { rows, total }: Listed<T>) {
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    rows: shown,
    pagination: {
      page: page.page,
      limit: page.limit,
      total: Math.min(total, TOTAL_CAP),
      ...(total > TOTAL_CAP && { total_capped: true }),
      ...(rows.length > page.limit && last && { next_cursor: printCursor(last.id, total) }),
    },
  };
}
