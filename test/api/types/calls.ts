import { env } from "cloudflare:workers";
import { type Caller, type Harness, type RequestOptions, SERVICE } from "../../support/harness.ts";
import { anOwnType } from "../../support/own-type.ts";

export const BASE = "/api/v1/types";

/** The smallest type that is valid. */
export const aType = (more: object = {}) => ({
  name: "Order shipped",
  channels: [{ channel: "in_app" }],
  ...more,
});

export const adminOf = (org: string): Caller => ({ role: "org_admin", sub: "adm", org });

/** Whose type: an organization's; null: the caller's default. */
type Owner = string | null;

const of = (org: Owner): string => (org === null ? "" : `?org_id=${org}`);

export const put = (
  h: Harness,
  id: string,
  org: Owner,
  body: unknown = aType(),
  options: RequestOptions = {},
) => h.request("PUT", `${BASE}/${id}${of(org)}`, { body, ...options });

export const get = (h: Harness, id: string, org: Owner, as: Caller = SERVICE) =>
  h.request("GET", `${BASE}/${id}${of(org)}`, { as });

export const remove = (h: Harness, id: string, org: Owner, as: Caller = SERVICE) =>
  h.request("DELETE", `${BASE}/${id}${of(org)}`, { as });

/** Ids of all types that an organization has and inherits, page by page. */
export async function listed(h: Harness, org: Owner, limit = 100, as: Caller = SERVICE): Promise<string[]> {
  const ids: string[] = [];
  let cursor = "";
  do {
    const path = `${BASE}?limit=${limit}${org === null ? "" : `&org_id=${org}`}${cursor}`;
    const { status, body } = await h.request("GET", path, { as });
    if (status !== 200) throw new Error(`The list was refused: ${JSON.stringify(body)}`);
    ids.push(...body.data.map((type: { id: string }) => type.id));
    const next: string | undefined = body.pagination.next_cursor;
    if (next !== undefined && body.data.length !== limit)
      throw new Error("A page is not full, but not the last");
    cursor = next === undefined ? "" : `&cursor=${next}`;
  } while (cursor !== "");
  return ids;
}

/** How often something was done to a target, by the audit log. */
export const noted = (action: string, target: string): Promise<number | null> =>
  env.DB.prepare("SELECT count(*) AS n FROM audit_log WHERE action = ? AND target = ?")
    .bind(action, target)
    .first<number>("n");

/** Many types of an owner, straight into the table. */
export async function givenTypes(h: Harness, org: string, ids: readonly string[]): Promise<void> {
  const data = anOwnType({ id: "", org_id: org });
  await env.DB.prepare(
    `INSERT INTO own_types (id, org_id, data, created_at, updated_at)
     SELECT value, ?1, json_set(?2, '$.id', value), ?3, ?3 FROM json_each(?4)`,
  )
    .bind(org, JSON.stringify(data), h.clock.now(), JSON.stringify(ids))
    .run();
}
