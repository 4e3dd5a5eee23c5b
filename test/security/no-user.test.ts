import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { type Caller, createHarness, mint } from "../support/harness.ts";

const N = "/api/v1/notifications";
const INBOX = "/api/v1/inbox";

/** Endpoints of a user's own, and what each answers an admin of whom the directory has not heard. */
const OWN: readonly [method: string, path: string, admin: number, service: number, body?: object][] = [
  ["GET", `${N}/preferences`, 403, 403],
  ["PATCH", `${N}/preferences`, 403, 403, { match_threshold: 1 }],
  ["PUT", `${N}/preferences`, 403, 403, { match_threshold: 1 }],
  ["GET", `${N}/history`, 200, 403],
  ["GET", `${N}/history/01990000-0000-7000-8000-000000000000`, 404, 403],
  ["GET", `${N}/stats`, 200, 403],
  // Whoever looks after the service asks for this.
  ["GET", `${N}/health`, 200, 200],
  ["POST", `${N}/test`, 403, 403, {}],
  ["GET", INBOX, 200, 403],
  ["POST", `${INBOX}/read-all`, 200, 403],
  ["POST", `${INBOX}/ticket`, 201, 403],
  ["POST", `${INBOX}/notif_01jq8z3k5te8v9m4p2r7x6w1yd/read`, 404, 403],
];

const TABLES = ["users", "preferences", "user_schedules", "dispatches", "optouts", "stats_subscriptions"];

describe.each(["service", "org_admin", "global_admin"] as const)("a token of a %s", (role) => {
  test.each(OWN)("makes no user of its subject: %s %s", async (method, path, admin, service, body) => {
    const h = createHarness({ vars: { EMAIL_PROVIDERS: "ses" } });
    const sub = mint("subject");
    const as: Caller = {
      role,
      sub,
      org: mint("org"),
      email: `${sub}@example.com`,
      claims: { email_verified: true },
    };
    const answer = await h.request(method, path, { as, ...(body && { body }) });
    const expected = role === "service" ? service : admin;
    expect(answer.status).toBe(expected);
    if (expected === 403) expect(answer.body).toMatchObject({ code: "no_user" });
    const counts = await env.DB.batch<{ n: number }>(
      TABLES.map((table) =>
        env.DB.prepare(
          `SELECT count(*) AS n FROM ${table} WHERE ${table === "users" ? "id" : "user_id"} = ?`,
        ).bind(sub),
      ),
    );
    expect(counts.map(({ results }) => results[0]?.n)).toEqual(TABLES.map(() => 0));
    expect(h.ses.accepted).toEqual([]);
  });
});
