import type { Harness, RequestOptions } from "./harness.ts";

/** What a request costs: the status, D1 round trips, rows read, rows written. */
export type Cost = [status: number, trips: number, read: number, written: number];

/** Measures requests of this harness. */
export const costOf =
  (h: Harness) =>
  async (method: string, path: string, options: RequestOptions = {}): Promise<Cost> => {
    h.meter.reset();
    const { status } = await h.request(method, path, options);
    return [status, h.meter.trips, h.meter.rowsRead, h.meter.rowsWritten];
  };
