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

/** What an org_admin asks for by naming themselves. */
const NAMED: readonly [method: string, path: string, body: (sub: string) => object][] = [
  [
    "POST",
    `${N}/device-tokens`,
    (sub) => ({ user_id: sub, token: `ExponentPushToken[${sub}]`, platform: "ios" }),
  ],
  ["POST", "/api/v1/stats-notifications", (sub) => ({ user_id: sub, time_window: "weekly" })],
];

const TABLES = [
  "users",
  "preferences",
  "user_schedules",
  "dispatches",
  "optouts",
  "stats_subscriptions",
  "device_tokens",
];

/** The rows that a user has in each table. */
async function rowsOf(user: string): Promise<number[]> {
  const counts = await env.DB.batch<{ n: number }>(
    TABLES.map((table) =>
      env.DB.prepare(
        `SELECT count(*) AS n FROM ${table} WHERE ${table === "users" ? "id" : "user_id"} = ?`,
      ).bind(user),
    ),
  );
  return counts.map(({ results }) => results[0]?.n ?? 0);
}

const NO_ROWS = TABLES.map(() => 0);

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
    expect(await rowsOf(sub)).toEqual(NO_ROWS);
    expect(h.ses.accepted).toEqual([]);
  });
});

test.each(NAMED)("an org_admin's token makes no user of its subject: %s %s", async (method, path, bodyOf) => {
  const h = createHarness();
  const sub = mint("subject");
  const as: Caller = { role: "org_admin", sub, org: mint("org"), email: `${sub}@example.com` };
  expect((await h.request(method, path, { as, body: bodyOf(sub) })).status).toBe(404);
  expect(await rowsOf(sub)).toEqual(NO_ROWS);
});
