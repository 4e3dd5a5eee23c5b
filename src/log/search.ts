import type { Scope } from "../auth/scope.ts";
import type { Ctx } from "../ctx.ts";
import type { Statement } from "../db/statement.ts";
import { canonicalAddress } from "../lib/address.ts";
import { parseDispatchId, parseId } from "../lib/ids.ts";
import type { Page } from "../lib/page.ts";
import { isWellFormedId } from "../lib/text.ts";
import { type LogFilter, selectDispatches } from "./list.ts";
import { findDispatch, type Linked } from "./read.ts";

/** What the log is searched for. */
export interface LogSearch extends Omit<LogFilter, "userId" | "address" | "batchId"> {
  /** As a person types it: a user's id, an address, or the id of a message, batch or event as it is printed anywhere. */
  query?: string | undefined;
}

/** What a query may mean: one message, or those of a batch or of a user. */
type Reading = { dispatchId: string } | Pick<LogFilter, "batchId" | "userId" | "address">;

/** The prefixes of what has messages: their `batch_id` is its id. */
const WITH_MESSAGES = ["batch", "evt", "nr"] as const;

/** What a query may mean, the likeliest first. A bare UUID may be an id of anything. Empty: it can mean nothing. */
function readingsOf(query: string): readonly Reading[] {
  const text = query.trim();
  if (text === "") return [{}];
  for (const prefix of WITH_MESSAGES) {
    const batchId = parseId(prefix, text);
    if (batchId !== null) return [{ batchId }];
  }
  const users: Reading[] = isWellFormedId(text) ? [{ userId: text }] : [];
  const id = parseDispatchId(text);
  if (id !== null) return [{ dispatchId: id }, { batchId: id }, ...users];
  const address = canonicalAddress(text);
  return address === null ? users : [{ address }];
}

/**
 * The messages that a person looks for, newest first, with one beyond the page if there are more. An address finds messages
 * of the users in scope who have it now. The other filters do not hide a message whose id was typed. One round trip.
 */
export async function searchLog(
  ctx: Ctx,
  scope: Scope,
  { query = "", ...filter }: LogSearch,
  page: Pick<Page, "limit" | "before">,
): Promise<Linked[]> {
  const select = (reading: Reading): Statement<Linked> =>
    "dispatchId" in reading
      ? findDispatch(scope, null, reading.dispatchId)
      : selectDispatches(ctx, scope, { ...filter, ...reading }, { offset: 0, ...page }).rows;
  const statements = readingsOf(query).map((reading, i) => [`reading${i}`, select(reading)] as const);
  const found = await ctx.db.read(Object.fromEntries(statements));
  return Object.values(found).find((rows) => rows.length > 0) ?? [];
}
