import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../http/app-env.ts";
import { Failure } from "../lib/failure.ts";

/** Nothing but our own files: no inline script or style, no other host, no frame around it. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** A message that is shown as its reader sees it: without scripts, forms or an origin, and in our own frames alone. */
const PREVIEW_POLICY = [
  "sandbox allow-popups",
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "img-src https: data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join("; ");

export const pageHeaders = createMiddleware<AppEnv>(async (c, next) => {
  c.header("content-security-policy", PAGE_POLICY);
  c.header("cache-control", "no-store");
  await next();
});

/** Answers with a message for a sandboxed frame. Its policy takes the place of the page's: a header of the answer would not. */
export function previewed(c: Context<AppEnv>, html: string): Response | Promise<Response> {
  c.header("content-security-policy", PREVIEW_POLICY);
  return c.html(html);
}

/** The largest form: the words of an e-mail. */
const MAX_FORM_BYTES = 262_144;

export const limitForm = bodyLimit({
  maxSize: MAX_FORM_BYTES,
  onError: () => {
    throw new Failure("payload_too_large", `A form may have at most ${MAX_FORM_BYTES} bytes.`);
  },
});

const SAFE: readonly string[] = ["GET", "HEAD", "OPTIONS"];

/**
 * A request that may change something counts only from our own pages: by `Sec-Fetch-Site`, or by `Origin` where a browser
 * sends none. Beside it stands the cookie's `SameSite=Strict`.
 */
export const ownFormsOnly = createMiddleware<AppEnv>((c, next) => {
  const [site, origin] = [c.req.header("sec-fetch-site"), c.req.header("origin")];
  const isOwn = site ? site === "same-origin" : origin === new URL(c.req.url).origin;
  if (!SAFE.includes(c.req.method) && !isOwn)
    throw new Failure("forbidden", "A form counts only when a page of the console sends it.");
  return next();
});
