import { beforeAll, describe, expect, test } from "vitest";
import { givenMentor, type Mentor } from "../../notifications/pause/world.ts";
import { createHarness, mint } from "../../support/harness.ts";
import { givenUser } from "../../support/world.ts";
import { BASE, givenRecord, givenTenant, listed, type Tenant } from "./calls.ts";

// Later than the records of all other files: a service sees those, too, where one of them still came in late.
const h = createHarness({ now: Date.UTC(2031, 2, 26, 8) });
const T0 = h.clock.now();
const at = (minutes: number) => new Date(T0 + minutes * 60_000).toISOString();

let tenant: Tenant;
let second: Mentor;
/** Records, oldest first, a minute apart. */
let ids: string[];
/** In the tenant's organization, and nobody's coordinator. */
let stranger: string;

beforeAll(async () => {
  tenant = await givenTenant(h);
  stranger = (await givenUser(h, { org: tenant.org })).id;
  second = await givenMentor(h, { coordinator_id: tenant.coordinator, org_id: tenant.org });
  const made = [
    [tenant.mentor.id, {}],
    [second.id, { event_type: "pause_deactivated" }],
    [tenant.mentor.id, { coordinator_id: stranger }],
    [tenant.mentor.id, { event_type: "pause_deactivated", coordinator_id: stranger }],
    [second.id, {}],
  ] as const;
  ids = [];
  for (const [mentor, more] of made) {
    ids.push(await givenRecord(h, mentor, more));
    h.clock.advance(60_000);
  }
});

const pick = (...positions: number[]) => positions.map((position) => ids[position]);

describe.each([
  ["a service", () => undefined],
  ["the coordinator", () => ({ role: "coordinator" as const, sub: tenant.coordinator })],
  ["the org_admin", () => ({ role: "org_admin" as const, sub: mint("adm"), org: tenant.org })],
])("for %s", (_, caller) => {
  test.each<[string, () => string, () => (string | undefined)[]]>([
    ["a mentor", () => `peer_mentor_id=${tenant.mentor.id}`, () => pick(3, 2, 0)],
    ["who was told", () => `coordinator_id=${stranger}`, () => pick(3, 2)],
    ["an event", () => `peer_mentor_id=${tenant.mentor.id}&event_type=pause_deactivated`, () => pick(3)],
    [
      "all at once",
      () => `peer_mentor_id=${tenant.mentor.id}&coordinator_id=${stranger}&event_type=pause_activated`,
      () => pick(2),
    ],
    ["from, inclusive", () => `peer_mentor_id=${tenant.mentor.id}&from=${at(2)}`, () => pick(3, 2)],
    ["to, exclusive", () => `peer_mentor_id=${tenant.mentor.id}&to=${at(2)}`, () => pick(0)],
    ["a span", () => `coordinator_id=${tenant.coordinator}&from=${at(1)}&to=${at(4)}`, () => pick(1)],
    ["nothing that there is", () => "peer_mentor_id=nobody", () => []],
  ])("records are found by %s, newest first", async (_name, query, found) => {
    expect(await listed(h, query(), caller())).toEqual(found());
  });

  test("pages and the cursor show each record once, and the total is that of the filter", async () => {
    const query = `from=${at(0)}&limit=2`;
    const as = caller();
    const one = await h.request("GET", `${BASE}?${query}`, { ...(as && { as }) });
    expect(one.body.pagination).toEqual({ page: 1, limit: 2, total: 5, next_cursor: expect.any(String) });
    const byPage = [
      ...(await listed(h, query, as)),
      ...(await listed(h, `${query}&page=2`, as)),
      ...(await listed(h, `${query}&page=3`, as)),
    ];
    expect(byPage).toEqual(ids.toReversed());
    expect(await listed(h, `${query}&page=4`, as)).toEqual([]);

    const next = one.body.pagination.next_cursor;
    const two = await h.request("GET", `${BASE}?${query}&cursor=${next}`, { ...(as && { as }) });
    expect(two.body.data.map((row: { id: string }) => row.id)).toEqual(pick(2, 1));
    const three = await h.request("GET", `${BASE}?${query}&cursor=${two.body.pagination.next_cursor}`, {
      ...(as && { as }),
    });
    expect(three.body.data.map((row: { id: string }) => row.id)).toEqual(pick(0));
    expect(three.body.pagination).toEqual({ page: 1, limit: 2, total: 5 });
  });
});

test.each([
  ["peer_mentor_id=a%20b", "peer_mentor_id"],
  ["coordinator_id=", "coordinator_id"],
  ["event_type=paused", "event_type"],
  ["from=yesterday", "from"],
  ["to=2026-03-26", "to"],
  ["limit=101", "limit"],
  ["limit=0", "limit"],
  ["page=0", "page"],
  ["cursor=abc", "cursor"],
])("?%s is refused, naming the parameter", async (query, pointer) => {
  expect(await h.request("GET", `${BASE}?${query}`)).toMatchObject({
    status: 400,
    body: { errors: [{ pointer }] },
  });
});

describe("the history of a mentor", () => {
  const history = (id: string, query = "") => h.request("GET", `${BASE}/history/${id}${query}`);

  test("shows all of it, newest first", async () => {
    const { body } = await history(tenant.mentor.id);
    expect(body.history.map((event: { id: string }) => event.id)).toEqual(pick(3, 2, 0));
    expect(body.total_events).toBe(3);
  });

  test("shows no more than asked for, and still counts all", async () => {
    const { body } = await history(tenant.mentor.id, "?limit=2");
    expect(body.history.map((event: { id: string }) => event.id)).toEqual(pick(3, 2));
    expect(body.total_events).toBe(3);
  });

  test("of a mentor without any is empty", async () => {
    const mentor = await givenMentor(h);
    expect((await history(mentor.id)).body).toEqual({
      peer_mentor_id: mentor.id,
      peer_mentor_name: "Kari Nordmann",
      history: [],
      total_events: 0,
    });
  });

  test.each(["?limit=0", "?limit=1001", "?limit=many"])("%s is refused", async (query) => {
    expect((await history(tenant.mentor.id, query)).status).toBe(400);
  });

  test("of nobody is a 404, and so is their profile", async () => {
    expect((await history("nobody")).status).toBe(404);
    expect((await h.request("GET", `${BASE}/peer-mentor-profile/nobody`)).status).toBe(404);
  });
});

test("the profile of a mentor of whom little is known has nulls", async () => {
  const mentor = await givenMentor(h);
  expect((await h.request("GET", `${BASE}/peer-mentor-profile/${mentor.id}`)).body).toEqual({
    peer_mentor_id: mentor.id,
    full_name: "Kari Nordmann",
    email: null,
    phone: null,
    coordinator_id: null,
    org_id: null,
    current_status: "active",
    pause_start_date: null,
  });
});
