import { requireToken } from "../../http/access.ts";
import type { App } from "../../http/app-env.ts";
import { iso } from "../../lib/clock.ts";
import { expiryOf } from "../session/token-expiry.ts";
import { issueTicket } from "../session/tickets.ts";
import * as routes from "./routes.ts";

export function register(app: App): void {
  app.openapi(routes.issue, async (c) => {
    const principal = requireToken(c.get("principal"));
    const [, token = ""] = (c.req.header("authorization") ?? "").split(/ +/u);
    const { ticket, expiresAt } = await issueTicket(c.get("ctx"), principal, expiryOf(token));
    const url = new URL("/console/sign-in", c.get("deps").config.publicUrl);
    url.searchParams.set("ticket", ticket);
    return c.json({ url: url.href, expires_at: iso(expiresAt) }, 201);
  });
}
