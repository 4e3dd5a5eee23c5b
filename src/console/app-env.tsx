import type { Context, Hono } from "hono";
import type { Child } from "hono/jsx";
import { type Scope, scopeOf } from "../auth/scope.ts";
import { requireToken } from "../http/access.ts";
import type { AppEnv } from "../http/app-env.ts";
import { assetsVersion } from "./assets.ts";
import { Page, type Frame, type PageProps } from "./layout/page.tsx";
import { viewerOf } from "./viewer.ts";

/** The pages of the console are registered on it. Its paths begin after `/console`. */
export type Console = Hono<AppEnv>;
export type ConsoleContext = Context<AppEnv>;

/** What the person who has signed in may see and change: the same as by the API. */
export const scopeIn = (c: ConsoleContext): Scope => scopeOf(c.get("principal"));

const frameOf = async (c: ConsoleContext): Promise<Frame> => ({
  principal: requireToken(c.get("principal")),
  viewer: viewerOf(c),
  version: await assetsVersion(),
  isDevelopment: c.get("deps").config.environment === "development",
});

/** Answers with a page. */
export async function page(
  c: ConsoleContext,
  props: PageProps,
  status: 200 | 400 | 403 | 404 | 409 | 413 | 429 | 500 | 503 = 200,
): Promise<Response> {
  return c.html("<!doctype html>" + String(await Page({ ...props, frame: await frameOf(c) })), status);
}

/** Answers with a part of a page, for htmx. */
export const fragment = (c: ConsoleContext, part: Child): Response | Promise<Response> => c.html(<>{part}</>);
