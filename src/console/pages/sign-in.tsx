import { decodeJwt } from "jose";
import type { TokenPrincipal } from "../../auth/principal.ts";
import { Failure } from "../../lib/failure.ts";
import { type Console, type ConsoleContext } from "../app-env.tsx";
import { assetsVersion } from "../assets.ts";
import { Card } from "../components/boxes.tsx";
import { Button, TextArea } from "../components/form.tsx";
import { Notice } from "../components/text.tsx";
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

async function show(
  c: ConsoleContext,
  fault: string | null,
  status: 200 | 401 | 403 = 200,
): Promise<Response> {
  const { environment } = c.get("deps").config;
  const html = (
    <Document title="Sign in" viewer={viewerOf(c)} version={await assetsVersion()}>
      <body class="alone">
        <main id="main">
          <a class="brand" href="/console">
            <Mark />
            Tidings
          </a>
          <h1>Sign in to the console</h1>
          {fault && (
            <div role="alert">
              <Notice tone="bad">{fault}</Notice>
            </div>
          )}
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
        </main>
      </body>
    </Document>
  );
  return c.html(`<!doctype html>${String(await html)}`, status);
}

/**
 * A page that goes on by itself: a browser that was led here from another site sends no strict cookie with a redirect, but
 * does with what a page of ours asks for.
 */
async function goOn(c: ConsoleContext, to: string): Promise<Response> {
  const html = (
    <Document title="Signed in" viewer={viewerOf(c)} version={await assetsVersion()}>
      <body class="alone">
        <main id="main">
          <p>
            You are signed in. <a href={to}>Go to the console</a>
          </p>
        </main>
      </body>
    </Document>
  );
  return c.html(`<!doctype html>${String(await html)}`, 200, { refresh: `0; url=${to}` });
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
  pages.get("/sign-in", async (c) => {
    const ticket = c.req.query("ticket");
    if (ticket === undefined) return show(c, null);
    const redeemed = await redeemTicket(c.get("ctx"), ticket);
    if (redeemed === null)
      return show(c, "This link has been used, or is too old. Ask for another one, or paste a token.", 401);
    await startSession(c, redeemed.principal);
    return goOn(c, "/console");
  });

  pages.post("/sign-in", async (c) => {
    const form = await c.req.formData();
    const field = (name: string) => {
      const value = form.get(name);
      return typeof value === "string" ? value : "";
    };
    try {
      const { principal, until } = await whoHas(c, field("token").trim());
      if (!isAdmin(principal.role))
        return await show(
          c,
          `The console is for administrators; the token's role is ${principal.role}.`,
          403,
        );
      await startSession(c, principal, until);
    } catch (error) {
      if (!(error instanceof Failure) || error.problem !== "unauthorized") throw error;
      return show(c, error.detail, 401);
    }
    return c.redirect(nextPath(field("next")), 303);
  });

  pages.post("/sign-out", (c) => {
    endSession(c);
    return c.redirect("/console/sign-in", 303);
  });
}
