import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { insertRows } from "../../src/db/json.ts";
import { suppressions, topics, topicSubscribers, users, withheld } from "../../src/db/schema/index.ts";
import { DAY } from "../../src/lib/clock.ts";
import { type Caller, createHarness, type Harness, mint } from "../support/harness.ts";
import { emptyTables, givenDispatches } from "../support/pipeline.ts";
import { givenOrg, givenUser } from "../support/world.ts";
import { signIn, textOf } from "./browser.ts";
import { expectInert, payloads } from "./inert.ts";
import { faultAt, valueOf } from "./types-world.ts";

const ADMIN: Caller = { role: "global_admin", sub: "adm" };

beforeEach(emptyTables);

/** The people to whom a page links, in their order. */
const listed = (html: unknown): string[] =>
  [...String(html).matchAll(/href="\/console\/people\/([^"/]+)"/gu)].map(([, id]) =>
    decodeURIComponent(id ?? ""),
  );

const field = (html: unknown, name: string): string =>
  (new RegExp(`name="${name}" value="([^"]*)"`, "u").exec(String(html))?.[1] ?? "").replaceAll("&quot;", '"');

async function givenPeople(h: Harness, people: readonly { id: string; name: string; org_id?: string }[]) {
  const row = { email_verified: true, created_at: 1, updated_at: 1 };
  await h.ctx.db.write({
    people: insertRows(
      users,
      people.map((one) => ({ org_id: null, ...row, ...one, email: `${one.id}@example.com` })),
    ),
  });
}

describe("the list of people", () => {
  test("shows everybody in scope at first, in one round trip", async () => {
    const h = createHarness();
    const [ours, theirs] = [await givenOrg(h), await givenOrg(h)];
    await givenPeople(h, [
      { id: "u1", name: "Kari Nordmann", org_id: ours },
      { id: "u2", name: "Ola Hansen", org_id: theirs },
    ]);
    const admin = await signIn(h, ADMIN);
    h.meter.reset();
    const { status, body } = await admin.get("/console/people");
    expect([status, h.meter.trips]).toEqual([200, 1]);
    expect(listed(body)).toEqual(["u1", "u2"]);
    const orgAdmin = await signIn(h, { role: "org_admin", sub: "adm", org: ours });
    expect(listed((await orgAdmin.get("/console/people")).body)).toEqual(["u1"]);
    for (const q of ["Ola", "u2", "u2@example.com"])
      expect(listed((await orgAdmin.post("/console/people/search", { q })).body)).toEqual([]);
  });

  test("leads to the person whose id or address is typed, and lists those whose name begins so", async () => {
    const h = createHarness();
    await givenPeople(h, [
      { id: "u1", name: "Kari Nordmann" },
      { id: "u11", name: "Kari Hansen" },
    ]);
    const browser = await signIn(h, ADMIN);
    for (const q of ["u11", "U11@example.com"]) {
      const { status, headers } = await browser.post("/console/people/search", { q });
      expect([status, headers.get("location")]).toEqual([303, "/console/people/u11"]);
    }
    const { body } = await browser.post("/console/people/search", { q: "kari" });
    expect(listed(body)).toEqual(["u11", "u1"]);
    expect(listed((await browser.post("/console/people/search", { q: "nordm" })).body)).toEqual(["u1"]);
  });

  test("goes on by forms, so that no name and no address stands in a URL", async () => {
    const h = createHarness();
    const many = Array.from({ length: 70 }, (_, i) => ({ id: `u${100 + i}`, name: "Kari Nordmann" }));
    await givenPeople(h, many);
    const browser = await signIn(h, ADMIN);
    const seen: string[] = [];
    let { body } = await browser.post("/console/people/search", { q: "Kari" });
    for (let pages = 0; pages < 5; pages++) {
      seen.push(...listed(body));
      expect(String(body)).not.toMatch(/(?:href|action)="[^"]*(?:Kari|%40)/u);
      const after = field(body, "after");
      if (after === "") break;
      ({ body } = await browser.post("/console/people/search", { q: field(body, "q"), after }));
    }
    expect(seen).toEqual(many.map(({ id }) => id));
    expect((await browser.get("/console/people/search")).headers.get("location")).toBe("/console/people");
  });

  test("tells an org_admin nothing of another organization's people, however many there are", async () => {
    const h = createHarness();
    const [ours, theirs] = [await givenOrg(h), await givenOrg(h)];
    const many = Array.from({ length: 2_100 }, (_, i) => ({
      ...{ id: `secret_${1_000_000 + i}`, name: `Anna Sekrit${1_000_000 + i}`, org_id: theirs },
    }));
    for (let i = 0; i < many.length; i += 700) await givenPeople(h, many.slice(i, i + 700));
    const browser = await signIn(h, { role: "org_admin", sub: "adm", org: ours });
    const first = await browser.post("/console/people/search", { q: "Anna" });
    expect(textOf(first.body)).toContain("Nobody so far");
    const after = field(first.body, "after");
    const second = await browser.post("/console/people/search", { q: "Anna", after });
    for (const { status, body } of [first, second]) {
      expect(status).toBe(200);
      const sealed = atob(field(body, "after").replaceAll("-", "+").replaceAll("_", "/"));
      expect(`${String(body)} ${sealed}`).not.toMatch(/sekrit|secret_|100[12]\d{3}/iu);
    }
    expect((await browser.post("/console/people/search", { q: "Ann", after })).status).toBe(400);
  });

  test.each([
    "{",
    "[]",
    '{"way":0,"key":"","id":""}',
    '{"way":-1,"key":"","id":""}',
    '{"way":0,"key":1,"id":""}',
  ])("refuses the position %s", async (after) => {
    const browser = await signIn(createHarness(), ADMIN);
    expect((await browser.post("/console/people/search", { q: "a", after })).status).toBe(400);
  });

  test("says what to do next where there is nobody", async () => {
    const browser = await signIn(createHarness(), ADMIN);
    expect(textOf((await browser.get("/console/people")).body)).toContain("There are no people yet");
    const { body } = await browser.post("/console/people/search", { q: "Kari" });
    expect(textOf(body)).toContain("Nobody is found");
  });
});

/** Somebody from whom much keeps messages away. */
async function givenTroubled(h: Harness) {
  const org = await givenOrg(h);
  const { id } = await givenUser(h, { org, email: "Kari@example.com", devices: 0 });
  const now = h.clock.now();
  await h.ctx.db.write({
    suppressions: insertRows(suppressions, [
      { email: "kari@example.com", reason: "bounce", created_at: now, expires_at: now + DAY },
    ]),
    withheld: insertRows(withheld, [
      {
        ...{ day: Math.floor(now / DAY), user_id: id, type: "new_match", channel: "email" },
        ...{ reason: "below_threshold", n: 3 },
      },
    ]),
    topics: insertRows(topics, [
      { org_id: org, id: mint("topic"), uuid: `${id}-t`, name: "News", created_at: now, updated_at: now },
    ]),
    subscribers: insertRows(topicSubscribers, [{ topic: `${id}-t`, user_id: id }]),
  });
  await givenDispatches(h, [id], { title: "Hello Kari", orgId: org });
  await h.request("PATCH", `/api/v1/preferences?user_id=${id}`, {
    body: { categories: { all: { push: false }, matches: { email: false } } },
  });
  return { id, org, path: `/console/people/${id}` };
}

/** What is chosen in the select of a cell. */
const chosen = (html: unknown, cell: string): string | undefined =>
  new RegExp(`<select name="c\\.${cell}\\.[10i]"[^>]*>.*?<option value="([10i])" selected`, "u").exec(
    String(html),
  )?.[1];

/** The values of what is checked in the form of quiet hours. */
const checkedIn = (html: unknown): string[] => {
  const form = /<section class="card" id="quiet-hours"[\s\S]*?<\/form>/u.exec(String(html))?.[0] ?? "";
  return [...form.matchAll(/<input[^>]*type="(?:radio|checkbox)"[^>]*value="([^"]*)"[^>]*checked/gu)].map(
    ([, value = ""]) => value,
  );
};

describe("the page of a person", () => {
  test("tells what is known, and what keeps messages away, in one round trip", async () => {
    const h = createHarness({ autoDrain: false });
    const { path } = await givenTroubled(h);
    const browser = await signIn(h, ADMIN);
    h.meter.reset();
    const { status, body } = await browser.get(path);
    expect(status).toBe(200);
    expect(h.meter.trips).toBe(1);
    expect(h.meter.rowsWritten).toBe(0);
    const text = textOf(body);
    for (const told of [
      "Kari Nordmann",
      "Kari@example.com",
      "mail to this address bounced",
      "no device is registered",
      "Nothing by push: the channel is off",
      "Hello Kari",
      "the match scored too low",
      "News",
      "As the organization has it: none",
    ])
      expect(text).toContain(told);
    expect([chosen(body, "all.push"), chosen(body, "matches.email"), chosen(body, "matches.push")]).toEqual([
      "0",
      "0",
      "i",
    ]);
  });

  test("changes the preferences that were changed, and no other", async () => {
    const h = createHarness({ autoDrain: false });
    const { id, path } = await givenTroubled(h);
    const browser = await signIn(h, ADMIN);
    // The person changes another one meanwhile.
    await h.request("PATCH", `/api/v1/preferences?user_id=${id}`, {
      body: { categories: { digest: { push: false } } },
    });
    h.meter.reset();
    const answer = await browser.post(`${path}/preferences`, {
      "c.all.push.0": "i",
      "c.matches.email.0": "1",
      "c.digest.push.i": "i",
      "c.orders.in_app.i": "0",
      "c.__proto__.push.i": "0",
      "c.orders.fax.i": "0",
      "c.Orders.push.i": "0",
      "c.orders.push.i": "maybe",
      other: "1",
    });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, `${path}?done=saved`]);
    expect(h.meter.trips).toBeLessThanOrEqual(3);
    const { body } = await browser.get(`${path}?done=saved`);
    expect(textOf(body)).toContain("It is saved.");
    const cells = ["all.push", "matches.email", "digest.push", "orders.in_app", "orders.push"];
    expect(cells.map((cell) => chosen(body, cell))).toEqual(["i", "1", "0", "0", "i"]);
  });

  test("shows what the organization has locked, and refuses to change it", async () => {
    const h = createHarness({ autoDrain: false });
    const { org, path } = await givenTroubled(h);
    await h.request("PATCH", `/api/v1/orgs/${org}/preferences`, {
      body: { categories: { deadlines: { email: { enabled: false, locked: true } } } },
    });
    const browser = await signIn(h, ADMIN);
    expect(textOf((await browser.get(path)).body)).toContain("off, locked by the organization");
    const { status, body } = await browser.post(`${path}/preferences`, { "c.deadlines.email.i": "1" });
    expect(status).toBe(409);
    expect(textOf(body)).toContain("is locked by the organization");
  });

  test("shows what was chosen again, with the fault at its cell, when the organization has locked one meanwhile", async () => {
    const h = createHarness({ autoDrain: false });
    const { org, path } = await givenTroubled(h);
    const browser = await signIn(h, ADMIN);
    await h.request("PATCH", `/api/v1/orgs/${org}/preferences`, {
      body: { categories: { deadlines: { email: { enabled: false, locked: true } } } },
    });
    const { status, body } = await browser.post(`${path}/preferences`, {
      "c.all.push.0": "0",
      "c.matches.email.0": "1",
      "c.deadlines.email.i": "1",
      "c.deadlines.in_app.i": "0",
    });
    expect(status).toBe(409);
    expect(textOf(body)).toContain("Nothing is changed: something has to be mended.");
    expect(textOf(body)).toContain("Kari Nordmann");
    expect(String(body)).toMatch(
      /<td><span class="muted">off, locked by the organization<\/span><p class="fault">is locked by the organization<\/p><\/td>/u,
    );
    expect(String(body).match(/class="fault"/gu)).toHaveLength(1);
    const cells = ["all.push", "matches.email", "deadlines.in_app"];
    expect(cells.map((cell) => chosen(body, cell))).toEqual(["0", "1", "0"]);
    // What stands there can be sent as it is: the names still say what was before.
    const again = await browser.post(`${path}/preferences`, {
      "c.matches.email.0": "1",
      "c.deadlines.in_app.i": "0",
    });
    expect(again.status).toBe(303);
    const after = (await browser.get(path)).body;
    expect(cells.map((cell) => chosen(after, cell))).toEqual(["0", "1", "0"]);
  });

  test("changes the quiet hours: of their own, none, or as the organization has them", async () => {
    const h = createHarness({ autoDrain: false });
    const { id, org, path } = await givenTroubled(h);
    await h.request("PATCH", `/api/v1/orgs/${org}/preferences`, {
      body: { quiet_hours: { start: "21:00", end: "06:00", days: [0, 6] } },
    });
    const browser = await signIn(h, { role: "org_admin", sub: "adm", org });
    const hoursOf = async () =>
      (await h.request("GET", `/api/v1/preferences?user_id=${id}`)).body.quiet_hours;
    const first = await browser.get(path);
    expect(textOf(first.body)).toContain("As the organization has it: 21:00 to 06:00, Sat, Sun");
    expect(checkedIn(first.body)).toEqual(["inherit", "6", "0"]);
    h.meter.reset();
    const saved = await browser.post(`${path}/quiet-hours`, {
      ...{ hours: "own", start: "22:30", end: "07:00", days: ["1", "2", "2"] },
    });
    expect([saved.status, saved.headers.get("location")]).toEqual([303, `${path}?done=saved`]);
    expect(h.meter.trips).toBeLessThanOrEqual(3);
    const own = { start: "22:30", end: "07:00", days: [1, 2], inherited_from: "user" };
    expect(await hoursOf()).toEqual({ enabled: true, ...own });
    expect(checkedIn((await browser.get(path)).body)).toEqual(["own", "1", "2"]);
    await browser.post(`${path}/quiet-hours`, { hours: "none", start: "22:30", end: "07:00", days: "1" });
    expect(await hoursOf()).toMatchObject({ enabled: false, inherited_from: "user" });
    expect(checkedIn((await browser.get(path)).body).at(-1)).toBe("none");
    // The preferences that the person has chosen stay.
    expect(chosen((await browser.get(path)).body, "all.push")).toBe("0");
    await browser.post(`${path}/quiet-hours`, { hours: "inherit", start: "", end: "" });
    expect(await hoursOf()).toMatchObject({ start: "21:00", days: [0, 6], inherited_from: "organization" });
  });

  test.each([
    [{ start: "", end: "07:00", days: "1" }, "start", "must be a time such as 22:00"],
    [{ start: "22:00", end: "25:00", days: "1" }, "end", "must be a time such as 22:00"],
    [{ start: "22:00", end: "07:00" }, "days", "must not be empty"],
    [{ start: "22:00", end: "07:00", days: "9" }, "days", "must be at most 6"],
    [{ start: "22:00", end: "07:00", days: "<b>" }, "days", "must be a number"],
    [
      { start: "22:00", end: "22:00", days: ["0", "1", "2", "3", "4", "5", "6"] },
      "end",
      "would never come: these hours are the whole week",
    ],
  ])(
    "refuses quiet hours that are none, at their field, and keeps what was typed: %j",
    async (typed, at, fault) => {
      const h = createHarness({ autoDrain: false });
      const { id, path } = await givenTroubled(h);
      const browser = await signIn(h, ADMIN);
      const { status, body } = await browser.post(`${path}/quiet-hours`, { hours: "own", ...typed });
      expect(status).toBe(400);
      expect(textOf(body)).toContain("Nothing is changed: something has to be mended.");
      expect(at === "days" ? textOf(body) : faultAt(body, at)).toContain(fault);
      expect([valueOf(body, "start"), valueOf(body, "end")]).toEqual([typed.start, typed.end]);
      expect(checkedIn(body)[0]).toBe("own");
      await expectInert(body);
      const { quiet_hours: hours } = (await h.request("GET", `/api/v1/preferences?user_id=${id}`)).body;
      expect(hours.inherited_from).toBe("default");
    },
  );

  test("lifts a suppression, so that the address gets mail again", async () => {
    const h = createHarness({ autoDrain: false });
    const { path } = await givenTroubled(h);
    const browser = await signIn(h, ADMIN);
    const suppression = field((await browser.get(path)).body, "suppression");
    const { status, headers } = await browser.post(`${path}/lift`, { suppression });
    expect([status, headers.get("location")]).toEqual([303, `${path}?done=lifted`]);
    const { body } = await browser.get(path);
    expect(textOf(body)).not.toContain("bounced");
    expect((await browser.post(`${path}/lift`, { suppression })).status).toBe(404);
    expect((await browser.post(`${path}/lift`, {})).status).toBe(404);
    const { results } = await env.DB.prepare("SELECT actor, action FROM audit_log").all();
    expect(results).toContainEqual({ actor: "global_admin:adm", action: "suppression.lift" });
  });

  test("is exported as the API does it", async () => {
    const h = createHarness({ autoDrain: false });
    const { id, path } = await givenTroubled(h);
    const browser = await signIn(h, ADMIN);
    expect((await browser.get(path)).body).toContain(`method="post" action="${path}/export"`);
    const { body, headers } = await browser.post(`${path}/export`);
    expect(headers.get("content-disposition")).toContain("attachment");
    const api = await h.request("GET", `/api/v1/directory/users/${id}/export`);
    expect(body).toEqual(api.body);
  });

  test("is exported by nobody's link, and not more often than the organization's quota allows", async () => {
    const h = createHarness({ autoDrain: false, vars: { ORG_DAILY_QUOTA: "2" } });
    const { org, path } = await givenTroubled(h);
    const browser = await signIn(h, { role: "org_admin", sub: "adm", org });
    expect((await browser.get(`${path}/export`, { "sec-fetch-site": "cross-site" })).status).toBe(404);
    const foreign = { "sec-fetch-site": "cross-site", origin: "https://elsewhere.example" };
    expect((await browser.post(`${path}/export`, {}, foreign)).status).toBe(403);
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++) statuses.push((await browser.post(`${path}/export`)).status);
    expect(statuses).toEqual([200, 200, 429, 429]);
    const { results } = await env.DB.prepare("SELECT 1 FROM audit_log WHERE action = 'user.export'").all();
    expect(results).toHaveLength(2);
  });

  test("is erased once its id is typed", async () => {
    const h = createHarness({ autoDrain: false });
    const { id, path } = await givenTroubled(h);
    const browser = await signIn(h, ADMIN);
    const refused = await browser.post(`${path}/erase`, { confirmed: 'yes "it is"' });
    expect(refused.status).toBe(400);
    expect(faultAt(refused.body, "confirmed")).toBe("is not the id of this person");
    expect(valueOf(refused.body, "confirmed")).toBe('yes "it is"');
    expect(String(refused.body)).toContain('<dialog id="erase" open=""');
    expect(textOf(refused.body)).toContain("Hello Kari");
    await expectInert(refused.body);
    expect((await browser.get(path)).body).not.toContain('<dialog id="erase" open');
    const { status, headers } = await browser.post(`${path}/erase`, { confirmed: ` ${id} ` });
    expect([status, headers.get("location")]).toEqual([303, "/console/people?done=erased"]);
    expect(textOf((await browser.get("/console/people?done=erased")).body)).toContain(
      "The person is erased.",
    );
    expect((await browser.get(path)).status).toBe(404);
  });

  test("for an org_admin of the own people only, who can neither erase nor lift", async () => {
    const h = createHarness({ autoDrain: false });
    const { id, org, path } = await givenTroubled(h);
    const former = await givenOrg(h);
    await givenDispatches(h, [id], { orgId: former, title: "Of a former organization" });
    const ours = await signIn(h, { role: "org_admin", sub: "adm", org });
    const { body } = await ours.get(path);
    const text = textOf(body);
    expect(text).toContain("Hello Kari");
    expect(text).not.toContain("Of a former organization");
    expect(text).toContain("Who operates the service can lift it.");
    expect(body).not.toMatch(/\/(?:lift|erase)"/u);
    for (const action of ["lift", "erase"])
      expect((await ours.post(`${path}/${action}`, { confirmed: id })).status).toBe(403);
    const theirs = await signIn(h, { role: "org_admin", sub: "adm", org: former });
    for (const answer of [
      await theirs.get(path),
      await theirs.post(`${path}/export`),
      await theirs.post(`${path}/preferences`, { "c.all.push.0": "1" }),
      await theirs.post(`${path}/quiet-hours`, { hours: "none" }),
    ])
      expect(answer.status).toBe(404);
  });

  test("of whose address nobody has verified it says to operators alone that it is suppressed", async () => {
    const h = createHarness({ autoDrain: false });
    const { id, org, path } = await givenTroubled(h);
    const ours = await signIn(h, { role: "org_admin", sub: "adm", org });
    const admin = await signIn(h, ADMIN);
    const told = async (browser: typeof ours) =>
      /suppressed|bounced/u.test(textOf((await browser.get(path)).body));
    expect([await told(ours), await told(admin)]).toEqual([true, true]);
    await env.DB.prepare("UPDATE users SET email_verified = 0 WHERE id = ?").bind(id).run();
    expect([await told(ours), await told(admin)]).toEqual([false, true]);
  });

  test("of a user whom the directory does not know shows operators the messages", async () => {
    const h = createHarness({ autoDrain: false });
    const id = "later@example.com";
    await givenDispatches(h, [id], { title: "Too early" });
    const path = `/console/people/${encodeURIComponent(id)}`;
    const { status, body } = await (await signIn(h, ADMIN)).get(path);
    expect(status).toBe(200);
    expect(textOf(body)).toContain("The directory does not know this user");
    expect(textOf(body)).toContain("Too early");
    const org = await givenOrg(h);
    expect((await (await signIn(h, { role: "org_admin", sub: "a", org })).get(path)).status).toBe(404);
  });

  test.each(["nobody", "..%2f..%2fapi", "a b", "%00", "<script>", "%E0%A4%A"])(
    "is not there for %s",
    async (id) => {
      const browser = await signIn(createHarness(), ADMIN);
      const { status, body } = await browser.get(`/console/people/${id}`);
      expect(status).toBe(404);
      await expectInert(body);
    },
  );
});

describe("whatever others have written", () => {
  test("nothing of it runs, or leads away", async () => {
    const h = createHarness({ autoDrain: false });
    const browser = await signIn(h, ADMIN);
    for (const text of payloads("cAnArY")) {
      const { id, org, path } = await givenTroubled(h);
      const now = h.clock.now();
      await env.DB.batch([
        env.DB.prepare(
          "UPDATE users SET name = ?1, phone = ?1, email = ?1, locale = ?1, timezone = ?1 WHERE id = ?2",
        ).bind(text, id),
        env.DB.prepare("UPDATE orgs SET name = ?1 WHERE id = ?2").bind(text, org),
        env.DB.prepare("UPDATE topics SET name = ?1, id = ?1 WHERE uuid = ?2").bind(text, `${id}-t`),
        env.DB.prepare(
          "UPDATE dispatches SET title = ?1, type = ?1, channel = ?1, mark = ?1 WHERE user_id = ?2",
        ).bind(text, id),
        env.DB.prepare("UPDATE withheld SET type = ?1, channel = ?1 WHERE user_id = ?2").bind(text, id),
        env.DB.prepare(
          "INSERT OR REPLACE INTO suppressions (email, reason, created_at) VALUES (lower(?1), 'bounce', ?2)",
        ).bind(text, now),
        env.DB.prepare(
          "INSERT INTO device_tokens (token, user_id, provider, platform, registered_at, invalidated_at, invalid_reason) VALUES (?1 || ?2, ?2, ?1, ?1, 1, 1, ?1)",
        ).bind(text, id),
        env.DB.prepare(
          "UPDATE preferences SET cells = json_object(?1, json_object('push', json('false'))) WHERE user_id = ?2",
        ).bind(text, id),
      ]);
      const { status, body } = await browser.get(path);
      expect(status).toBe(200);
      expect(String(body).split("cAnArY").length).toBeGreaterThan(15);
      await expectInert(body);
      await expectInert((await browser.get("/console/people")).body);
      await env.DB.prepare("DELETE FROM suppressions").run();
    }
  });

  test("nothing of what is typed runs", async () => {
    const h = createHarness();
    const browser = await signIn(h, ADMIN);
    const { id } = await givenUser(h);
    for (const text of payloads("cAnArY")) {
      const found = await browser.post("/console/people/search", { q: text });
      expect(found.body).toContain("cAnArY");
      await expectInert(found.body);
      await expectInert((await browser.post(`/console/people/${id}/erase`, { confirmed: text })).body);
      await expectInert((await browser.post("/console/people/search", { q: text, after: text })).body);
    }
  });
});

describe("the largest page is smaller than 60 KB, before it is compressed,", () => {
  const bytes = (body: unknown): number => new TextEncoder().encode(String(body)).length;
  const wide = "<&\"'".repeat(50);

  test("of the list", async () => {
    const h = createHarness();
    const org = "o".repeat(128);
    const many = Array.from({ length: 40 }, (_, i) => ({
      id: `${"@:.".repeat(40)}${100 + i}`,
      name: wide,
      org_id: org,
    }));
    await givenPeople(h, many);
    const { body } = await (await signIn(h, ADMIN)).get("/console/people");
    expect(listed(body)).toHaveLength(30);
    expect(bytes(body)).toBeLessThan(60_000);
  });

  test("of a person", async () => {
    const h = createHarness({ autoDrain: false });
    const { id, org, path } = await givenTroubled(h);
    const day = Math.floor(h.clock.now() / DAY);
    const cells = Object.fromEntries(
      Array.from({ length: 150 }, (_, i) => [`c${i}_${"x".repeat(58)}`, { push: false, email: false }]),
    );
    await h.ctx.db.write({
      withheld: insertRows(
        withheld,
        Array.from({ length: 60 }, (_, i) => ({
          ...{ day: day - (i % 20), user_id: id, type: `${"t".repeat(60)}${i}`, channel: "in_app" as const },
          ...{ reason: "unsubscribed" as const, n: 1_000 },
        })),
      ),
      topics: insertRows(
        topics,
        Array.from({ length: 60 }, (_, i) => ({
          ...{ org_id: org, id: `${"t".repeat(60)}${i}`, uuid: `${id}-${i}`, name: wide },
          ...{ created_at: 1, updated_at: 1 },
        })),
      ),
      subscribers: insertRows(
        topicSubscribers,
        Array.from({ length: 60 }, (_, i) => ({ topic: `${id}-${i}`, user_id: id })),
      ),
    });
    await env.DB.batch([
      env.DB.prepare("UPDATE preferences SET cells = ? WHERE user_id = ?").bind(JSON.stringify(cells), id),
      env.DB.prepare(
        "INSERT INTO device_tokens (token, user_id, provider, platform, registered_at) SELECT value || ?1, ?1, 'expo', 'ios', 1 FROM json_each(?2)",
      ).bind(id, JSON.stringify(Array.from({ length: 60 }, (_, i) => `t${i}`))),
    ]);
    await givenDispatches(
      h,
      Array.from({ length: 20 }, () => id),
      { title: wide, orgId: org },
    );
    const { status, body } = await (await signIn(h, ADMIN)).get(path);
    expect(status).toBe(200);
    expect(textOf(body)).toContain("more categories can be changed by the API");
    expect(bytes(body)).toBeLessThan(60_000);
  });
});
