import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { createHarness, mint } from "../../support/harness.ts";
import { givenUsers } from "../../support/pipeline.ts";
import { givenOrg, givenUser } from "../../support/world.ts";
import { adminOf } from "../types/calls.ts";
import { detailsOf, givenTopic, pathOf, subscribe, subscribersOf, unsubscribe } from "./calls.ts";

describe("subscribing", () => {
  test("adds each user once, names the unknown, and notes how many are new", async () => {
    const h = createHarness();
    const org = await givenOrg(h);
    const id = await givenTopic(h, org);
    const { users } = await givenUsers(h, 3, 0);
    const [a = "", b = "", c = ""] = users;
    const nobody = mint("usr");
    expect(await subscribe(h, id, org, [a, b, a, nobody, nobody])).toMatchObject({
      status: 200,
      body: { added: 2, unknown: [nobody] },
    });
    expect((await subscribe(h, id, org, [b, a])).body).toEqual({ added: 0, unknown: [] });
    expect((await subscribe(h, id, org, [a, c])).body).toEqual({ added: 1, unknown: [] });
    expect(await subscribersOf(h, id, org)).toEqual(users.toSorted());
    expect(await detailsOf("topic.subscribe", `${org}/${id}`)).toEqual([{ users: 2 }, { users: 1 }]);
    expect((await unsubscribe(h, id, org, [a, a, nobody])).body).toEqual({ removed: 1 });
    expect((await unsubscribe(h, id, org, [a])).body).toEqual({ removed: 0 });
    expect(await subscribersOf(h, id, org)).toEqual([b, c].toSorted());
    expect(await detailsOf("topic.unsubscribe", `${org}/${id}`)).toEqual([{ users: 1 }]);
  });

  test.each(["before", "after"] as const)(
    "is counted and noted once though D1 failed %s it wrote",
    async (when) => {
      const h = createHarness();
      const org = await givenOrg(h);
      const id = await givenTopic(h, org);
      const { users } = await givenUsers(h, 3, 0);
      h.meter.failNext(when);
      expect((await subscribe(h, id, org, users)).body).toEqual({ added: 3, unknown: [] });
      h.meter.failNext(when);
      expect((await unsubscribe(h, id, org, users)).body).toEqual({ removed: 3 });
      expect(await detailsOf("topic.subscribe", `${org}/${id}`)).toEqual([{ users: 3 }]);
      expect(await detailsOf("topic.unsubscribe", `${org}/${id}`)).toEqual([{ users: 3 }]);
    },
  );

  test("the same users at the same time makes each a subscriber once", async () => {
    const h = createHarness();
    const org = await givenOrg(h);
    const id = await givenTopic(h, org);
    const { users } = await givenUsers(h, 50, 0);
    const answers = await Promise.all(
      [users, users, users.slice(10)].map((some) => subscribe(h, id, org, some)),
    );
    expect(answers.reduce((sum, { body }) => sum + Number(body.added), 0)).toBe(50);
    expect(await subscribersOf(h, id, org)).toEqual(users.toSorted());
  });

  test("takes 1,000 users, and refuses 1,001, none and ids of another form", async () => {
    const h = createHarness();
    const org = await givenOrg(h);
    const id = await givenTopic(h, org);
    const { users } = await givenUsers(h, 1_001, 0);
    for (const method of ["PUT", "DELETE"])
      for (const [user_ids, pointer] of [
        [users, "/user_ids"],
        [[], "/user_ids"],
        [["a b"], "/user_ids/0"],
        [undefined, "/user_ids"],
      ] as const)
        expect(
          await h.request(method, pathOf(id, org, "/subscribers"), { body: { user_ids } }),
        ).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
    expect(await subscribersOf(h, id, org)).toEqual([]);
    expect((await subscribe(h, id, org, users.slice(1))).body).toEqual({ added: 1_000, unknown: [] });
    for (const limit of [100, 99])
      expect(await subscribersOf(h, id, org, { limit })).toEqual(users.slice(1).toSorted());
    expect((await unsubscribe(h, id, org, users.slice(1))).body).toEqual({ removed: 1_000 });
  });

  test("to a topic that is not there is a 404, also to one of another owner", async () => {
    const h = createHarness();
    const [org, other] = [await givenOrg(h), await givenOrg(h)];
    const id = await givenTopic(h, org);
    const { id: user } = await givenUser(h);
    for (const owner of [other, null]) {
      expect((await subscribe(h, id, owner, [user])).status).toBe(404);
      expect((await unsubscribe(h, id, owner, [user])).status).toBe(404);
      expect((await h.request("GET", pathOf(id, owner, "/subscribers"))).status).toBe(404);
    }
    expect(await detailsOf("topic.subscribe", `${other}/${id}`)).toEqual([]);
  });
});

describe("an org_admin", () => {
  test("subscribes only users in scope, and others are like unknown ones", async () => {
    const h = createHarness();
    const org = await givenOrg(h);
    const below = await givenOrg(h, org);
    const { id: ours } = await givenUser(h, { org });
    const { id: under } = await givenUser(h, { org: below });
    const { id: theirs } = await givenUser(h, { org: await givenOrg(h) });
    const { id: nobodys } = await givenUser(h);
    const id = await givenTopic(h, org);
    const as = adminOf(org);
    const given = [ours, theirs, under, nobodys];
    expect((await subscribe(h, id, null, given, { as })).body).toEqual({
      added: 2,
      unknown: [theirs, nobodys],
    });
    expect(await subscribersOf(h, id, org)).toEqual([ours, under].toSorted());
  });

  test("does not see a subscriber who has moved away, but may end the subscription", async () => {
    const h = createHarness();
    const org = await givenOrg(h);
    const { id: stays } = await givenUser(h, { org });
    const { id: moves } = await givenUser(h, { org });
    const id = await givenTopic(h, org);
    await subscribe(h, id, org, [stays, moves]);
    await env.DB.prepare("UPDATE users SET org_id = ? WHERE id = ?")
      .bind(await givenOrg(h), moves)
      .run();
    const as = adminOf(org);
    expect(await subscribersOf(h, id, null, { as })).toEqual([stays]);
    expect(await subscribersOf(h, id, org)).toEqual([stays, moves].toSorted());
    expect((await unsubscribe(h, id, null, [moves], { as })).body).toEqual({ removed: 1 });
  });
});

test("a user who is erased subscribes to nothing any more, and cannot be subscribed", async () => {
  const h = createHarness();
  const org = await givenOrg(h);
  const [id, other] = [await givenTopic(h, org), await givenTopic(h, null)];
  const { users } = await givenUsers(h, 2, 0);
  const [gone = "", stays = ""] = users;
  for (const [topic, owner] of [
    [id, org],
    [other, null],
  ] as const)
    await subscribe(h, topic, owner, users);
  expect((await h.request("DELETE", `/api/v1/directory/users/${gone}`)).status).toBe(200);
  expect(await subscribersOf(h, id, org)).toEqual([stays]);
  expect(await subscribersOf(h, other, null)).toEqual([stays]);
  expect((await subscribe(h, id, org, [gone])).body).toEqual({ added: 0, unknown: [gone] });
});
