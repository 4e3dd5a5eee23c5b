import { type Item, PRICES, PRICES_READ_ON } from "../../../src/insight/prices.ts";
import type { Costs, Row } from "./measure.ts";
import type { Counts } from "./meter.ts";
import { NAMES } from "./operation.ts";

/** Where the prices are from. */
export const PRICES_OF = `Cloudflare's list prices of ${PRICES_READ_ON} (developers.cloudflare.com: workers, d1, queues, durable-objects /platform/pricing)`;

export type Bill = Record<Item, number>;

/** Dollars for a million milliseconds of CPU, beyond 30 million. CPU is not counted here. */
export const CPU_PRICE = 0.02;

/** An hour later a limiter deletes the page with 32 reservations. The measurement does not wait for that, so it is added. */
const END_OF_A_RESERVATION = { objectRows: 1 / 32 };

export interface Priced {
  name: string;
  /** What a million cost, by item, in dollars. */
  bill: Bill;
}

const billOf = (counts: Counts): Bill => ({
  requests: counts.invocations,
  rowsRead: counts.rowsRead,
  rowsWritten: counts.rowsWritten,
  queueOperations: counts.queueWrites + counts.queueReads + counts.queueDeletes,
  objectRequests: counts.objectRequests,
  objectRows: counts.objectRows,
});

const combine = (a: Bill, b: Partial<Bill>, factor = 1): Bill =>
  mapBill((item) => a[item] + (b[item] ?? 0) * factor);

const mapBill = (of: (item: Item) => number): Bill => ({
  requests: of("requests"),
  rowsRead: of("rowsRead"),
  rowsWritten: of("rowsWritten"),
  queueOperations: of("queueOperations"),
  objectRequests: of("objectRequests"),
  objectRows: of("objectRows"),
});

/** What a million messages cost at the largest size; [] unless all operations that this needs were measured. */
export function priced({ rows }: Costs): Priced[] {
  const find = (name: string): Bill | undefined => {
    const counts = lastOf(rows.find(({ operation }) => operation.name === name));
    return counts && billOf(counts);
  };
  const names = [NAMES.send, NAMES.batch, NAMES.remind, NAMES.feedback, NAMES.idle, NAMES.receipts];
  const [send, batch, remind, feedback, idle, receipts] = names.map(find);
  if (!send || !batch || !remind || !feedback || !idle || !receipts) return [];
  // The receipts of 1,000 devices, without the cost of a tick that has nothing to do.
  const perThousand = combine(receipts, idle, -1);
  const each = (bill: Bill) => mapBill((item) => bill[item] / 1_000);
  const push = (bill: Bill) => combine(combine(bill, each(perThousand)), END_OF_A_RESERVATION);
  const dollars = (name: string, bill: Bill): Priced => ({
    name,
    bill: mapBill((item) => bill[item] * PRICES[item].perMillion),
  });
  return [
    dollars("pushes, one request each", push(send)),
    dollars("pushes, in batches of 1,000", push(each(batch))),
    dollars(
      "e-mails, in bulk, each delivery reported",
      combine(combine(each(remind), feedback), END_OF_A_RESERVATION),
    ),
  ];
}

const lastOf = (row: Row | undefined): Counts | undefined => row?.at.at(-1)?.counts;

export const total = ({ bill }: Priced): number => Object.values(bill).reduce((sum, part) => sum + part, 0);
