import { ACCESS_HEADER } from "../../auth/access-jwt.ts";
import { audit } from "../../audit/audit.ts";
import { Failure } from "../../lib/failure.ts";
import { type Console, type ConsoleContext } from "../app-env.tsx";
import { Card } from "../components/boxes.tsx";
import { Button, ButtonLink } from "../components/buttons.tsx";
import { TextArea } from "../components/form.tsx";
import { fieldsOf } from "../fields.ts";
import { alone } from "../layout/alone.tsx";
import { endSession, sessionOf, startSession } from "../session/cookie.ts";
import { isAdmin } from "../session/signed.ts";
import { lookAtTicket, redeemTicket, signedIn } from "../session/tickets.ts";
import { expiryOf } from "../session/token-expiry.ts";

/** Where one goes after signing in: a page of the console, whatever the link says. */
const nextPath = (given = ""): string =>
  /^\/console(?:[/?][\w\-./?=&%:@~+,]*)?$/u.test(given) && !given.includes("//") ? given : "/console";

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

const tooOld = (c: ConsoleContext) =>
  askForToken(c, "This link has been used, or is too old. Ask for another one, or paste a token.", 401);

/**
 * Asks before a ticket is used, and says whose it is: somebody else may have made the link, and programs that follow links
 * would use it up.
 */
async function askForTicket(c: ConsoleContext, ticket: string): Promise<Response> {
  const signed = await lookAtTicket(c.get("ctx"), ticket);
  if (signed === null) return tooOld(c);
  const { id, role, orgId } = signed.principal;
  return alone(
    c,
    "Sign in to the console",
    null,
    <Card>
      <form class="form" method="post" action="/console/sign-in">
        <input type="hidden" name="ticket" value={ticket} />
        <p>
          This link signs you in, once, as <b>{id}</b>, {orgId === null ? role : `${role} of ${orgId}`}.
        </p>
        <Button look="primary">Sign in</Button>
      </form>
    </Card>,
  );
}

async function useTicket(c: ConsoleContext, ticket: string): Promise<Response> {
  const redeemed = await redeemTicket(c.get("ctx"), ticket, c.get("requestId"));
  if (redeemed === null) return tooOld(c);
  await startSession(c, redeemed.principal, redeemed.tokenExpiresAt);
  return c.redirect("/console", 303);
}

async function useToken(c: ConsoleContext, token: string, next: string): Promise<Response> {
  try {
    const { authenticate, clock, ids } = c.get("deps");
    const principal = await authenticate(token, clock.now());
    if (!isAdmin(principal.role))
      return await askForToken(
        c,
        `The console is for administrators; the token's role is ${principal.role}.`,
        403,
      );
    await c.get("ctx").db.write({ audit: audit(signedIn(principal, ids.uuid(), c.get("requestId"))) });
    await startSession(c, principal, expiryOf(token));
  } catch (error) {
    if (!(error instanceof Failure) || error.problem !== "unauthorized") throw error;
    return askForToken(c, error.detail, 401);
  }
  return c.redirect(nextPath(next), 303);
}

/** Whether a link may sign in without a question: on a developer's own machine, where `npm start` has printed it. */
const isOwnLink = async (c: ConsoleContext): Promise<boolean> =>
  c.get("deps").config.environment === "development" &&
  c.req.header("sec-fetch-site") === "none" &&
  (await sessionOf(c)) === null;

/** Access has a session of its own. A form may not lead to its host (`form-action`), but a link may. */
const leaveAccess = (c: ConsoleContext) =>
  alone(
    c,
    "Signed out",
    null,
    <Card>
      <p>Cloudflare Access still knows you.</p>
      <ButtonLink href="/cdn-cgi/access/logout" look="primary">
        Sign out of Cloudflare Access
      </ButtonLink>
    </Card>,
  );

export function register(pages: Console): void {
  pages.get("/sign-in", async (c) => {
    const ticket = c.req.query("ticket");
    if (ticket === undefined) return askForToken(c, null);
    return (await isOwnLink(c)) ? useTicket(c, ticket) : askForTicket(c, ticket);
  });

  pages.post("/sign-in", async (c) => {
    const fields = await fieldsOf(c);
    const field = (name: string) => fields(name).trim();
    return field("ticket") === ""
      ? useToken(c, field("token"), field("next"))
      : useTicket(c, field("ticket"));
  });

  pages.post("/sign-out", async (c) => {
    endSession(c);
    const isByAccess = c.get("deps").verifyAccess !== null && c.req.header(ACCESS_HEADER) !== undefined;
    return isByAccess ? leaveAccess(c) : c.redirect("/console/sign-in", 303);
  });
}
