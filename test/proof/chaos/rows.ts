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
  expires_at: z.number().nullable(),
  created_at: z.number(),
});

/** A dispatch as it is in the database at the end. */
export type Row = z.infer<typeof row>;

const page = z.array(row);

export async function readRows(worker: WorkerProcess): Promise<Row[]> {
  const rows: Row[] = [];
  for (let after = ""; ;) {
    const found = await worker.control("rows", { after }, page);
    if (found === null) throw new Error("The Worker is gone");
    rows.push(...found);
    const last = found.at(-1);
    if (last === undefined) return rows;
    after = last.id;
  }
}
