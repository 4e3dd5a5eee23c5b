import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import {
  BASE,
  givenActivities,
  givenMember,
  givenSubscription,
  read,
  rowsOf,
  subscribe,
} from "../../notifications/stats-summary/world.ts";
import { type Answer, createHarness, mint } from "../../support/harness.ts";

const h = createHarness();

const put = (id: string, time_window: string) => h.request("PUT", `${BASE}/${id}`, { body: { time_window } });

const keyed = (key = mint("key")) => ({ headers: { "idempotency-key": key } });

const conflictWith = (notification_id: string) => ({
  status: 409,
  body: { code: "already_subscribed", notification_id },
});

describe("one subscription a user and window", () => {
  test("the same again is refused and names the existing one; another window and another user are not", async () => {
    const user = await givenMember(h);
    const id = await givenSubscription(h, user, "weekly");
    expect(await subscribe(h, user, "weekly")).toMatchObject(conflictWith(id));
    expect((await subscribe(h, user, "monthly")).status).toBe(201);
    expect((await subscribe(h, await givenMember(h), "weekly")).status).toBe(201);
    expect(await rowsOf(user)).toHaveLength(2);
  });

  test("of ten at the same time one succeeds, and nine name it", async () => {
    const user = await givenMember(h);
    const answers = await Promise.all(Array.from({ length: 10 }, () => subscribe(h, user, "yearly")));
    const made = answers.filter(({ status }) => status === 201);
    expect(made).toHaveLength(1);
    const id = made[0]?.body.notification_id;
    for (const answer of answers.filter((one) => one !== made[0]))
      expect(answer).toMatchObject(conflictWith(id));
    expect(await rowsOf(user)).toHaveLength(1);
  });

  test("a put to a window that the user has already is refused, and leaves both as they were", async () => {
    const user = await givenMember(h);
    const weekly = await givenSubscription(h, user, "weekly");
    const monthly = await givenSubscription(h, user, "monthly");
    const before = await rowsOf(user);
    h.clock.advance(1_000);
    expect(await put(monthly, "weekly")).toMatchObject(conflictWith(weekly));
    expect(await rowsOf(user)).toEqual(before);
  });

  test("of two puts to the same window at the same time one succeeds", async () => {
    const user = await givenMember(h);
    const ids = [await givenSubscription(h, user, "weekly"), await givenSubscription(h, user, "monthly")];
    const answers = await Promise.all(ids.map((id) => put(id, "quarterly")));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    const winner = answers.find(({ status }) => status === 200)?.body.notification_id;
    expect(answers.find(({ status }) => status === 409)).toMatchObject(conflictWith(winner));
  });

  test("after a deletion the window is free again, under a new id", async () => {
    const user = await givenMember(h);
    const id = await givenSubscription(h, user, "weekly");
    await h.request("DELETE", `${BASE}/${id}`);
    const { status, body } = await subscribe(h, user, "weekly");
    expect(status).toBe(201);
    expect(body.notification_id).not.toBe(id);
    expect((await put(id, "monthly")).status).toBe(404);
  });
});

describe("a put", () => {
  test("takes a snapshot of the new window", async () => {
    const user = await givenMember(h);
    await givenActivities(h, user, { at: "2026-03-25T10:00:00Z" }, { at: "2026-02-25T10:00:00Z", hours: 2 });
    const id = await givenSubscription(h, user, "weekly");
    expect((await read(h, id)).body.snapshot).toMatchObject({ total_activities: 1, hours_logged: 1 });
    expect((await put(id, "quarterly")).status).toBe(200);
    expect((await read(h, id)).body).toMatchObject({
      time_window: "quarterly",
      snapshot: { total_activities: 2, hours_logged: 3 },
    });
  });

  test("waits for the summary of the new window that is open now; of the window that it has, for the same as before", async () => {
    const user = await givenMember(h, { timezone: "Europe/Oslo" });
    const id = await givenSubscription(h, user, "weekly");
    const pending = async () =>
      (await rowsOf(user)).map(({ period, next_at }) => [period, new Date(next_at).toISOString()]);
    expect(await pending()).toEqual([["2026-W13", "2026-03-30T06:00:00.000Z"]]);
    // The week is over, and its summary not told yet.
    h.clock.set(Date.parse("2026-03-30T05:30:00Z"));
    expect((await put(id, "weekly")).status).toBe(200);
    expect(await pending()).toEqual([["2026-W13", "2026-03-30T06:00:00.000Z"]]);
    expect((await put(id, "monthly")).status).toBe(200);
    expect(await pending()).toEqual([["2026-03", "2026-04-01T06:00:00.000Z"]]);
  });
});

describe("an Idempotency-Key", () => {
  test("answers a repeat with the subscription as it is now", async () => {
    const user = await givenMember(h);
    const options = keyed();
    const first = await subscribe(h, user, "weekly", options);
    await givenActivities(h, user, { at: h.clock.now() - 1_000, hours: 4 });
    await h.request("POST", `${BASE}/${first.body.notification_id}/refresh`);
    const again = await subscribe(h, user, "weekly", options);
    expect(again).toMatchObject({
      status: 201,
      body: { notification_id: first.body.notification_id, snapshot: { hours_logged: 4 } },
    });
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(first.headers.get("idempotency-replayed")).toBeNull();
  });

  test("makes one subscription of ten requests at the same time, and all answer with it", async () => {
    const user = await givenMember(h);
    const options = keyed();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => subscribe(h, user, "weekly", options)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => body.notification_id)).size).toBe(1);
  });

  test("with another body is refused", async () => {
    const user = await givenMember(h);
    const options = keyed();
    await subscribe(h, user, "weekly", options);
    expect((await subscribe(h, user, "monthly", options)).status).toBe(422);
  });

  test("of a refused request stands for nothing: once the window is free, the same request succeeds", async () => {
    const user = await givenMember(h);
    const id = await givenSubscription(h, user, "weekly");
    const options = keyed();
    expect(await subscribe(h, user, "weekly", options)).toMatchObject(conflictWith(id));
    await h.request("DELETE", `${BASE}/${id}`);
    expect((await subscribe(h, user, "weekly", options)).status).toBe(201);
  });

  test("of a subscription that was deleted since answers 404, and makes no new one", async () => {
    const user = await givenMember(h);
    const options = keyed();
    const { body } = await subscribe(h, user, "weekly", options);
    await h.request("DELETE", `${BASE}/${body.notification_id}`);
    expect((await subscribe(h, user, "weekly", options)).status).toBe(404);
    expect(await rowsOf(user)).toEqual([]);
  });
});

describe("faults of D1", () => {
  test.each(["before", "after"] as const)(
    "a passing fault %s the commit still subscribes once",
    async (when) => {
      const user = await givenMember(h);
      h.meter.failNext(when);
      const { status, body } = await subscribe(h, user, "weekly", keyed());
      expect(status).toBe(201);
      expect((await read(h, body.notification_id)).status).toBe(200);
      expect(await rowsOf(user)).toHaveLength(1);
    },
  );
});

describe("a move to another time zone between the two round trips of a request", () => {
  /** Moves the user when the request has read where they live. */
  async function movedDuring(user: string, request: () => Promise<Answer>): Promise<Answer> {
    const stopped = h.interrupts.stopAtNext("d1", "after");
    const answer = request();
    await stopped.reached;
    await env.DB.prepare("UPDATE users SET timezone = 'Asia/Tokyo' WHERE id = ?").bind(user).run();
    stopped.release();
    return answer;
  }
  // 1 January begins at 15:00 UTC in Tokyo.
  const now = Date.UTC(2026, 11, 31, 20);

  test.each([
    ["subscribing", "POST"],
    ["changing the window", "PUT"],
    ["refreshing", "refresh"],
  ])("%s leaves a snapshot that the next tick puts right", async (_, what) => {
    h.clock.set(now);
    const user = await givenMember(h, { timezone: "UTC" });
    await givenActivities(h, user, { at: now - 3_600_000 }, { at: now - 86_400_000 });
    if (what === "POST") await movedDuring(user, () => subscribe(h, user, "yearly"));
    else {
      const id = await givenSubscription(h, user, what === "PUT" ? "weekly" : "yearly");
      await movedDuring(user, () =>
        what === "PUT" ? put(id, "yearly") : h.request("POST", `${BASE}/${id}/refresh`),
      );
    }
    expect(await rowsOf(user)).toMatchObject([{ time_window: "yearly", total_activities: 2 }]);
    await h.tick();
    expect(await rowsOf(user)).toMatchObject([{ total_activities: 1 }]);
  });
});

describe("bad requests", () => {
  test.each([
    [{ user_id: "usr", time_window: "daily" }, ["/time_window"]],
    [{ user_id: "", time_window: "weekly" }, ["/user_id"]],
    [{ user_id: "usr", time_window: "weekly", zone: "UTC" }, ["/zone"]],
    [{}, ["/user_id", "/time_window"]],
  ])("POST %j names %j", async (body, pointers) => {
    const answer = await h.request("POST", BASE, { body });
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual(pointers);
  });

  test.each(["user_id=%20", "time_window=daily", "status=paused", "page=0", "limit=101", "cursor=%20"])(
    "GET ?%s names the parameter",
    async (query) => {
      const answer = await h.request("GET", `${BASE}?${query}`);
      expect(answer.status).toBe(400);
      expect(answer.body.errors[0].pointer).toBe(query.split("=")[0]);
    },
  );

  test("what is no id of a subscription is not found", async () => {
    for (const id of [
      "notif_001",
      "dsp_01jq8z3k5te8v9m4p2r7x6w1yd",
      "notif_01jq8z3k5te8v9m4p2r7x6w1yd",
      "%20",
    ]) {
      expect((await read(h, id)).status).toBe(404);
      expect((await put(id, "weekly")).status).toBe(404);
      expect((await h.request("DELETE", `${BASE}/${id}`)).status).toBe(404);
      expect((await h.request("POST", `${BASE}/${id}/refresh`)).status).toBe(404);
    }
  });
});
