import { env } from "cloudflare:workers";
import { parseId, printId } from "../../../src/lib/ids.ts";
import type { Answer, Caller, Harness, RequestOptions } from "../../support/harness.ts";

export const BASE = "/api/v1/admin/notifications";

export const remind = (h: Harness, userId: string, options: RequestOptions = {}): Promise<Answer> =>
  h.request("POST", `${BASE}/certification-reminder`, { body: { user_id: userId }, ...options });

/** A bulk for one organization within 30 days, unless `more` says otherwise. */
export const bulk = (
  h: Harness,
  orgId: string,
  more: object = {},
  options: RequestOptions = {},
): Promise<Answer> =>
  h.request("POST", `${BASE}/bulk-certification-reminders`, {
    body: { org_id: orgId, days_threshold: 30, ...more },
    ...options,
  });

export const read = (h: Harness, id: string, as?: Caller | null): Promise<Answer> =>
  h.request("GET", `${BASE}/${id}`, as === undefined ? {} : { as });

export const change = (
  h: Harness,
  id: string,
  body: unknown,
  options: RequestOptions = {},
): Promise<Answer> => h.request("PUT", `${BASE}/${id}`, { body, ...options });

export const cancel = (h: Harness, id: string, options: RequestOptions = {}): Promise<Answer> =>
  h.request("DELETE", `${BASE}/${id}`, options);

/** What a list finds, by the name of the field. */
export async function listed(
  h: Harness,
  query: string,
  field = "dispatch_id",
  as?: Caller,
): Promise<unknown[]> {
  const { body } = await h.request("GET", `${BASE}?${query}`, as === undefined ? {} : { as });
  return body.data.map((row: Record<string, unknown>) => row[field]);
}

/** A dispatch's id as the contract prints it, and back. */
export const printed = (uuid: string): string => printId("dsp", uuid);
export function uuidOf(id: string): string {
  const uuid = parseId("dsp", id);
  if (uuid === null) throw new Error(`${id} is no id of a dispatch`);
  return uuid;
}

/** Puts a dispatch into a state, past the pipeline. */
export async function putInto(
  uuid: string,
  status: string,
  more: Record<string, unknown> = {},
): Promise<void> {
  const isOpen = status === "queued" || status === "sending";
  const columns = { status, ...(!isOpen && { wake_at: null }), ...more };
  const names = Object.keys(columns);
  await env.DB.prepare(`UPDATE dispatches SET ${names.map((name) => `${name} = ?`).join()} WHERE id = ?`)
    .bind(...Object.values(columns), uuid)
    .run();
}

export interface AuditRow {
  actor: string;
  action: string;
  target: string;
  request_id: string;
  detail: string | null;
}

/** What the audit log says of these targets, in order. */
export async function auditOf(...targets: string[]): Promise<AuditRow[]> {
  const { results } = await env.DB.prepare(
    "SELECT actor, action, target, request_id, detail FROM audit_log WHERE target IN (SELECT value FROM json_each(?)) ORDER BY id",
  )
    .bind(JSON.stringify(targets))
    .all<AuditRow>();
  return results;
}

/** How many rows a table has that `where` selects. */
export async function count(table: string, where: string, ...values: unknown[]): Promise<number> {
  const { results } = await env.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE ${where}`)
    .bind(...values)
    .all<{ n: number }>();
  return results[0]?.n ?? 0;
}
