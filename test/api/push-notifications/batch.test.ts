import { describe, expect, test } from "vitest";
import { createHarness, type Harness, mint } from "../../support/harness.ts";
import { aPush } from "../../support/world.ts";
import { BASE, count, listed, pointers, read, sendBatch } from "./calls.ts";

/** Users with a device each, in one statement. */
async function givenUsers(h: Harness, n: number): Promise<string[]> {
  const prefix = mint("usr");
  const ids = Array.from({ length: n }, (_, i) => `${prefix}-${i}`);
  const db = h.deps.bindings.DB;
  const now = h.clock.now();
  await db.batch([
    db
      .prepare(
        "INSERT INTO users (id, email_verified, created_at, updated_at) SELECT value, 0, ?1, ?1 FROM json_each(?2)",
      )
      .bind(now, JSON.stringify(ids)),
    db
      .prepare(
        `INSERT INTO device_tokens (token, user_id, provider, platform, registered_at)
         SELECT 'ExponentPushToken[' || value || ']', value, 'expo', 'ios', ?1 FROM json_each(?2)`,
      )
      .bind(now, JSON.stringify(ids)),
  ]);
  return ids;
}

describe("a batch", () => {
  test("of 1,000 has an outcome for each target, in order; unknown users fail by themselves", async () => {
    // Few users: each has a Durable Object, and 1,000 of these are slow to make in a test.
    const h = createHarness({ vars: { PUSH_LIMIT_PER_HOUR: "1000" } });
    const users = await givenUsers(h, 2);
    const unknown = mint("nobody");
    const wanted = Array.from({ length: 1_000 }, (_, i) => (i % 100 === 7 ? unknown : (users[i % 2] ?? "")));
    const { status, body } = await sendBatch(
      h,
      wanted.map((id) => aPush(id)),
    );
    expect(status).toBe(201);
    expect(body).toMatchObject({ total: 1_000, succeeded: 990, failed: 10 });
    expect(body.results.map((result: { user_id: string }) => result.user_id)).toEqual(wanted);
    expect(new Set(body.results.map((result: { status: string }) => result.status))).toEqual(
      new Set(["sent", "failed"]),
    );
    expect(body.results[7]).toEqual({
      user_id: unknown,
      notification_id: null,
      status: "failed",
      error_code: "unknown_user",
      error: "There is no such user",
    });
    expect(h.expo.accepted).toHaveLength(990);
  });

  test("that is not finished in time is answered 202, and its Location lists what became of it", async () => {
    const h = createHarness({ autoDrain: false });
    const users = await givenUsers(h, 2);
    const { status, body, headers } = await sendBatch(
      h,
      users.map((id) => aPush(id)),
    );
    expect(status).toBe(202);
    expect(body).toMatchObject({ succeeded: 0, failed: 0, sent_at: null });
    const location = headers.get("location") ?? "";
    expect(location).toBe(`${BASE}?batch_id=${body.batch_id}`);
    await h.drain();
    const after = await h.request("GET", location);
    expect(after.body.data.map((row: { status: string }) => row.status)).toEqual(["sent", "sent"]);
  });

  test("with the same user twice keeps each target's own push", async () => {
    const h = createHarness();
    const [user = "", other = ""] = await givenUsers(h, 2);
    const titles = ["first", "between", "second"];
    const { body } = await sendBatch(
      h,
      [user, other, user].map((id, i) => aPush(id, { title: titles[i] })),
    );
    const records = await Promise.all(
      body.results.map((result: { notification_id: string }) => read(h, result.notification_id)),
    );
    expect(records.map((record) => record.body.title)).toEqual(titles);
  });

  test("takes scenario_id and prompt_id from the data of each target", async () => {
    const h = createHarness();
    const [user = ""] = await givenUsers(h, 1);
    const { body } = await sendBatch(h, [aPush(user, { data: { scenario_id: "sc", prompt_id: "pr" } })]);
    const record = await read(h, body.results[0].notification_id);
    expect(record.body).toMatchObject({ scenario_id: "sc", prompt_id: "pr" });
  });

  test("of unknown users only is answered at once and leaves no record", async () => {
    const h = createHarness();
    const { status, body } = await sendBatch(h, [aPush(mint("nobody"))]);
    expect([status, body.failed, body.sent_at]).toEqual([201, 1, null]);
    expect(await listed(h, `batch_id=${body.batch_id}`)).toEqual([]);
    expect(h.queues.sends).toBe(0);
  });

  test("over a user's budget is sent later and not refused", async () => {
    const h = createHarness({ vars: { PUSH_LIMIT_PER_HOUR: "2" } });
    const [user = ""] = await givenUsers(h, 1);
    const { status, body } = await sendBatch(h, [aPush(user), aPush(user), aPush(user)]);
    expect(status).toBe(202);
    expect(body.results.map((result: { status: string }) => result.status)).toEqual([
      "sent",
      "sent",
      "queued",
    ]);
    h.clock.advance(30 * 60_000);
    await h.tick();
    await h.drain();
    expect(await listed(h, `batch_id=${body.batch_id}`, "status")).toEqual(["sent", "sent", "sent"]);
  });
});

describe("a batch is refused as a whole", () => {
  test.each([
    ["without targets", [], ["/targets"]],
    ["with 1,001 targets", Array.from({ length: 1_001 }, () => aPush("x")), ["/targets"]],
    ["with a list so long that looking at its members would cost", Array(500_000).fill({}), ["/targets"]],
    ["that is no list", { "0": aPush("x") }, ["/targets"]],
  ])("%s", async (_, targets, expected) => {
    const h = createHarness();
    const answer = await sendBatch(h, targets);
    expect(answer.status).toBe(400);
    expect(pointers(answer)).toEqual(expected);
  });

  test("before its members are looked at, when there are too many", async () => {
    const h = createHarness();
    const answer = await sendBatch(h, Array(2_000).fill({}));
    expect(answer.body.errors).toEqual([{ pointer: "/targets", detail: "must have at most 1000 members" }]);
  });

  test("when all of its targets are wrong, and each bad field of each is named", async () => {
    const h = createHarness();
    const [user = ""] = await givenUsers(h, 1);
    const answer = await sendBatch(h, [
      { ...aPush(user), title: "", extra: 1 },
      { user_id: "not allowed", body: 7 },
      aPush(user, { body: "x".repeat(4_096) }),
      aPush(user, { send_at: "2026-03-26T09:00:00Z" }),
    ]);
    expect(answer.status).toBe(400);
    expect(pointers(answer).toSorted()).toEqual([
      "/targets/0/extra",
      "/targets/0/title",
      "/targets/1/body",
      "/targets/1/title",
      "/targets/1/user_id",
      "/targets/2",
      "/targets/3/send_at",
    ]);
    expect(await count(h, "dispatches", "user_id = ?", user)).toBe(0);
  });

  test("when more than its targets is wrong, and nobody gets anything", async () => {
    const h = createHarness();
    const [user = ""] = await givenUsers(h, 1);
    const targets = [aPush(user), aPush(user, { title: "" })];
    const answer = await h.request("POST", `${BASE}/batch`, { body: { targets, extra: 1 } });
    expect(answer.status).toBe(400);
    expect(pointers(answer)).toEqual(["/targets/1/title", "/extra"]);
    expect(await count(h, "dispatches", "user_id = ?", user)).toBe(0);
  });
});

describe("a batch of which some targets are wrong", () => {
  /** The second and the fourth are right. */
  const mixed = (first: string, second: string): unknown[] => [
    { ...aPush(first), title: "" },
    aPush(first, { title: "First" }),
    { ...aPush("not allowed"), title: "" },
    aPush(second, { title: "Second" }),
    7,
  ];
  const INVALID = {
    notification_id: null,
    status: "failed",
    error_code: "invalid_request",
    error: "The target is not valid; `errors` names what is wrong with it",
  };

  test("sends the others, and has a result for each in order; a fault is reported once with its targets", async () => {
    const h = createHarness();
    const [first = "", second = ""] = await givenUsers(h, 2);
    const { status, body } = await sendBatch(h, mixed(first, second));
    expect(status).toBe(201);
    expect(body).toMatchObject({ total: 5, succeeded: 2, failed: 3 });
    expect(body.results).toEqual([
      { user_id: first, ...INVALID },
      { user_id: first, notification_id: expect.any(String), status: "sent" },
      { user_id: "", ...INVALID },
      { user_id: second, notification_id: expect.any(String), status: "sent" },
      { user_id: "", ...INVALID },
    ]);
    expect(body.errors).toEqual([
      { pointer: "/targets/0/title", detail: "must not be empty", count: 2, members: [0, 2] },
      { pointer: "/targets/2/user_id", detail: expect.stringContaining("1 to 128") },
      { pointer: "/targets/4", detail: "must be an object" },
    ]);
    expect(h.expo.accepted.map(({ title }) => title).toSorted()).toEqual(["First", "Second"]);
  });

  test("in more ways than an answer reports says so", async () => {
    const h = createHarness();
    const [user = ""] = await givenUsers(h, 1);
    const wrong = Array.from({ length: 999 }, (_, i) => ({ ...aPush(user), [`unknown_${i}`]: 1 }));
    const { status, body } = await sendBatch(h, [...wrong, aPush(user)]);
    expect(status).toBe(201);
    expect(body).toMatchObject({ total: 1_000, succeeded: 1, failed: 999, errors_capped: true });
    expect(body.errors).toHaveLength(100);
    expect(body.results[999]).toMatchObject({ status: "sent" });
  });

  test("answers a repeat alike, and another wrong target under its key with 422", async () => {
    const h = createHarness();
    const [first = "", second = ""] = await givenUsers(h, 2);
    const headers = { "idempotency-key": mint("key") };
    const targets = mixed(first, second);
    const once = await sendBatch(h, targets, { headers });
    const again = await sendBatch(h, targets, { headers });
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(again.body).toEqual(once.body);
    expect(h.expo.accepted).toHaveLength(2);
    const other = await sendBatch(h, [...targets.slice(0, -1), 8], { headers });
    expect(other.status).toBe(422);
  });
});
