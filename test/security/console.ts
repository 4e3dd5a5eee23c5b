import { sign } from "../../src/console/session/signed.ts";
import { HOUR } from "../../src/lib/clock.ts";
import type { Answer, Caller, Harness } from "../support/harness.ts";
import type { Call } from "./matrix.ts";

/** The cookie of a session, made without asking whether this caller may have one. */
async function cookieOf(h: Harness, { role = "user", sub = "caller", org }: Caller): Promise<string> {
  const { config, clock, ids } = h.deps;
  const session = await sign(config.linkSecrets, "console-session", {
    id: ids.uuid(),
    principal: {
      kind: "token",
      id: sub,
      role,
      orgId: org ?? null,
      email: null,
      emailVerified: false,
      name: null,
    },
    expiresAt: clock.now() + HOUR,
    tokenExpiresAt: clock.now() + HOUR,
  });
  return `tidings-session=${session}`;
}

/** Calls a page of the console as somebody's browser does. A form that has done its work leads on; that counts as 200. */
export async function callConsole(
  h: Harness,
  method: string,
  path: string,
  { body, headers }: Call,
  as: Caller | null,
): Promise<Answer> {
  const answer = await h.request(method, path, {
    as: null,
    ...(body !== undefined && { body }),
    headers: {
      "sec-fetch-site": "same-origin",
      ...(as !== null && { cookie: await cookieOf(h, as) }),
      ...headers,
    },
  });
  const location = answer.headers.get("location") ?? "";
  const isLedAway =
    location.startsWith("/console/sign-in") && !new URL(path, "http://t.test").pathname.endsWith("/sign-out");
  // Without a session a form is given back, to be sent again. The rest of that page must show nothing.
  const isGivenBack = answer.status === 401 && String(answer.body).includes("Send it again");
  return {
    ...answer,
    status: isGivenBack ? 303 : answer.status === 303 && !isLedAway ? 200 : answer.status,
    // The side bar says who has signed in, and of which organization.
    body: String(answer.body)
      .replace(/<header class="side">[\s\S]*?<\/header>/u, "")
      .replace(isGivenBack ? /<form class="form"[\s\S]*?<\/form>/u : "", ""),
  };
}
