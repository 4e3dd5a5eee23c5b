import {
  type Caller,
  createHarness,
  type Harness,
  mint,
  type RequestOptions,
  SERVICE,
} from "../../support/harness.ts";
import { givenOrg } from "../../support/world.ts";

export const BASE = "/api/v1/wordings";

export const adminOf = (org: string): Caller => ({ role: "org_admin", sub: "adm", org });

/** Where words are: `type/channel/locale`, and of whom; null: the caller's default. */
export type At = readonly [place: string, org: string | null];

/** The path of a call. @param more further parameters, each with `&` before it */
export const pathOf = ([place, org]: At, part = "", more = ""): string =>
  `${BASE}/${place}${part}?${org === null ? "" : `org_id=${org}`}${more}`
    .replace(/\?&/u, "?")
    .replace(/\?$/u, "");

export const put = (h: Harness, at: At, body: unknown, more = "", options: RequestOptions = {}) =>
  h.request("PUT", pathOf(at, "", more), { body, ...options });

export const get = (h: Harness, at: At, as: Caller = SERVICE) => h.request("GET", pathOf(at), { as });

export const remove = (h: Harness, at: At, as: Caller = SERVICE) => h.request("DELETE", pathOf(at), { as });

export const publish = (h: Harness, at: At, version: number, as: Caller = SERVICE) =>
  h.request("POST", pathOf(at, "/publish"), { body: { version }, as });

export const diff = (h: Harness, at: At, from: number, to: number, as: Caller = SERVICE) =>
  h.request("GET", pathOf(at, "/diff", `&from=${from}&to=${to}`), { as });

export const preview = (h: Harness, at: At, body: object = {}, as: Caller = SERVICE) =>
  h.request("POST", pathOf(at, "/preview"), { body, as });

/** All of a list, page by page. @param path with `?` and the parameters other than limit and cursor */
export async function pagesOf<T>(
  h: Harness,
  path: string,
  limit: number,
  as: Caller = SERVICE,
): Promise<T[]> {
  const rows: T[] = [];
  let cursor = "";
  do {
    const { status, body } = await h.request("GET", `${path}&limit=${limit}${cursor}`, { as });
    if (status !== 200) throw new Error(`The list was refused: ${JSON.stringify(body)}`);
    rows.push(...body.data);
    const next: string | undefined = body.pagination.next_cursor;
    if (next !== undefined && body.data.length !== limit)
      throw new Error("A page is not full, but not the last");
    cursor = next === undefined ? "" : `&cursor=${next}`;
  } while (cursor !== "");
  return rows;
}

/** An own type of an organization on all channels that a type can have, with a sample. */
export async function givenType(
  h: Harness,
  id: string,
  org: string | null,
  more: object = {},
): Promise<void> {
  const { status, body } = await h.request(
    "PUT",
    `/api/v1/types/${id}${org === null ? "" : `?org_id=${org}`}`,
    {
      body: {
        name: "Order shipped",
        channels: [{ channel: "push" }, { channel: "in_app" }, { channel: "email" }],
        schema: {
          type: "object",
          properties: { order: { type: "string" }, items: { type: "integer" }, at: { type: "string" } },
          required: ["order"],
          additionalProperties: false,
        },
        sample: { order: "A-1042", items: 3, at: "2026-03-26T08:00:00Z" },
        ...more,
      },
    },
  );
  if (status !== 201) throw new Error(JSON.stringify(body));
}

/** An own type of a new organization, and where its words are. `place`: one of these. */
export async function given(
  more: object = {},
): Promise<{ h: Harness; org: string; type: string; at: (place: string) => At; place: At }> {
  const h = createHarness();
  const org = await givenOrg(h);
  const type = mint("t");
  await givenType(h, type, org, more);
  const at = (place: string): At => [`${type}/${place}`, org];
  return { h, org, type, at, place: at("sms/en") };
}
