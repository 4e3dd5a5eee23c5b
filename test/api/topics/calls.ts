import { env } from "cloudflare:workers";
import { type Caller, type Harness, mint, type RequestOptions, SERVICE } from "../../support/harness.ts";

export const BASE = "/api/v1/topics";

/** A topic's path. @param org null: the caller's default owner */
export const pathOf = (id: string, org: string | null, part = ""): string =>
  `${BASE}/${id}${part}${org === null ? "" : `?org_id=${org}`}`;

/** Puts a topic with a new id. */
export async function givenTopic(h: Harness, org: string | null, id = mint("topic")): Promise<string> {
  const { status, body } = await h.request("PUT", pathOf(id, org), { body: { name: id } });
  if (status !== 201) throw new Error(`The topic was refused: ${JSON.stringify(body)}`);
  return id;
}

type Options = Pick<RequestOptions, "as">;

export const subscribe = (
  h: Harness,
  id: string,
  org: string | null,
  user_ids: readonly string[],
  { as = SERVICE }: Options = {},
) => h.request("PUT", pathOf(id, org, "/subscribers"), { as, body: { user_ids } });

export const unsubscribe = (
  h: Harness,
  id: string,
  org: string | null,
  user_ids: readonly string[],
  { as = SERVICE }: Options = {},
) => h.request("DELETE", pathOf(id, org, "/subscribers"), { as, body: { user_ids } });

/** All rows of a list of topics or subscribers, page by page. */
export async function listed<T>(
  h: Harness,
  path: string,
  { limit = 100, as = SERVICE }: { limit?: number; as?: Caller } = {},
): Promise<T[]> {
  const rows: T[] = [];
  let cursor = "";
  do {
    const joint = path.includes("?") ? "&" : "?";
    const { status, body } = await h.request("GET", `${path}${joint}limit=${limit}${cursor}`, { as });
    if (status !== 200) throw new Error(`The list was refused: ${JSON.stringify(body)}`);
    rows.push(...body.data);
    const next: string | undefined = body.pagination.next_cursor;
    cursor = next === undefined ? "" : `&cursor=${next}`;
  } while (cursor !== "");
  return rows;
}

export const subscribersOf = async (
  h: Harness,
  id: string,
  org: string | null,
  options: { limit?: number; as?: Caller } = {},
): Promise<string[]> => {
  const rows = await listed<{ user_id: string }>(h, pathOf(id, org, "/subscribers"), options);
  return rows.map(({ user_id }) => user_id);
};

/** Makes up subscribers `u000001` … of a topic, straight in the table. */
export async function givenSubscribers(org: string, id: string, count: number): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO topic_subscribers (topic, user_id)
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?3)
     SELECT (SELECT uuid FROM topics WHERE org_id = ?1 AND id = ?2), printf('u%06d', i) FROM n`,
  )
    .bind(org, id, count)
    .run();
}

/** Makes up topics `t00001` … of an owner, straight in the table. */
export async function givenTopics(org: string, count: number): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO topics (org_id, id, uuid, created_at, updated_at)
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
     SELECT ?1, printf('t%05d', i), ?1 || i, 1, 1 FROM n`,
  )
    .bind(org, count)
    .run();
}

/** Details of the audit log's entries about a topic, oldest first. */
export async function detailsOf(action: string, target: string): Promise<unknown[]> {
  const { results } = await env.DB.prepare(
    "SELECT detail FROM audit_log WHERE action = ? AND target = ? ORDER BY id",
  )
    .bind(action, target)
    .all<{ detail: string | null }>();
  return results.map(({ detail }): unknown => (detail === null ? null : JSON.parse(detail)));
}
