import { describe, expect, test } from "vitest";
import { type Caller, createHarness, type Harness } from "../../support/harness.ts";
import { aPush, givenUser } from "../../support/world.ts";
import { BASE } from "../../inbox/world.ts";
import { BASE as PUSHES, count, pointers, read, sendPush } from "../push-notifications/calls.ts";

const BOTH = ["push", "in_app"];
const reader = (id: string): Caller => ({ role: "user", sub: id });
const inbox = async (h: Harness, id: string) => (await h.request("GET", BASE, { as: reader(id) })).body.data;

describe("a send to push and in_app", () => {
  test.each([[BOTH], [BOTH.toReversed()]])(
    "as %j makes one of each, the push's id first",
    async (channels) => {
      const h = createHarness();
      const { id } = await givenUser(h);
      const { status, body, headers } = await sendPush(h, aPush(id, { channels, data: { a: 1 } }));
      expect(status).toBe(201);
      expect(body).toMatchObject({
        status: "sent",
        delivered_count: 1,
        dispatch_ids: [body.id, expect.any(String)],
      });
      expect(headers.get("location")).toBe(`${PUSHES}/${body.id}`);
      expect(await inbox(h, id)).toMatchObject([
        {
          id: body.dispatch_ids[1],
          type: "push",
          title: "Time to log your run!",
          body: "Three days.",
          data: { a: 1 },
        },
      ]);
      expect(h.expo.accepted).toHaveLength(1);
      expect((await read(h, body.dispatch_ids[1])).status).toBe(404);
    },
  );

  test("costs two round trips, and one call to the user's inbox", async () => {
    const h = createHarness({ autoDrain: false });
    const { id } = await givenUser(h);
    // The first send of an isolate leases a part of the organization's day.
    await sendPush(h, aPush((await givenUser(h)).id), { headers: { prefer: "respond-async" } });
    h.interrupts.reset();
    await sendPush(h, aPush(id, { channels: BOTH }), {
      headers: { prefer: "respond-async", "idempotency-key": id },
    });
    const slots = ["limiter.reserve", "limiter.reserve"];
    expect(h.interrupts.calls).toEqual(["d1", ...slots, "d1", "queue", "inbox.notify"]);
  });

  test("repeated with its key answers with the same two and makes no third", async () => {
    const h = createHarness();
    const { id } = await givenUser(h);
    const send = () =>
      sendPush(h, aPush(id, { channels: BOTH, fallback: "email" }), { headers: { "idempotency-key": id } });
    const first = await send();
    h.expo.failNext({ kind: "status", status: 500 });
    const second = await send();
    expect(second.headers.get("idempotency-replayed")).toBe("true");
    expect(second.body).toEqual(first.body);
    expect(await count(h, "dispatches", "user_id = ?", id)).toBe(2);
  });

  test("at the same time with one key makes one of each", async () => {
    const h = createHarness();
    const { id } = await givenUser(h);
    const send = () => sendPush(h, aPush(id, { channels: BOTH }), { headers: { "idempotency-key": id } });
    const answers = await Promise.all([send(), send(), send()]);
    expect(new Set(answers.map(({ body }) => JSON.stringify(body.dispatch_ids))).size).toBe(1);
    expect(await inbox(h, id)).toHaveLength(1);
    expect(await count(h, "dispatches", "user_id = ?", id)).toBe(2);
  });

  test("repeated without `channels` is another body", async () => {
    const h = createHarness();
    const { id } = await givenUser(h);
    const headers = { "idempotency-key": id };
    await sendPush(h, aPush(id, { channels: BOTH }), { headers });
    expect((await sendPush(h, aPush(id), { headers })).status).toBe(422);
  });

  test("over the push budget is refused whole", async () => {
    const h = createHarness({ vars: { PUSH_LIMIT_PER_HOUR: "1" } });
    const { id } = await givenUser(h);
    await sendPush(h, aPush(id));
    expect((await sendPush(h, aPush(id, { channels: BOTH }))).status).toBe(429);
    expect(await inbox(h, id)).toEqual([]);
  });

  test("reaches the inbox also when the push fails", async () => {
    const h = createHarness();
    const { id } = await givenUser(h, { devices: 0 });
    const { body } = await sendPush(h, aPush(id, { channels: BOTH }));
    expect(body).toMatchObject({ status: "failed", error_code: "no_device" });
    expect(await inbox(h, id)).toMatchObject([{ id: body.dispatch_ids[1] }]);
  });
});

describe("a send to in_app alone", () => {
  test("is sent at once, spends no push, and has no place among the pushes", async () => {
    const h = createHarness({ autoDrain: false, vars: { PUSH_LIMIT_PER_HOUR: "1" } });
    const { id } = await givenUser(h);
    const headers = { "idempotency-key": id };
    for (let i = 0; i < 2; i++) {
      const answer = await sendPush(h, aPush(id, { channels: ["in_app"] }), { headers });
      expect(answer.status).toBe(201);
      expect(answer.body).toMatchObject({
        status: "sent",
        delivered_count: 1,
        device_tokens_targeted: 0,
        sent_at: new Date(h.clock.now()).toISOString(),
        dispatch_ids: [answer.body.id],
      });
      expect([answer.headers.get("location"), answer.headers.get("ratelimit")]).toEqual([null, null]);
    }
    expect(await inbox(h, id)).toHaveLength(1);
    expect(h.queues.waiting).toEqual([]);
  });
});

describe("a user's budget of in-app messages", () => {
  const vars = { IN_APP_LIMIT_PER_HOUR: "2" };
  const headers = { prefer: "respond-async" };
  const send = async (h: Harness, id: string, more: object = { channels: ["in_app"] }) =>
    sendPush(h, aPush(id, more), { headers });

  test("over it is 429, with or without a key, and comes back in time", async () => {
    const h = createHarness({ vars, autoDrain: false });
    const { id } = await givenUser(h);
    expect([(await send(h, id)).status, (await send(h, id)).status]).toEqual([201, 201]);
    const refused = await send(h, id);
    expect([refused.status, refused.body.code, refused.headers.get("retry-after")]).toEqual([
      429,
      "rate_limited",
      "1800",
    ]);
    const keyed = { headers: { ...headers, "idempotency-key": id } };
    expect((await sendPush(h, aPush(id, { channels: ["in_app"] }), keyed)).status).toBe(429);
    expect(await inbox(h, id)).toHaveLength(2);
    h.clock.advance(1_800_000);
    expect((await send(h, id)).status).toBe(201);
  });

  test("refuses a send to both channels whole, and gives the push's slot back", async () => {
    const h = createHarness({ vars: { ...vars, PUSH_LIMIT_PER_HOUR: "1" }, autoDrain: false });
    const { id } = await givenUser(h);
    for (let i = 0; i < 2; i++) await send(h, id);
    expect((await send(h, id, { channels: BOTH })).status).toBe(429);
    expect(await count(h, "dispatches", "user_id = ?", id)).toBe(2);
    expect((await send(h, id, {})).status).toBe(202);
  });

  test("counts what is for later when it is asked for: it is a row from then on", async () => {
    const h = createHarness({ vars, autoDrain: false });
    const { id } = await givenUser(h);
    const later = { channels: ["in_app"], send_at: new Date(h.clock.now() + 86_400_000).toISOString() };
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await send(h, id, later)).status);
    expect(statuses).toEqual([202, 202, 429]);
  });
});

test("a send without `channels` is a push, and answers as ever", async () => {
  const h = createHarness();
  const { id } = await givenUser(h);
  const { body } = await sendPush(h, aPush(id));
  expect(body).not.toHaveProperty("dispatch_ids");
  expect(await inbox(h, id)).toEqual([]);
  expect((await sendPush(h, aPush(id, { channels: ["push"] }))).body.dispatch_ids).toHaveLength(1);
});

test.each([
  ["/channels", { channels: [] }],
  ["/channels", { channels: ["push", "push"] }],
  ["/channels/0", { channels: ["pager"] }],
  ["/channels", { channels: ["push", "in_app", "push"] }],
  ["/channels", { channels: null }],
  ["/fallback", { channels: ["in_app"], fallback: "email" }],
  ["/fallback", { channels: BOTH, fallback: "in_app" }],
])("%s is refused in %j", async (pointer, more) => {
  const h = createHarness();
  const { id } = await givenUser(h);
  const answer = await sendPush(h, aPush(id, more));
  expect([answer.status, pointers(answer)]).toEqual([400, [pointer]]);
});
