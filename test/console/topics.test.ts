import { describe, expect, test } from "vitest";
import { type Caller, createHarness, type Harness, mint } from "../support/harness.ts";
import { givenOrg, givenUser } from "../support/world.ts";
import { givenTopic } from "../events/world.ts";
import { signIn, textOf } from "./browser.ts";
import { expectInert } from "./inert.ts";
import { bytesOf, expectAsText, PROBE } from "./probe.ts";

const ADMIN: Caller = { role: "global_admin", sub: "adm_topics" };
const PATH = "/console/topics";

const createWorld = () => createHarness({ autoDrain: false });

const subscribersOf = async (h: Harness, topic: string, org = ""): Promise<string[]> => {
  const { body } = await h.request(
    "GET",
    `/api/v1/topics/${topic}/subscribers?limit=100${org === "" ? "" : `&org_id=${org}`}`,
  );
  return body.data.map(({ user_id }: { user_id: string }) => user_id);
};

const nextIn = (body: unknown): string =>
  (/href="([^"]+)" rel="next"/u.exec(String(body))?.[1] ?? "").replaceAll("&amp;", "&");

test("a topic is made, named, filled, emptied and deleted", async () => {
  const h = createWorld();
  const org = await givenOrg(h);
  const [a, b] = [await givenUser(h, { org }), await givenUser(h, { org })];
  const browser = await signIn(h, { role: "org_admin", sub: "adm_org", org });
  const topic = mint("topic");
  const at = `${PATH}/${topic}`;

  const empty = await browser.get(PATH);
  expect(textOf(empty.body)).toContain("New topic");
  h.meter.reset();
  const made = await browser.post(PATH, { topic, name: "Runners" });
  expect(h.meter.trips).toBeLessThanOrEqual(3);
  expect([made.status, made.headers.get("location")]).toEqual([303, `${at}?org_id=${org}&done=saved`]);
  expect(textOf((await browser.get(PATH)).body)).toContain(`${topic} Runners ${org}`);

  await browser.post(at, { name: "Fast runners" });
  const fresh = await browser.get(`${at}?done=saved`);
  expect(textOf(fresh.body)).toContain("Fast runners");
  expect(textOf(fresh.body)).toContain("Nobody subscribes yet");

  h.meter.reset();
  const added = await browser.post(`${at}/subscribers`, { users: `${a.id}\r\n${b.id}\r\n` });
  expect(h.meter.trips).toBe(1);
  expect(added.status).toBe(303);
  expect(await subscribersOf(h, topic, org)).toEqual([a.id, b.id].toSorted());

  // The button of a row sends its one id.
  const page = await browser.get(at);
  expect(page.body).toContain(`name="users" value="${a.id}"`);
  await browser.post(`${at}/unsubscribe`, { users: a.id });
  expect(await subscribersOf(h, topic, org)).toEqual([b.id]);

  expect(page.body).toContain(`action="${at}/delete?org_id=${org}"`);
  const deleted = await browser.post(`${at}/delete`);
  expect(deleted.headers.get("location")).toBe(`${PATH}?org_id=${org}&done=deleted`);
  expect((await browser.get(at)).status).toBe(404);
});

describe("what is wrong is told at its field", () => {
  test("of a new topic", async () => {
    const h = createWorld();
    const browser = await signIn(h, ADMIN);
    const topic = mint("topic");
    await browser.post(PATH, { topic, name: "First" });
    for (const [fields, fault] of [
      [{ topic: "", name: "" }, "must be 1 to 128 of"],
      [{ topic: "..", name: "" }, "must not be . or .."],
      [{ topic: "ok", name: "x".repeat(201) }, "must have at most 200 characters"],
      [{ topic, name: "Second" }, "is the id of a topic that you have"],
    ] as const) {
      h.meter.reset();
      const { status, body } = await browser.post(PATH, fields);
      expect([status, h.meter.trips <= 3]).toEqual([400, true]);
      expect(textOf(body)).toContain(fault);
      expect(body).toContain(`value="${fields.topic}"`);
    }
    expect((await h.request("GET", `/api/v1/topics/${topic}`)).body.name).toBe("First");
  });

  test("of a name, and of ids", async () => {
    const h = createWorld();
    const { topic } = await givenTopic(h, 1);
    const browser = await signIn(h, ADMIN);
    const named = await browser.post(`${PATH}/${topic}`, { name: "x".repeat(201) });
    expect([named.status, textOf(named.body).includes("must have at most 200 characters")]).toEqual([
      400,
      true,
    ]);
    for (const form of ["subscribers", "unsubscribe"])
      for (const [users, fault] of [
        ["usr_1\n\nnot an id", "Line 3 (not an id) must be 1 to 128 of"],
        ["", "must not be empty"],
        [Array.from({ length: 1_001 }, (_, n) => `u${n}`).join("\n"), "must have at most 1000 users"],
      ] as const) {
        h.meter.reset();
        const { status, body } = await browser.post(`${PATH}/${topic}/${form}`, { users });
        expect([status, h.meter.trips <= 3]).toEqual([400, true]);
        expect(textOf(body)).toContain(fault);
      }
    expect(await subscribersOf(h, topic)).toHaveLength(1);
  });

  test("users who could not be added stay in the field; the others are added", async () => {
    const h = createWorld();
    const { topic } = await givenTopic(h, 0);
    const { id } = await givenUser(h);
    const browser = await signIn(h, ADMIN);
    h.meter.reset();
    const { status, body } = await browser.post(`${PATH}/${topic}/subscribers`, {
      users: `${id}\nnobody_1\nnobody_2`,
    });
    expect([status, h.meter.trips]).toEqual([200, 3]);
    expect(textOf(body)).toContain("1 added. 2 could not be added.");
    expect(body).toMatch(/<textarea[^>]*>nobody_1\nnobody_2<\/textarea>/u);
    expect(await subscribersOf(h, topic)).toEqual([id]);
  });
});

test("subscribers go on page by page, and one is found by the id", async () => {
  const h = createWorld();
  const { topic, prefix } = await givenTopic(h, 120);
  const browser = await signIn(h, ADMIN);
  const seen: string[] = [];
  for (let path = `${PATH}/${topic}`; path !== "";) {
    h.meter.reset();
    const answer = await browser.get(path);
    expect(h.meter.trips).toBeLessThanOrEqual(3);
    expect(bytesOf(answer)).toBeLessThan(60_000);
    seen.push(
      ...[...String(answer.body).matchAll(/name="users" value="([^"]+)"/gu)].map(([, id = ""]) => id),
    );
    path = nextIn(answer.body);
  }
  expect(seen).toEqual(Array.from({ length: 120 }, (_, n) => `${prefix}_${String(n).padStart(6, "0")}`));
  const one = await browser.get(`${PATH}/${topic}?user_id=${prefix}_000077`);
  expect(String(one.body).match(/name="users" value=/gu)).toHaveLength(1);
  expect(one.body).toContain(`value="${prefix}_000077"`);
  const none = await browser.get(`${PATH}/${topic}?user_id=${mint("nobody")}`);
  expect(textOf(none.body)).toContain("This user does not subscribe");
  const { body } = await h.request("GET", `/api/v1/topics/${topic}/subscribers?user_id=${prefix}_000077`);
  expect(body.data).toEqual([{ user_id: `${prefix}_000077` }]);
});

test("topics go on page by page", async () => {
  const h = createWorld();
  const org = await givenOrg(h);
  const ids = Array.from({ length: 30 }, (_, n) => `.${org}_${String(n).padStart(2, "0")}`);
  await h.deps.bindings.DB.batch(
    ids.map((id) =>
      h.deps.bindings.DB.prepare(
        "INSERT INTO topics (org_id, id, uuid, name, created_at, updated_at) VALUES (?, ?, ?, 'A topic', 0, 0)",
      ).bind(org, id, id),
    ),
  );
  const browser = await signIn(h, ADMIN);
  h.meter.reset();
  const first = await browser.get(`${PATH}?org_id=${org}`);
  expect(h.meter.trips).toBe(1);
  expect(bytesOf(first)).toBeLessThan(60_000);
  const second = await browser.get(nextIn(first.body));
  const shown = [first, second].map(({ body }) => ids.filter((id) => String(body).includes(`>${id}</a>`)));
  expect(shown.map((page) => page.length)).toEqual([25, 5]);
  expect(second.body).toContain(`href="${PATH}?org_id=${org}"`);
});

test("an inherited topic is shown, and only who administers its owner is led there", async () => {
  const h = createWorld();
  const org = await givenOrg(h);
  const { topic } = await givenTopic(h, 2);
  const at = `${PATH}/${topic}?org_id=${org}`;
  for (const [as, isLed] of [
    [{ role: "org_admin", sub: "adm_org", org }, false],
    [ADMIN, true],
  ] as const) {
    const { status, body } = await (await signIn(h, as)).get(at);
    expect(status).toBe(200);
    expect(textOf(body)).toContain("It is inherited from the service");
    expect(String(body).includes(`href="${PATH}/${topic}"`)).toBe(isLed);
    expect(body).not.toContain('name="users"');
  }
  const browser = await signIn(h, { role: "org_admin", sub: "adm_org", org });
  for (const form of ["subscribers", "unsubscribe", "delete"])
    expect((await browser.post(`${PATH}/${topic}/${form}`, { users: "usr_1" })).status).toBe(404);
  expect(await subscribersOf(h, topic)).toHaveLength(2);
});

test("saving the name of an inherited topic makes no topic of one's own", async () => {
  const h = createWorld();
  const org = await givenOrg(h);
  const { topic } = await givenTopic(h, 0);
  const browser = await signIn(h, { role: "org_admin", sub: "adm_org", org });
  expect((await browser.post(`${PATH}/${topic}`, { name: "Mine" })).status).toBe(404);
  expect((await h.request("GET", `/api/v1/topics/${topic}?org_id=${org}`)).body.org_id).toBe(null);
});

test("what others have written is text, wherever a topic shows it", async () => {
  const h = createWorld();
  const { topic } = await givenTopic(h, 1);
  await h.deps.bindings.DB.prepare("UPDATE topics SET name = ? WHERE id = ?").bind(PROBE, topic).run();
  const browser = await signIn(h, ADMIN);
  await expectAsText(await browser.get(`${PATH}/${topic}`));
  await expectAsText(await browser.post(PATH, { topic: PROBE, name: "" }));
  await expectAsText(await browser.post(PATH, { topic: "..", name: PROBE }));
  await expectAsText(await browser.post(`${PATH}/${topic}`, { name: PROBE + "x".repeat(200) }));
  await expectAsText(await browser.post(`${PATH}/${topic}/subscribers`, { users: PROBE }));
  for (const query of [`org_id=${encodeURIComponent(PROBE)}`, `cursor=${encodeURIComponent(PROBE)}`]) {
    const { status, body } = await browser.get(`${PATH}?${query}`);
    expect(status).toBe(400);
    await expectInert(body);
  }
});
