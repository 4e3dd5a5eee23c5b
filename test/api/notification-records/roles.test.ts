import { beforeAll, describe, expect, test } from "vitest";
import { type Caller, createHarness, mint, SERVICE } from "../../support/harness.ts";
import { givenUser } from "../../support/world.ts";
import { aRecord, BASE, givenRecord, givenTenant, listed, type Tenant } from "./calls.ts";
import { keysOf } from "../../../src/lib/objects.ts";

const h = createHarness();
let tenant: Tenant;
let other: Tenant;
beforeAll(async () => {
  tenant = await givenTenant(h);
  other = await givenTenant(h);
});

/** Everyone who may call, seen from `tenant`'s mentor. */
const CALLERS = {
  "their coordinator": () => ({ role: "coordinator", sub: tenant.coordinator }),
  "another coordinator": () => ({ role: "coordinator", sub: other.coordinator }),
  // Whom a coordinator's id alone lets in nowhere.
  "their coordinator as a user": () => ({ role: "user", sub: tenant.coordinator }),
  "their org_admin": () => ({ role: "org_admin", sub: mint("adm"), org: tenant.org }),
  "another org_admin": () => ({ role: "org_admin", sub: mint("adm"), org: other.org }),
  "an org_admin of nothing": () => ({ role: "org_admin", sub: mint("adm") }),
  "a global_admin": () => ({ role: "global_admin", sub: mint("adm") }),
  "a service": () => SERVICE,
  nobody: () => null,
} as const satisfies Record<string, () => Caller | null>;

type Who = keyof typeof CALLERS;

const ENDPOINTS = {
  "GET /:id": async (as: Caller | null) => h.request("GET", `${BASE}/${await fresh()}`, { as }),
  "POST /": (as: Caller | null) => h.request("POST", BASE, { as, body: aRecord(tenant.mentor.id) }),
  "PUT /:id": async (as: Caller | null) =>
    h.request("PUT", `${BASE}/${await fresh()}`, { as, body: { notes: "x" } }),
  "DELETE /:id": async (as: Caller | null) => h.request("DELETE", `${BASE}/${await fresh()}`, { as }),
  "GET /peer-mentor-profile/:id": (as: Caller | null) =>
    h.request("GET", `${BASE}/peer-mentor-profile/${tenant.mentor.id}`, { as }),
  "GET /history/:id": (as: Caller | null) => h.request("GET", `${BASE}/history/${tenant.mentor.id}`, { as }),
};

const fresh = () => givenRecord(h, tenant.mentor.id);

/** The contract's table: endpoint × role × tenant. */
const TABLE: Record<keyof typeof ENDPOINTS, Record<Who, number>> = {
  "GET /:id": {
    "their coordinator": 200,
    "another coordinator": 404,
    "their coordinator as a user": 403,
    "their org_admin": 200,
    "another org_admin": 404,
    "an org_admin of nothing": 404,
    "a global_admin": 200,
    "a service": 200,
    nobody: 401,
  },
  "POST /": {
    "their coordinator": 201,
    "another coordinator": 404,
    "their coordinator as a user": 403,
    "their org_admin": 201,
    "another org_admin": 404,
    "an org_admin of nothing": 404,
    // As printed: coordinator and org_admin alone.
    "a global_admin": 403,
    "a service": 201,
    nobody: 401,
  },
  "PUT /:id": {
    "their coordinator": 403,
    "another coordinator": 403,
    "their coordinator as a user": 403,
    "their org_admin": 200,
    "another org_admin": 404,
    "an org_admin of nothing": 404,
    "a global_admin": 200,
    "a service": 200,
    nobody: 401,
  },
  "DELETE /:id": {
    "their coordinator": 403,
    "another coordinator": 403,
    "their coordinator as a user": 403,
    "their org_admin": 403,
    "another org_admin": 403,
    "an org_admin of nothing": 403,
    "a global_admin": 200,
    "a service": 200,
    nobody: 401,
  },
  "GET /peer-mentor-profile/:id": {
    "their coordinator": 200,
    "another coordinator": 404,
    "their coordinator as a user": 403,
    "their org_admin": 200,
    "another org_admin": 404,
    "an org_admin of nothing": 404,
    "a global_admin": 200,
    "a service": 200,
    nobody: 401,
  },
  "GET /history/:id": {
    "their coordinator": 200,
    "another coordinator": 404,
    "their coordinator as a user": 403,
    "their org_admin": 200,
    "another org_admin": 404,
    "an org_admin of nothing": 404,
    "a global_admin": 200,
    "a service": 200,
    nobody: 401,
  },
};

const cases = keysOf(TABLE).flatMap((endpoint) =>
  keysOf(TABLE[endpoint]).map((who) => [endpoint, who, TABLE[endpoint][who]] as const),
);

test.each(cases)("%s by %s is %d", async (endpoint, who, status) => {
  expect((await ENDPOINTS[endpoint](CALLERS[who]())).status).toBe(status);
});

describe("a list holds the records in scope and no others", () => {
  test.each<[Who, "own" | "the other's" | "all" | "none" | 401 | 403]>([
    ["their coordinator", "own"],
    ["another coordinator", "the other's"],
    ["their coordinator as a user", 403],
    ["their org_admin", "own"],
    ["another org_admin", "the other's"],
    ["an org_admin of nothing", "none"],
    ["a global_admin", "all"],
    ["a service", "all"],
    ["nobody", 401],
  ])("for %s: %s", async (who, seen) => {
    const mine = await fresh();
    const theirs = await givenRecord(h, other.mentor.id);
    const as = CALLERS[who]();
    if (as === null || typeof seen === "number") {
      expect((await h.request("GET", BASE, { as })).status).toBe(seen);
      return;
    }
    const ids = await listed(h, "limit=100", as);
    expect([ids.includes(mine), ids.includes(theirs)]).toEqual(
      { own: [true, false], "the other's": [false, true], all: [true, true], none: [false, false] }[seen],
    );
  });

  test("filtering by a mentor out of scope finds nothing", async () => {
    await fresh();
    for (const query of [`peer_mentor_id=${tenant.mentor.id}`, `coordinator_id=${tenant.coordinator}`]) {
      expect(await listed(h, query, CALLERS["another coordinator"]())).toEqual([]);
      expect(await listed(h, query, CALLERS["another org_admin"]())).toEqual([]);
      expect(await listed(h, query, CALLERS["their coordinator"]())).not.toEqual([]);
    }
  });
});

test("a refused change changes nothing, and a refused record is not there", async () => {
  const id = await fresh();
  const before = await h.request("GET", `${BASE}/${id}`);
  const total = (await h.request("GET", `${BASE}/history/${tenant.mentor.id}`)).body.total_events;
  for (const who of ["another org_admin", "another coordinator", "an org_admin of nothing"] as const) {
    const as = CALLERS[who]();
    await h.request("PUT", `${BASE}/${id}`, { as, body: { channels_notified: ["email"], notes: "mine" } });
    await h.request("POST", BASE, { as, body: aRecord(tenant.mentor.id) });
    await h.request("DELETE", `${BASE}/${id}`, { as });
  }
  expect((await h.request("GET", `${BASE}/${id}`)).body).toEqual(before.body);
  expect((await h.request("GET", `${BASE}/history/${tenant.mentor.id}`)).body.total_events).toBe(total);
});

test("the scope is the mentor's as they are now", async () => {
  const moving = await givenTenant(h);
  const id = await givenRecord(h, moving.mentor.id);
  const former = { role: "coordinator" as const, sub: moving.coordinator };
  expect((await h.request("GET", `${BASE}/${id}`, { as: former })).status).toBe(200);
  await moving.mentor.put({ coordinator_id: other.coordinator, org_id: other.org });
  expect((await h.request("GET", `${BASE}/${id}`, { as: former })).status).toBe(404);
  expect((await h.request("GET", `${BASE}/${id}`, { as: CALLERS["another coordinator"]() })).status).toBe(
    200,
  );
  expect((await h.request("GET", `${BASE}/${id}`, { as: CALLERS["another org_admin"]() })).status).toBe(200);
});

test("a repeat with its key shows a former coordinator nothing of a mentor who has moved", async () => {
  const moving = await givenTenant(h);
  const as = { role: "coordinator" as const, sub: moving.coordinator };
  const headers = { "idempotency-key": mint("key") };
  const repeat = () => h.request("POST", BASE, { as, headers, body: aRecord(moving.mentor.id) });
  expect([(await repeat()).status, (await repeat()).status]).toEqual([201, 201]);
  await moving.mentor.put({ coordinator_id: other.coordinator, org_id: other.org });
  expect((await repeat()).status).toBe(404);
});

describe("the user who is recorded as notified", () => {
  const post = (as: Caller, coordinator_id: string) =>
    h.request("POST", BASE, { as, body: aRecord(tenant.mentor.id, { coordinator_id }) });
  const admin = () => CALLERS["their org_admin"]();
  const coordinator = () => CALLERS["their coordinator"]();

  test("must be the mentor's coordinator or a user in scope; another is as good as nobody", async () => {
    const colleague = await givenUser(h, { org: tenant.org });
    const stranger = await givenUser(h, { org: other.org });
    const total = async () =>
      (await h.request("GET", `${BASE}/history/${tenant.mentor.id}`)).body.total_events;
    const before = await total();
    const answers = await Promise.all([
      post(admin(), stranger.id),
      post(admin(), mint("nobody")),
      post(coordinator(), stranger.id),
      post(coordinator(), colleague.id),
      post(SERVICE, mint("nobody")),
    ]);
    expect(answers.map(({ status, body }) => [status, body.detail])).toEqual(
      answers.map(() => [404, "There is no such coordinator."]),
    );
    expect(await total()).toBe(before);
    const taken = await Promise.all([
      post(admin(), tenant.coordinator),
      post(admin(), colleague.id),
      post(coordinator(), tenant.coordinator),
      post(SERVICE, stranger.id),
    ]);
    expect(taken.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
  });

  test("is named to whoever may know them: a past comes with the mentor, the names of others do not", async () => {
    const before = await givenTenant(h);
    const [told, colleague] = [
      await givenUser(h, { org: before.org }),
      await givenUser(h, { org: other.org }),
    ];
    const nameOf = async (id: string, as: Caller) =>
      (await h.request("GET", `${BASE}/${id}`, { as })).body.coordinator_name;
    const id = await givenRecord(h, before.mentor.id, { coordinator_id: told.id });
    const own = await givenRecord(h, before.mentor.id, { coordinator_id: colleague.id });
    await before.mentor.put({ coordinator_id: other.coordinator, org_id: other.org });
    for (const as of [CALLERS["another org_admin"](), CALLERS["another coordinator"]()])
      expect([await nameOf(id, as), await nameOf(own, as)]).toEqual([null, "Kari Nordmann"]);
    expect(await nameOf(id, SERVICE)).toBe("Kari Nordmann");
    // Whom the directory gives the mentor is no secret.
    await before.mentor.put({ coordinator_id: told.id });
    expect(await nameOf(id, CALLERS["another org_admin"]())).toBe("Kari Nordmann");
  });
});

test("a wrong role is refused before the input is validated", async () => {
  const as = CALLERS["their coordinator as a user"]();
  expect((await h.request("POST", BASE, { as, body: { nonsense: true } })).status).toBe(403);
  expect((await h.request("POST", BASE, { as: null, body: { nonsense: true } })).status).toBe(401);
});
