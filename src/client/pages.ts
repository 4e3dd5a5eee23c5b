import type { CallOptions } from "./operation.ts";

/** A page of a list, in either of the two forms that there are. */
type Page<T> =
  | { data: readonly T[]; pagination: { next_cursor?: string } }
  | { items: readonly T[]; next_cursor?: string };

/** A method that lists. */
type List<Query, T> = (query?: Query, options?: CallOptions) => Promise<Page<T>>;

/**
 * Every member of a list, page after page: `for await (const push of each(tidings.listPushes, { status: "failed" }))`. It asks
 * for a page when the one before is used up, so that leaving the loop ends the asking.
 * @param list a method of the client, or a function of a query: `(query) => tidings.listEventMessages(id, query)`
 * @param query the filters; `limit` is the size of a page
 */
export async function* each<Query extends { cursor?: string }, T>(
  list: List<Query, T>,
  query?: Query,
  options?: CallOptions,
): AsyncGenerator<T, void, undefined> {
  let cursor: string | undefined;
  do {
    const asked = { ...query, ...(cursor !== undefined && { cursor }) };
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a query with another cursor is still one of its kind
    const page = await list(asked as Query, options);
    yield* "data" in page ? page.data : page.items;
    cursor = "data" in page ? page.pagination.next_cursor : page.next_cursor;
  } while (cursor !== undefined);
}
