import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import { ACCESS_HEADER } from "../auth/access-jwt.ts";
import type { TokenPrincipal } from "../auth/principal.ts";
import type { App, AppEnv } from "../http/app-env.ts";
import { notFound } from "../lib/failure.ts";
import type { Console, ConsoleContext } from "./app-env.tsx";
import { ASSETS } from "./assets.ts";
import { troublePage } from "./pages/trouble.tsx";
import * as events from "./pages/events/index.ts";
import * as chats from "./pages/chats/index.ts";
import * as explain from "./pages/explain/page.tsx";
import * as message from "./pages/message/page.tsx";
import * as messages from "./pages/messages/list.tsx";
import * as outbox from "./pages/outbox/pages.tsx";
import * as overview from "./pages/overview.tsx";
import * as people from "./pages/people/list.tsx";
import * as person from "./pages/people/person.tsx";
import * as settings from "./pages/settings.tsx";
import * as types from "./pages/types/index.ts";
import * as signIn from "./pages/sign-in.tsx";
import { lead } from "./pages/signed-out.tsx";
import * as topics from "./pages/topics/index.ts";
import * as webhooks from "./pages/webhooks/index.ts";
import { limitForm, ownFormsOnly, pageHeaders } from "./security.ts";
import { sessionOf } from "./session/cookie.ts";

/** Each registers its routes. The pages to sign in come before the rule that one must have. */
const PAGES: readonly { register(pages: Console): void }[] = [
  overview,
  messages,
  message,
  people,
  person,
  events,
  topics,
  explain,
  webhooks,
  chats,
  outbox,
  settings,
  types,
];

const YEAR_SECONDS = 31_536_000;

/** Who it is: Cloudflare Access's word where it is configured, else the session's cookie. Null: nobody has signed in. */
async function principalOf(c: ConsoleContext): Promise<TokenPrincipal | null> {
  const { verifyAccess, clock } = c.get("deps");
  const assertion = c.req.header(ACCESS_HEADER);
  if (verifyAccess !== null && assertion !== undefined) {
    const principal = await verifyAccess(assertion, clock.now());
    if (principal !== null) return principal;
  }
  return (await sessionOf(c))?.principal ?? null;
}

/** Lets in those who have signed in; all others are led to the page where one does. */
const signedIn = createMiddleware<AppEnv>(async (c, next) => {
  const principal = await principalOf(c);
  if (principal === null) return lead(c);
  c.set("principal", principal);
  await next();
  return undefined;
});

/** What every page needs. Forms change something, and the page after it must show that: so all read from the primary. */
const prepare = createMiddleware<AppEnv>(async (c, next) => {
  c.set("ctx", c.get("deps").open("first-primary", c.get("log")));
  await next();
});

/** Mounts the console. */
export function register(app: App): void {
  const pages: Console = new Hono<AppEnv>();
  pages.onError(troublePage);
  pages.use(pageHeaders, ownFormsOnly, prepare);
  pages.on("POST", "*", limitForm);
  pages.get("/assets/:file", (c) => {
    const asset = ASSETS.get(c.req.param("file"));
    if (asset === undefined) throw notFound("file");
    return c.body(asset.text, 200, {
      "content-type": asset.type,
      "cache-control": `public, max-age=${YEAR_SECONDS}, immutable`,
    });
  });
  signIn.register(pages);
  pages.use(signedIn);
  for (const one of PAGES) one.register(pages);
  pages.all("*", () => {
    throw notFound("page");
  });
  app.route("/console", pages);
}
