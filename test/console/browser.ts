import { expect } from "vitest";
import { type Answer, type Caller, type Harness, tokenFor } from "../support/harness.ts";

const FORM = "application/x-www-form-urlencoded";
const OWN = { "sec-fetch-site": "same-origin" };

/** The cookies that an answer sets, as a browser sends them back. */
export const cookiesOf = ({ headers }: Pick<Answer, "headers">): string =>
  headers
    .getSetCookie()
    .map((cookie) => cookie.split(";", 1)[0] ?? "")
    .join("; ");

/** Somebody's browser: it has the session's cookie, and sends forms as one of our pages does. */
export interface Browser {
  cookie: string;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** A field with several values is an array. */
  post(
    path: string,
    fields?: Record<string, string | readonly string[]>,
    headers?: Record<string, string>,
  ): Promise<Answer>;
}

/** What a form sends. */
const encoded = (fields: Record<string, string | readonly string[]>): string =>
  new URLSearchParams(
    Object.entries(fields).flatMap(([name, value]) =>
      [value].flat().map((one): [string, string] => [name, one]),
    ),
  ).toString();

export const browserWith = (h: Harness, cookie: string): Browser => ({
  cookie,
  get: (path, headers = {}) => h.request("GET", path, { as: null, headers: { cookie, ...headers } }),
  post: (path, fields = {}, headers = {}) =>
    h.request("POST", path, {
      as: null,
      body: encoded(fields),
      headers: { cookie, "content-type": FORM, ...OWN, ...headers },
    }),
});

/** The browser of somebody who signs in with a token. */
export async function signIn(h: Harness, caller: Caller): Promise<Browser> {
  const token = await tokenFor(caller, h.clock.now());
  const answer = await browserWith(h, "").post("/console/sign-in", { token });
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/console"]);
  return browserWith(h, cookiesOf(answer));
}

/** The text of a page, as a person reads it. */
export const textOf = (html: unknown): string =>
  String(html)
    .replaceAll(/<(script|style|head)[\s\S]*?<\/\1>/gu, " ")
    .replaceAll(/<[^>]+>/gu, " ")
    .replaceAll("&#39;", "'")
    .replaceAll("&quot;", '"')
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&")
    .replaceAll(/\s+/gu, " ")
    .trim();
