import type { WorkerProcess } from "./worker.ts";

/** A dispatch as it lies in the database at the end. */
export interface Row {
  id: string;
  channel: "push" | "email" | "in_app";
  type: string;
  user_id: string;
  batch_id: string | null;
  status: "queued" | "sending" | "sent" | "delivered" | "bounced" | "failed" | "cancelled";
  error_code: string | null;
  title: string | null;
  attempts: number;
  claims: number;
  targets: number;
  delivered_count: number;
  failed_count: number;
  fallback: string | null;
  expires_at: number | null;
  created_at: number;
}

export async function readRows(worker: WorkerProcess): Promise<Row[]> {
  const rows: Row[] = [];
  for (let after = ""; ;) {
    const page = await worker.control<Row[]>("rows", { after });
    if (page === null) throw new Error("The Worker is gone");
    rows.push(...page);
    const last = page.at(-1);
    if (last === undefined) return rows;
    after = last.id;
  }
}
