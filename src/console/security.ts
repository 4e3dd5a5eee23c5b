import type { Context, Next } from "hono";
import { bodyLimit } from "hono/body-limit";
import { csrf } from "hono/csrf";
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
  c.header("referrer-policy", "same-origin");
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

const sameOrigin = csrf();

/** A form counts only from our own pages: by `Sec-Fetch-Site` or `Origin`, beside the cookie's `SameSite=Strict`. */
export async function ownFormsOnly(c: Context<AppEnv>, next: Next): Promise<Response | void> {
  let isOwn = false;
  try {
    await sameOrigin(c, async () => {
      isOwn = true;
    });
  } catch {
    isOwn = false;
  }
  if (!isOwn) throw new Failure("forbidden", "A form counts only when a page of the console sends it.");
  await next();
}
