import type { z } from "@hono/zod-openapi";
import type { Facts, Refusal } from "../../directory/collection.ts";
import { fieldErrors, invalid } from "../../http/problem.ts";
import { Failure, type FieldError } from "../../lib/failure.ts";

/** An answer names so many faults; `rejected` names every item. */
export const MAX_FAULTS = 100;

/** What is wrong with an item. */
interface Fault extends FieldError {
  index: number;
}

/** The items of a bulk: what can be written, and what is wrong with the others. */
export interface Bulk<F extends Facts = Facts> {
  total: number;
  rows: F[];
  /** Where an id stands in the request. */
  indexOf: Map<string, number>;
  faults: Fault[];
  rejected: Set<number>;
}

/** What a schema's `safeParse` makes of an item. */
type Reader<I, F> = (item: I) => { success: true; data: F } | { success: false; error: z.ZodError };

/** Sorts the items of a bulk, of which some may be wrong. Of several with one id the first that is right counts. */
export function readBulk<I, F extends Facts>(items: readonly I[], read: Reader<I, F>): Bulk<F> {
  const bulk: Bulk<F> = {
    total: items.length,
    rows: [],
    indexOf: new Map(),
    faults: [],
    rejected: new Set(),
  };
  for (const [index, item] of items.entries()) {
    const result = read(item);
    if (!result.success) reject(bulk, index, fieldErrors(result.error, true));
    else if (bulk.indexOf.has(result.data.id))
      reject(bulk, index, [{ pointer: "/id", detail: "stands twice in this request" }]);
    else {
      bulk.rows.push(result.data);
      bulk.indexOf.set(result.data.id, index);
    }
  }
  return bulk;
}

function reject(bulk: Bulk, index: number, errors: readonly FieldError[]): void {
  bulk.rejected.add(index);
  for (const { pointer, detail } of errors.slice(0, MAX_FAULTS - bulk.faults.length))
    bulk.faults.push({ index, pointer: `/items/${index}${pointer}`, detail });
}

/**
 * The answer to a bulk.
 * @param refusals what the database did not take
 * @throws 400 when nothing at all could be written
 */
export function bulkAnswer(bulk: Bulk, refusals: readonly Refusal[]) {
  for (const { id, field, detail } of refusals.flatMap(({ bad }) => bad)) {
    const index = bulk.indexOf.get(id);
    if (index !== undefined) reject(bulk, index, [{ pointer: `/${field}`, detail }]);
  }
  const errors = bulk.faults
    .toSorted((a, b) => a.index - b.index)
    .map(({ pointer, detail }) => ({ pointer, detail }));
  if (bulk.rejected.size === bulk.total)
    throw allRefused(errors, bulk.rows.length > 0 ? refusals[0] : undefined);
  return {
    upserted: bulk.total - bulk.rejected.size,
    ...(bulk.rejected.size > 0 && { rejected: [...bulk.rejected].toSorted((a, b) => a - b), errors }),
  };
}

const allRefused = (errors: readonly FieldError[], refusal: Refusal | undefined): Failure =>
  refusal === undefined
    ? invalid(errors)
    : new Failure("invalid_request", refusal.detail, { code: refusal.code, errors });

/** The raw items of a body in which nothing but items is wrong; null for any other body. */
export function itemsOf(body: unknown, error: z.core.$ZodError): readonly unknown[] | null {
  const isOfItems = error.issues.every(
    ({ path: [list, index] }) => list === "items" && typeof index === "number",
  );
  if (!isOfItems || typeof body !== "object" || body === null || !("items" in body)) return null;
  return Array.isArray(body.items) ? body.items : null;
}
