import type { Answer, Harness, RequestOptions } from "../../support/harness.ts";

export const BASE = "/api/v1/notifications";

export const sendPush = (h: Harness, body: unknown, options: RequestOptions = {}): Promise<Answer> =>
  h.request("POST", BASE, { body, ...options });

export const sendBatch = (h: Harness, targets: unknown, options: RequestOptions = {}): Promise<Answer> =>
  h.request("POST", `${BASE}/batch`, { body: { targets }, ...options });

export const read = (h: Harness, id: string, options: RequestOptions = {}): Promise<Answer> =>
  h.request("GET", `${BASE}/${id}`, options);

/** What a list finds, by the name of the field. */
export async function listed(h: Harness, query: string, field = "id"): Promise<unknown[]> {
  const { body } = await h.request("GET", `${BASE}?${query}`);
  return body.data.map((row: Record<string, unknown>) => row[field]);
}

/** The fields that a 400 named. */
export const pointers = (answer: Answer): string[] =>
  answer.body.errors.map((error: { pointer: string }) => error.pointer);

/** Rows of a table that `where` selects. */
export async function count(h: Harness, table: string, where: string, ...values: unknown[]): Promise<number> {
  const row = await h.deps.bindings.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE ${where}`)
    .bind(...values)
    .all<{ n: number }>();
  return row.results[0]?.n ?? 0;
}
