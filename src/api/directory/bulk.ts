import type { z } from "@hono/zod-openapi";
import type { Facts, Refusal } from "../../directory/collection.ts";
import { fieldErrors, reportOf } from "../../http/field-errors.ts";
import { faultsOf, type Rejected } from "../../http/members.ts";
import { Failure, type FieldError, invalid } from "../../lib/failure.ts";

/** The items of a bulk: the valid ones, and the faults of the others. */
export interface Bulk<F extends Facts = Facts> {
  total: number;
  rows: F[];
  /** The index of an id in the request. */
  indexOf: Map<string, number>;
  rejected: Rejected;
}

/** What a schema's `safeParse` makes of an item. */
type Reader<I, F> = (item: I) => { success: true; data: F } | { success: false; error: z.ZodError };

const REPEATED = { pointer: "/id", detail: "stands twice in this request" };

/** Validates each item by itself. Of several items with one id the first valid one counts. */
export function readBulk<I, F extends Facts>(items: readonly I[], read: Reader<I, F>): Bulk<F> {
  const bulk: Bulk<F> = { total: items.length, rows: [], indexOf: new Map(), rejected: new Map() };
  for (const [index, item] of items.entries()) {
    const result = read(item);
    if (!result.success) bulk.rejected.set(index, () => fieldErrors(result.error, "json", item));
    else if (bulk.indexOf.has(result.data.id)) bulk.rejected.set(index, () => [REPEATED]);
    else {
      bulk.rows.push(result.data);
      bulk.indexOf.set(result.data.id, index);
    }
  }
  return bulk;
}

/**
 * The answer to a bulk.
 * @param refusals items that the database did not accept
 * @throws 400 when nothing at all could be written
 */
export function bulkAnswer(bulk: Bulk, refusals: readonly Refusal[]) {
  for (const { id, field, detail } of refusals.flatMap(({ bad }) => bad)) {
    const index = bulk.indexOf.get(id);
    if (index !== undefined) bulk.rejected.set(index, () => [{ pointer: `/${field}`, detail }]);
  }
  const { total, rejected } = bulk;
  if (rejected.size === 0) return { upserted: total };
  if (rejected.size === total)
    throw allRefused(faultsOf("items", rejected), bulk.rows.length > 0 ? refusals[0] : undefined);
  const { errors, capped } = reportOf(faultsOf("items", rejected));
  return {
    upserted: total - rejected.size,
    rejected: [...rejected.keys()].toSorted((a, b) => a - b),
    errors,
    ...(capped && { errors_capped: true }),
  };
}

const allRefused = (errors: Iterable<FieldError>, refusal: Refusal | undefined): Failure =>
  refusal === undefined
    ? invalid(errors)
    : new Failure("invalid_request", refusal.detail, { code: refusal.code, errors });
