import { z } from "zod";
import { CHANNELS, STATUSES } from "../../../src/db/schema/pipeline.ts";
import type { WorkerProcess } from "./worker.ts";

const row = z.object({
  id: z.string(),
  channel: z.enum(CHANNELS),
  type: z.string(),
  user_id: z.string(),
  batch_id: z.string().nullable(),
  status: z.enum(STATUSES),
  error_code: z.string().nullable(),
  title: z.string().nullable(),
  attempts: z.number(),
  claims: z.number(),
  targets: z.number(),
  delivered_count: z.number(),
  failed_count: z.number(),
  fallback: z.string().nullable(),
  follows: z.string().nullable(),
  read_at: z.number().nullable(),
  expires_at: z.number().nullable(),
  created_at: z.number(),
});

/** A dispatch as it is in the database at the end. */
export type Row = z.infer<typeof row>;

/** A webhook as it is in the database at the end. */
const webhookRow = z.object({
  id: z.string(),
  type: z.string(),
  user_id: z.string(),
  status: z.enum(STATUSES),
  error_code: z.string().nullable(),
  attempts: z.number(),
  /** The id of the dispatch, event … that it tells of. */
  about: z.string().nullable(),
});
export type WebhookRow = z.infer<typeof webhookRow>;

async function readAll<T extends { id: string }>(
  worker: WorkerProcess,
  control: string,
  page: z.ZodType<T[]>,
): Promise<T[]> {
  const rows: T[] = [];
  for (let after = ""; ;) {
    const found = await worker.control(control, { after }, page);
    if (found === null) throw new Error("The Worker is gone");
    rows.push(...found);
    const last = found.at(-1);
    if (last === undefined) return rows;
    after = last.id;
  }
}

export const readRows = (worker: WorkerProcess): Promise<Row[]> => readAll(worker, "rows", z.array(row));

export const readWebhooks = (worker: WorkerProcess): Promise<WebhookRow[]> =>
  readAll(worker, "webhooks", z.array(webhookRow));
