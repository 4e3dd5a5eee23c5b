import { expect, test } from "vitest";
import type { Role } from "../../src/http/principal.ts";
import { type Answer, type Caller, createHarness, type Harness, mint } from "../support/harness.ts";
import { aPush, givenOrg, givenUser } from "../support/world.ts";

const BASE = "/api/v1/notifications";

/** Someone in an organization in the middle of a tree, with a device and a push. */
async function givenTarget(h: Harness) {
  const top = await givenOrg(h);
  const middle = await givenOrg(h, top);
  const below = await givenOrg(h, middle);
  const user = await givenUser(h, { org: middle });
  const { body } = await h.request("POST", BASE, { body: aPush(user.id) });
  return {
    top,
    middle,
    below,
    elsewhere: await givenOrg(h),
    user: user.id,
    token: user.tokens[0] ?? "",
    push: body.id as string,
  };
}
type Target = Awaited<ReturnType<typeof givenTarget>>;

const ENDPOINTS: Record<string, (target: Target) => [method: string, path: string, body?: unknown]> = {
  devices: ({ user }) => ["GET", `${BASE}/device-tokens?user_id=${user}`],
  register: ({ user: user_id }) => [
    "POST",
    `${BASE}/device-tokens`,
    { user_id, token: `ExponentPushToken[${mint("tok")}]`, platform: "ios" },
  ],
  remove: ({ token }) => ["DELETE", `${BASE}/device-tokens/${encodeURIComponent(token)}`],
  send: ({ user }) => ["POST", BASE, aPush(user)],
  batch: ({ user }) => ["POST", `${BASE}/batch`, { targets: [aPush(user)] }],
  list: ({ user }) => ["GET", `${BASE}?user_id=${user}`],
  get: ({ push }) => ["GET", `${BASE}/${push}`],
  mark: ({ push }) => ["PUT", `${BASE}/${push}`, { status: "resolved" }],
  delete: ({ push }) => ["DELETE", `${BASE}/${push}`],
};
const NAMES = Object.keys(ENDPOINTS);

/** The status; for a batch and a list, which always answer, what they did. */
function outcome(name: string, { status, body }: Answer): string {
  if (name === "batch" && status < 300)
    return `${status} ${body.results[0].error_code ?? body.results[0].status}`;
  return name === "list" && status < 300 ? `${status} of ${body.pagination.total}` : String(status);
}

const everything = "200 201 200 201 201_sent 200_of_1 200 200 200";
const nothing = "404 404 404 404 201_unknown_user 200_of_0 404 404 404";
const reader = "200 201 200 403 403 200_of_1 200 403 403";
const stranger = "404 404 404 403 403 200_of_0 404 403 403";
const nobody = "401 401 401 401 401 401 401 401 401";

const as =
  (role: Role, who: (target: Target) => Omit<Caller, "role"> = () => ({})) =>
  (target: Target): Caller => ({
    role,
    sub: mint("caller"),
    ...who(target),
  });
const own = ({ user }: Target) => ({ sub: user });
const open = { OPEN_CONTRACTS: "push-notifications" };
const closed = { OPEN_CONTRACTS: "admin-notifications" };

type Row = [
  who: string,
  vars: Record<string, string>,
  caller: (target: Target) => Caller | null,
  expected: string,
];

/** Who may do what to whom (design §4), in the order of ENDPOINTS. */
const TABLE: Row[] = [
  ["a user, to themselves", closed, as("user", own), reader],
  ["a user, to another", closed, as("user"), stranger],
  [
    "a user of the same organization, to another",
    closed,
    as("user", ({ middle }) => ({ org: middle })),
    stranger,
  ],
  ["a coordinator, to themselves", closed, as("coordinator", own), reader],
  ["a coordinator, to another", closed, as("coordinator", ({ middle }) => ({ org: middle })), stranger],
  [
    "an org_admin of the same organization",
    closed,
    as("org_admin", ({ middle }) => ({ org: middle })),
    everything,
  ],
  [
    "an org_admin of the organization above",
    closed,
    as("org_admin", ({ top }) => ({ org: top })),
    everything,
  ],
  [
    "an org_admin of the organization below",
    closed,
    as("org_admin", ({ below }) => ({ org: below })),
    nothing,
  ],
  [
    "an org_admin of another organization",
    closed,
    as("org_admin", ({ elsewhere }) => ({ org: elsewhere })),
    nothing,
  ],
  ["an org_admin without an organization", closed, as("org_admin"), nothing],
  [
    "an org_admin of an organization that is not there",
    closed,
    as("org_admin", () => ({ org: "gone" })),
    nothing,
  ],
  ["a global_admin", closed, as("global_admin"), everything],
  ["a service", closed, as("service"), everything],
  ["a user of another on the open contract: the role counts", open, as("user"), stranger],
  ["nobody, on the open contract", open, () => null, everything],
  ["nobody, on the closed contract", closed, () => null, nobody],
];

test.each(TABLE)("%s", async (_, vars, caller, expected) => {
  const h = createHarness({ vars });
  const found: [string, string][] = [];
  for (const name of NAMES) {
    const target = await givenTarget(h);
    const [method, path, body] = ENDPOINTS[name]?.(target) ?? ["", ""];
    const answer = await h.request(method, path, { as: caller(target), ...(body !== undefined && { body }) });
    found.push([name, outcome(name, answer)]);
  }
  const wanted = expected
    .split(" ")
    .map((cell, i) => [NAMES[i], cell.replaceAll("_", " ").replace("unknown user", "unknown_user")]);
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(wanted));
});

test("a role that may not is told before its input is looked at, and the answer names who may", async () => {
  const h = createHarness();
  const answer = await h.request("POST", BASE, { as: { role: "user", sub: "u" }, body: { nonsense: true } });
  expect([answer.status, answer.body.code]).toEqual([403, "forbidden"]);
  expect(answer.body.detail).toContain("service, global_admin, org_admin");
});

test("a list without a filter shows each caller their own part of the log", async () => {
  // A day of its own: the other tests' pushes are older.
  const h = createHarness({ now: Date.UTC(2026, 5, 1) });
  const one = await givenTarget(h);
  const other = await givenTarget(h);
  const seenBy = async (caller: Caller) => {
    const { body } = await h.request("GET", BASE, { as: caller });
    return [one, other].map(({ push }) => body.data.some((row: { id: string }) => row.id === push));
  };
  expect(await seenBy({ role: "service", sub: "svc" })).toEqual([true, true]);
  expect(await seenBy({ role: "org_admin", sub: "a", org: one.top })).toEqual([true, false]);
  expect(await seenBy({ role: "user", sub: other.user })).toEqual([false, true]);
  expect(await seenBy({ role: "org_admin", sub: "a" })).toEqual([false, false]);
});

test("a batch of an org_admin reaches their own users and calls the others unknown", async () => {
  const h = createHarness();
  const [mine, theirs] = [await givenTarget(h), await givenTarget(h)];
  const { body } = await h.request("POST", `${BASE}/batch`, {
    as: { role: "org_admin", sub: "a", org: mine.top },
    body: { targets: [aPush(theirs.user), aPush(mine.user)] },
  });
  expect(body.results).toMatchObject([
    { error_code: "unknown_user", notification_id: null },
    { status: "sent" },
  ]);
});
