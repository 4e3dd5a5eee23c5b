import { describe, expect, test } from "vitest";
import { createHarness, type Harness } from "../../support/harness.ts";
import { aPush, givenOrg, givenUser } from "../../support/world.ts";
import { BASE, count, sendBatch, sendPush } from "./calls.ts";

const DAY = 24 * 3_600_000;
let keys = 0;
const newKey = () => `key-${Date.now()}-${keys++}`;
const withKey = (key: string, more: object = {}) => ({ headers: { "idempotency-key": key }, ...more });
const replayed = (answer: { headers: Headers }) => answer.headers.get("idempotency-replayed");
const pushesOf = (h: Harness, user: string) => count(h, "dispatches", "user_id = ?", user);

describe("a repeat with the same Idempotency-Key", () => {
  test("answers with the push as it is now, and sends nothing", async () => {
    const h = createHarness({ autoDrain: false });
    const user = await givenUser(h);
    const options = withKey(newKey());
    const first = await sendPush(h, aPush(user.id), options);
    expect([first.status, first.body.status, replayed(first)]).toEqual([202, "queued", null]);
    await h.drain();

    const again = await sendPush(h, aPush(user.id), options);
    expect([again.status, again.body.status, replayed(again)]).toEqual([201, "sent", "true"]);
    expect(again.body.id).toBe(first.body.id);
    expect(again.headers.get("location")).toBe(`${BASE}/${first.body.id}`);
    await h.drain();
    expect(h.expo.accepted).toHaveLength(1);
    expect(h.queues.sends).toBe(1);
  });

  test("costs nothing of the user's budget", async () => {
    const h = createHarness({ vars: { PUSH_LIMIT_PER_HOUR: "1" } });
    const user = await givenUser(h);
    const options = withKey(newKey());
    expect((await sendPush(h, aPush(user.id), options)).status).toBe(201);
    expect((await sendPush(h, aPush(user.id), options)).status).toBe(201);
    expect((await sendPush(h, aPush(user.id))).status).toBe(429);
  });

  test("is the same key quoted or not, and the same body whatever the order of its fields", async () => {
    const h = createHarness();
    const user = await givenUser(h);
    const key = newKey();
    const { user_id, title, body } = aPush(user.id);
    await sendPush(h, { user_id, title, body }, withKey(key));
    const again = await sendPush(h, { body, title, user_id }, withKey(`"${key}"`));
    expect([again.status, replayed(again)]).toEqual([201, "true"]);
  });

  test("but another body is refused", async () => {
    const h = createHarness();
    const user = await givenUser(h);
    const options = withKey(newKey());
    await sendPush(h, aPush(user.id), options);
    const other = await sendPush(h, aPush(user.id, { title: "Other" }), options);
    expect([other.status, other.body.code]).toEqual([422, "idempotency_key_reused"]);
    expect(await pushesOf(h, user.id)).toBe(1);
  });

  test("from another principal is a request of its own", async () => {
    const h = createHarness();
    const user = await givenUser(h);
    const key = newKey();
    const callers = [
      { role: "service", sub: "a" },
      { role: "service", sub: "b" },
      { role: "global_admin", sub: "a" },
      null,
    ] as const;
    for (const as of callers) {
      const answer = await sendPush(h, aPush(user.id), withKey(key, { as }));
      expect([answer.status, replayed(answer)]).toEqual([201, null]);
    }
    expect(await pushesOf(h, user.id)).toBe(callers.length);
  });

  test("from another organization is a request of its own", async () => {
    const h = createHarness();
    const orgs = [await givenOrg(h), await givenOrg(h)];
    const key = newKey();
    const batches = await Promise.all(
      [...orgs, ...orgs].map((org) =>
        sendBatch(h, [aPush("nobody")], withKey(key, { as: { role: "org_admin", sub: "same", org } })),
      ),
    );
    expect(new Set(batches.map(({ body }) => body.batch_id)).size).toBe(2);
    expect(batches.filter((answer) => replayed(answer) === "true")).toHaveLength(2);
  });

  test("without a token is one of the caller's address", async () => {
    const h = createHarness();
    const user = await givenUser(h);
    const key = newKey();
    const from = (address: string | null, body = "Three days.") =>
      sendPush(h, aPush(user.id, { body }), {
        as: null,
        headers: { "idempotency-key": key, ...(address !== null && { "cf-connecting-ip": address }) },
      });
    const answers = [
      await from("192.0.2.1"),
      await from("192.0.2.2"),
      await from("2001:db8::1"),
      await from(null),
    ];
    expect(answers.map((answer) => [answer.status, replayed(answer)])).toEqual(
      answers.map(() => [201, null]),
    );
    expect(replayed(await from("192.0.2.1"))).toBe("true");
    expect((await from("192.0.2.2", "Other")).status).toBe(422);
    expect((await from("192.0.2.3", "Other")).status).toBe(201);
    // Nothing of the address lies in the table.
    const { results } = await h.deps.bindings.DB.prepare("SELECT * FROM idempotency_keys").all();
    expect(JSON.stringify(results)).not.toContain("192.0.2");
  });

  test("to another path is a request of its own", async () => {
    const h = createHarness();
    const user = await givenUser(h);
    const options = withKey(newKey());
    await sendPush(h, aPush(user.id), options);
    expect(replayed(await sendBatch(h, [aPush(user.id)], options))).toBeNull();
    expect(await pushesOf(h, user.id)).toBe(2);
  });

  test("is forgotten after 24 hours and not before", async () => {
    const h = createHarness();
    const user = await givenUser(h);
    const options = withKey(newKey());
    const first = await sendPush(h, aPush(user.id), options);
    h.clock.advance(DAY - 1_000);
    expect((await sendPush(h, aPush(user.id), options)).body.id).toBe(first.body.id);
    h.clock.advance(1_000);
    const fresh = await sendPush(h, aPush(user.id, { title: "Another body" }), options);
    expect([fresh.status, replayed(fresh)]).toEqual([201, null]);
    const again = await sendPush(h, aPush(user.id, { title: "Another body" }), options);
    expect([again.body.id, replayed(again)]).toEqual([fresh.body.id, "true"]);
  });

  test("of a push that has been deleted is 404 and does not send it again", async () => {
    const h = createHarness();
    const user = await givenUser(h);
    const options = withKey(newKey());
    const { body } = await sendPush(h, aPush(user.id), options);
    await h.request("DELETE", `${BASE}/${body.id}`);
    expect((await sendPush(h, aPush(user.id), options)).status).toBe(404);
    expect(await pushesOf(h, user.id)).toBe(0);
  });

  test("of a request that was refused is tried anew", async () => {
    const h = createHarness();
    const options = withKey(newKey());
    const late = { id: `late-${newKey()}` };
    expect((await sendPush(h, aPush(late.id), options)).status).toBe(404);
    await givenUser(h, late);
    expect((await sendPush(h, aPush(late.id), options)).status).toBe(201);
  });

  test.each(["", '""', "two words", "a\tb", "x".repeat(256)])("%j is no key", async (key) => {
    const h = createHarness();
    const user = await givenUser(h);
    const answer = await sendPush(h, aPush(user.id), withKey(key));
    expect([answer.status, answer.body.errors[0].pointer]).toEqual([400, "Idempotency-Key"]);
    expect(await pushesOf(h, user.id)).toBe(0);
  });
});

describe("concurrent first requests with one key", () => {
  test("make one push, and the user's budget is charged once", async () => {
    const h = createHarness({ vars: { PUSH_LIMIT_PER_HOUR: "10" } });
    const user = await givenUser(h);
    const options = withKey(newKey());
    const answers = await Promise.all(Array.from({ length: 8 }, () => sendPush(h, aPush(user.id), options)));
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    expect(answers.filter((answer) => replayed(answer) === null)).toHaveLength(1);
    expect(await pushesOf(h, user.id)).toBe(1);
    await h.drain();
    expect(h.expo.accepted).toHaveLength(1);
    const next = await sendPush(h, aPush(user.id));
    expect(next.headers.get("ratelimit")).toMatch(/^"push";r=8;/);
  });

  test("and different bodies make one push; the others are refused and cost nothing", async () => {
    const h = createHarness({ vars: { PUSH_LIMIT_PER_HOUR: "10" } });
    const user = await givenUser(h);
    const options = withKey(newKey());
    const answers = await Promise.all(
      ["a", "b", "c"].map((title) => sendPush(h, aPush(user.id, { title }), options)),
    );
    expect(answers.map((answer) => answer.status).toSorted()).toEqual([201, 422, 422]);
    expect(await pushesOf(h, user.id)).toBe(1);
    const next = await sendPush(h, aPush(user.id));
    expect(next.headers.get("ratelimit")).toMatch(/^"push";r=8;/);
  });

  test("make one batch", async () => {
    const h = createHarness();
    const user = await givenUser(h);
    const options = withKey(newKey());
    const targets = [aPush(user.id), aPush("nobody"), aPush(user.id, { title: "Second" })];
    const answers = await Promise.all(Array.from({ length: 4 }, () => sendBatch(h, targets, options)));
    expect(new Set(answers.map((answer) => answer.body.batch_id)).size).toBe(1);
    const ids = answers.map((answer) =>
      answer.body.results.map((result: { notification_id: string }) => result.notification_id),
    );
    expect(new Set(ids.map(String)).size).toBe(1);
    expect(await pushesOf(h, user.id)).toBe(2);
  });
});

describe("a repeated batch", () => {
  test("answers with the batch as it is now, and sends nothing", async () => {
    const h = createHarness({ autoDrain: false });
    const user = await givenUser(h);
    const options = withKey(newKey());
    const targets = [aPush(user.id), aPush("nobody"), aPush(user.id)];
    const first = await sendBatch(h, targets, options);
    await h.drain();
    const again = await sendBatch(h, targets, options);
    expect([first.status, again.status, replayed(again)]).toEqual([202, 201, "true"]);
    expect(again.body).toMatchObject({ batch_id: first.body.batch_id, total: 3, succeeded: 2, failed: 1 });
    expect(again.body.results[1].error_code).toBe("unknown_user");
    await h.drain();
    expect(h.expo.accepted).toHaveLength(2);
  });

  test("with other targets is refused", async () => {
    const h = createHarness();
    const user = await givenUser(h);
    const options = withKey(newKey());
    await sendBatch(h, [aPush(user.id)], options);
    expect((await sendBatch(h, [aPush(user.id), aPush(user.id)], options)).status).toBe(422);
  });

  test("does not call a user unknown whose record was deleted", async () => {
    const h = createHarness();
    const user = await givenUser(h);
    const options = withKey(newKey());
    const { body } = await sendBatch(h, [aPush(user.id)], options);
    await h.request("DELETE", `${BASE}/${body.results[0].notification_id}`);
    const again = await sendBatch(h, [aPush(user.id)], options);
    expect(again.body.results).toMatchObject([{ notification_id: null, error_code: "no_record" }]);
    expect(await pushesOf(h, user.id)).toBe(0);
  });
});

test("a write that was committed and then reported as failed makes one push, which the caller hears of", async () => {
  const h = createHarness();
  const user = await givenUser(h);
  h.meter.failNext("after");
  const answer = await sendPush(h, aPush(user.id), withKey(newKey()));
  expect([answer.status, replayed(answer), answer.body.status]).toEqual([201, null, "sent"]);
  expect(await pushesOf(h, user.id)).toBe(1);
});
