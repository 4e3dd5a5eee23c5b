import { decodeJwt } from "jose";
import type { Child } from "hono/jsx";
import { ACCESS_HEADER } from "../../auth/access-jwt.ts";
import type { TokenPrincipal } from "../../auth/principal.ts";
import { Failure } from "../../lib/failure.ts";
import { type Console, type ConsoleContext } from "../app-env.tsx";
import { assetsVersion } from "../assets.ts";
import { Card } from "../components/boxes.tsx";
import { Button, TextArea } from "../components/form.tsx";
import { Notice } from "../components/text.tsx";
import { fieldsOf } from "../fields.ts";
import { Document } from "../layout/document.tsx";
import { Mark } from "../layout/icons.tsx";
import { endSession, startSession } from "../session/cookie.ts";
import { isAdmin } from "../session/signed.ts";
import { redeemTicket } from "../session/tickets.ts";
import { viewerOf } from "../viewer.ts";

/** Where one goes after signing in: a page of the console, whatever the link says. */
const nextPath = (given = ""): string =>
  /^\/console(?:[/?][\w\-./?=&%:@~+,]*)?$/u.test(given) && !given.includes("//") ? given : "/console";

/** Leads somebody without a session to the page where one signs in, and back. */
export function lead(c: ConsoleContext): Response {
  const { pathname, search } = new URL(c.req.url);
  const back = c.req.method === "GET" ? `?next=${encodeURIComponent(pathname + search)}` : "";
  const to = `/console/sign-in${back}`;
  // htmx would put the page into a part of the present one.
  return c.req.header("hx-request") === undefined
    ? c.redirect(to, 303)
    : c.body(null, 204, { "hx-redirect": "/console/sign-in" });
}

/** A page without navigation, for those who have not signed in. */
async function alone(
  c: ConsoleContext,
  title: string,
  fault: string | null,
  children: Child,
  status: 200 | 401 | 403 = 200,
): Promise<Response> {
  const html = (
    <Document title={title} viewer={viewerOf(c)} version={await assetsVersion()}>
      <body class="alone">
        <main id="main">
          <a class="brand" href="/console">
            <Mark />
            Tidings
          </a>
          <h1>{title}</h1>
          {fault && (
            <div role="alert">
              <Notice tone="bad">{fault}</Notice>
            </div>
          )}
          {children}
        </main>
      </body>
    </Document>
  );
  return c.html(`<!doctype html>${String(await html)}`, status);
}

/** The form for a token. */
function askForToken(c: ConsoleContext, fault: string | null, status: 200 | 401 | 403 = 200) {
  const { environment } = c.get("deps").config;
  const form = (
    <>
      <Card>
        <form class="form" method="post" action="/console/sign-in">
          <input type="hidden" name="next" value={nextPath(c.req.query("next"))} />
          <TextArea
            name="token"
            label="Token"
            rows={5}
            code
            required
            hint="A JWT with the role org_admin, global_admin or service. The session lasts up to 8 hours, and never longer than the token."
          />
          <Button look="primary">Sign in</Button>
        </form>
      </Card>
      {environment === "development" && (
        <p class="small muted">
          On this machine: <code>npm start</code> prints a link that signs you in, and{" "}
          <code>npm run -s token -- --role global_admin</code> a token.
        </p>
      )}
    </>
  );
  return alone(c, "Sign in to the console", fault, form, status);
}

/**
 * Asks before a ticket is used: another site that led here would choose who one is, and programs that follow links would
 * use it up.
 */
const askForTicket = (c: ConsoleContext, ticket: string) =>
  alone(
    c,
    "Sign in to the console",
    null,
    <Card>
      <form class="form" method="post" action="/console/sign-in">
        <input type="hidden" name="ticket" value={ticket} />
        <p>This link signs you in, once.</p>
        <Button look="primary">Sign in</Button>
      </form>
    </Card>,
  );

async function useTicket(c: ConsoleContext, ticket: string): Promise<Response> {
  const redeemed = await redeemTicket(c.get("ctx"), ticket);
  if (redeemed === null)
    return askForToken(
      c,
      "This link has been used, or is too old. Ask for another one, or paste a token.",
      401,
    );
  await startSession(c, redeemed.principal);
  return c.redirect("/console", 303);
}

async function useToken(c: ConsoleContext, token: string, next: string): Promise<Response> {
  try {
    const { principal, until } = await whoHas(c, token);
    if (!isAdmin(principal.role))
      return await askForToken(
        c,
        `The console is for administrators; the token's role is ${principal.role}.`,
        403,
      );
    await startSession(c, principal, until);
  } catch (error) {
    if (!(error instanceof Failure) || error.problem !== "unauthorized") throw error;
    return askForToken(c, error.detail, 401);
  }
  return c.redirect(nextPath(next), 303);
}

/** The principal of a token and when the token expires, epoch ms. @throws Failure 401 */
async function whoHas(
  c: ConsoleContext,
  token: string,
): Promise<{ principal: TokenPrincipal; until: number }> {
  const { authenticate, clock } = c.get("deps");
  const principal = await authenticate(token, clock.now());
  return { principal, until: (decodeJwt(token).exp ?? 0) * 1_000 };
}

export function register(pages: Console): void {
  pages.get("/sign-in", (c) => {
    const ticket = c.req.query("ticket");
    if (ticket === undefined) return askForToken(c, null);
    // `none`: the person has opened the link, and no other page has.
    return c.req.header("sec-fetch-site") === "none" ? useTicket(c, ticket) : askForTicket(c, ticket);
  });

  pages.post("/sign-in", async (c) => {
    const fields = await fieldsOf(c);
    const field = (name: string) => fields(name).trim();
    return field("ticket") === ""
      ? useToken(c, field("token"), field("next"))
      : useTicket(c, field("ticket"));
  });

  pages.post("/sign-out", (c) => {
    endSession(c);
    const isByAccess = c.get("deps").verifyAccess !== null && c.req.header(ACCESS_HEADER) !== undefined;
    return c.redirect(isByAccess ? "/cdn-cgi/access/logout" : "/console/sign-in", 303);
  });
}
