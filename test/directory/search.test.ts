import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import type { Scope } from "../../src/auth/scope.ts";
import { insertRows } from "../../src/db/json.ts";
import { users } from "../../src/db/schema/index.ts";
import { type Position, searchUsers } from "../../src/directory/search.ts";
import type { Harness } from "../support/harness.ts";
import { createWorld, emptyTables } from "../support/pipeline.ts";
import { expectNoScan, plansOf } from "../support/plans.ts";
import { givenOrg } from "../support/world.ts";

const ALL: Scope = { kind: "all" };

interface Someone {
  id: string;
  name?: string | null;
  email?: string | null;
  org_id?: string | null;
}

beforeEach(emptyTables);

const givenPeople = (h: Harness, people: readonly Someone[]) =>
  h.ctx.db.write({
    users: insertRows(
      users,
      people.map(({ id, name = null, email = null, org_id = null }) => ({
        ...{ id, name, email, org_id },
        ...{ email_verified: true, created_at: 1, updated_at: 1 },
      })),
    ),
  });

/** Everybody whom a search finds, page by page, and how many pages there were. */
async function find(h: Harness, text: string, scope: Scope = ALL, limit = 100) {
  const ids: string[] = [];
  let pages = 0;
  for (let after: Position | null = null; ; pages++) {
    const { people, next } = await searchUsers(h.ctx, scope, text, { limit, after });
    expect(people.length).toBeLessThanOrEqual(limit);
    ids.push(...people.map(({ id }) => id));
    if (next === null) return { ids, pages: pages + 1 };
    after = next;
  }
}

const KARI = { id: "usr_1", name: "Kari Nordmann", email: "Kari@example.com" };
const OLA = { id: "usr_2", name: "Ola Kari Hansen", email: "ola@nordmann.example" };
const AASE = { id: "usr_3", name: "Åse Øverland-Bø", email: "post@xn--bcher-kva.example" };
const BARE = { id: "kari", name: null, email: null };

test.each([
  ["usr_1", ["usr_1"]],
  ["usr_", ["usr_1", "usr_2", "usr_3"]],
  ["kari@example.com", ["usr_1"]],
  ["KARI@EXAMPLE.COM", ["usr_1"]],
  ["ola@", ["usr_2"]],
  ["post@bücher.example", ["usr_3"]],
  // An id, a name: the id first.
  ["kari", ["kari", "usr_1"]],
  ["KARI NORD", ["usr_1"]],
  ["nordm", ["usr_1"]],
  ["hansen", ["usr_2"]],
  ["åse", ["usr_3"]],
  ["ÅSE Ø", ["usr_3"]],
  ["øverland", ["usr_3"]],
  [" ola ", ["usr_2"]],
  ["", ["kari", "usr_1", "usr_2", "usr_3"]],
  ["mann", []],
  ["%", []],
  ["_", []],
  ["\0", []],
  ["\ud800", []],
])("%j finds %j", async (text, ids) => {
  const h = createWorld();
  await givenPeople(h, [KARI, OLA, AASE, BARE]);
  expect((await find(h, text)).ids).toEqual(ids);
});

test("a text that is longer than any name finds nobody", async () => {
  const h = createWorld();
  expect((await find(h, "x".repeat(10_000))).ids).toEqual([]);
  expect(h.meter.trips).toBe(0);
});

test("each is found once, in pages of any size, and in scope alone", async () => {
  const h = createWorld();
  const top = await givenOrg(h);
  const below = await givenOrg(h, top);
  const elsewhere = await givenOrg(h);
  const orgs = [top, below, elsewhere, null];
  const inTree = (org_id: string | null) => org_id === top || org_id === below;
  const word = fc.constantFrom("a", "ab", "A", "å", "Å", "b a", "A b", "ab A");
  // The case of other letters is that of the address: hosts may distinguish them.
  const mailbox = fc.constantFrom("a", "AB", "b.a", "å");
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ name: fc.option(word), email: fc.option(mailbox), org: fc.nat(3) }), {
        maxLength: 12,
      }),
      fc.constantFrom("a", "A", "å", "b", "ab", "u", ""),
      fc.integer({ min: 1, max: 4 }),
      async (made, text, limit) => {
        await emptyTables();
        await env.DB.batch(
          [top, below, elsewhere].map((id) =>
            env.DB.prepare("INSERT INTO orgs (id, parent_id, name) VALUES (?, ?, 'Org')").bind(
              id,
              id === below ? top : null,
            ),
          ),
        );
        const people = made.map(({ org, email, name }, i) => ({
          ...{ id: `u${i}`, name, org_id: orgs[org] ?? null },
          email: email && `${email}@example.com`,
        }));
        if (people.length > 0) await givenPeople(h, people);
        const begins = (whole: string | null) =>
          whole !== null && whole.toLowerCase().startsWith(text.toLowerCase());
        const wanted = people.filter(
          ({ id, name, email }) =>
            id.startsWith(text) || begins(name) || begins(name?.split(" ").at(-1) ?? null) || begins(email),
        );
        const { ids } = await find(h, text, ALL, limit);
        expect(ids.toSorted()).toEqual(wanted.map(({ id }) => id).toSorted());
        const theirs = await find(h, text, { kind: "org", orgId: top }, limit);
        const inScope = wanted.filter(({ org_id }) => inTree(org_id));
        expect(theirs.ids.toSorted()).toEqual(inScope.map(({ id }) => id).toSorted());
        expect((await find(h, text, { kind: "none" }, limit)).ids).toEqual([]);
      },
    ),
    { numRuns: 60 },
  );
});

test("the search of an organization among many others is bounded, and its pages reach everybody", async () => {
  const h = createWorld();
  const [ours, others] = [await givenOrg(h), await givenOrg(h)];
  const many = Array.from({ length: 4_500 }, (_, i) => ({
    ...{ id: `o${i}`, name: "Kari Hansen", org_id: others },
  }));
  await givenPeople(h, [...many, { id: "z", name: "Kari Hansen", org_id: ours }]);
  h.meter.reset();
  const { people, next } = await searchUsers(h.ctx, { kind: "org", orgId: ours }, "kari", {
    limit: 20,
    after: null,
  });
  expect({ people, next: next !== null }).toEqual({ people: [], next: true });
  expect(h.meter.trips).toBe(1);
  // Index and row of 2,000, twice.
  expect(h.meter.rowsRead).toBeLessThan(8_100);
  expect(await find(h, "kari", { kind: "org", orgId: ours }, 20)).toMatchObject({ ids: ["z"], pages: 3 });
  expect(await find(h, "han", { kind: "org", orgId: ours }, 20)).toMatchObject({ ids: ["z"], pages: 3 });
  // Ids are found organization by organization.
  expect(await find(h, "", { kind: "org", orgId: ours }, 20)).toMatchObject({ ids: ["z"], pages: 1 });
});

test("an operator's search reads what it shows, in one round trip, from indexes", async () => {
  const h = createWorld();
  const org = await givenOrg(h);
  const many = Array.from({ length: 3_000 }, (_, i) => ({
    ...{ id: `u${i}`, name: `Kari ${i % 2 === 0 ? "Hansen" : "Olsen"}`, email: `u${i}@example.com` },
    org_id: org,
  }));
  await givenPeople(h, many);
  for (const text of ["kari", "olsen", "u1", "u1@", "", "ø"]) {
    h.meter.reset();
    const { next } = await searchUsers(h.ctx, ALL, text, { limit: 20, after: null });
    expect(h.meter.trips, text).toBe(1);
    expect(h.meter.rowsRead, text).toBeLessThan(140);
    if (next === null) continue;
    await searchUsers(h.ctx, ALL, text, { limit: 20, after: next });
    expect(h.meter.rowsRead, text).toBeLessThan(280);
  }
});

test("no search goes through the users, or sorts more than it may look at", async () => {
  const h = createWorld();
  const org = await givenOrg(h);
  const after = { way: 0, key: "k", id: "u" };
  h.meter.reset();
  for (const scope of [ALL, { kind: "org", orgId: org } as const])
    for (const text of ["kari", "kari@", "", "ø"])
      for (const from of [null, after, { ...after, way: 1 }])
        await searchUsers(h.ctx, scope, text, { limit: 20, after: from });
  const isBounded = /LIMIT \? ?\) AS seen|org_id = t.id/;
  await expectNoScan(h, ({ sql }) => isBounded.test(sql));
  const used = (await plansOf(h)).flatMap(({ steps }) => steps).join("\n");
  for (const name of ["email", "name", "last_name", "org"])
    expect(used).toMatch(new RegExp(`SEARCH users USING (COVERING )?INDEX users_by_${name} `));
});
