import { describe, expect, test } from "vitest";
import { createHarness, SERVICE } from "../../support/harness.ts";
import { aPush, givenOrg, givenUser } from "../../support/world.ts";
import { BASE, count, pointers, read, sendPush } from "./calls.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const at = (ms: number) => new Date(ms).toISOString();

describe("the outcome", () => {
  test("is there at once when the consumer is quick, and so is the place of the record", async () => {
    const h = createHarness();
    const user = await givenUser(h);
    const { status, body, headers } = await sendPush(h, aPush(user.id));
    expect([status, body.status, body.sent_at]).toEqual([201, "sent", at(h.clock.now())]);
    expect(headers.get("location")).toBe(`${BASE}/${body.id}`);
    expect((await read(h, body.id)).body.device_tokens).toEqual(user.tokens);
  });

  test("counts the devices that took it and those that did not", async () => {
    const h = createHarness();
    const { id, tokens } = await givenUser(h, { devices: 3 });
    h.expo.settings.ticketErrors.set(tokens[1] ?? "", "DeviceNotRegistered");
    const { body } = await sendPush(h, aPush(id));
    expect(body).toMatchObject({
      status: "sent",
      device_tokens_targeted: 3,
      delivered_count: 2,
      failed_count: 1,
    });
  });

  test("of a user without a device is `failed`, with a code and a readable error", async () => {
    const h = createHarness();
    const user = await givenUser(h, { devices: 0 });
    const { status, body } = await sendPush(h, aPush(user.id));
    expect(status).toBe(201);
    expect(body).toMatchObject({
      status: "failed",
      error_code: "no_device",
      error: "The user has no registered device",
      delivered_count: 0,
    });
  });

  test("that is late is not waited for: 202, and the record has it afterwards", async () => {
    const h = createHarness({ autoDrain: false });
    const user = await givenUser(h);
    const before = h.clock.now();
    const { status, body, headers } = await sendPush(h, aPush(user.id));
    expect([status, body.status, body.sent_at]).toEqual([202, "queued", null]);
    expect(headers.get("location")).toBe(`${BASE}/${body.id}`);
    expect(h.clock.now() - before).toBe(3_000);
    await h.drain();
    expect((await read(h, body.id)).body.status).toBe("sent");
  });

  test("is not waited for any longer once the first attempt has failed for now", async () => {
    const h = createHarness();
    const user = await givenUser(h);
    h.expo.failNext({ kind: "status", status: 500 });
    const before = h.clock.now();
    const { status, body } = await sendPush(h, aPush(user.id));
    expect([status, body.status]).toEqual([202, "queued"]);
    expect(h.clock.now() - before).toBe(100);
  });

  test("may be unknown because D1 is away while we look: the push is taken all the same", async () => {
    const h = createHarness({ autoDrain: false });
    const user = await givenUser(h);
    const { sleep } = h.clock;
    h.clock.sleep = async (ms) => {
      h.meter.away(true);
      await sleep(ms);
    };
    const { status, body } = await sendPush(h, aPush(user.id));
    expect([status, body.status]).toEqual([202, "queued"]);
    h.meter.away(false);
    await h.drain();
    expect((await read(h, body.id)).body.status).toBe("sent");
  });
});

describe("Prefer", () => {
  test.each([
    ["respond-async", "respond-async", 0],
    ["wait=0", "wait=0", 0],
    ["wait=7", "wait=7", 7_000],
    ["Wait=7; foo=bar", "wait=7", 7_000],
    ["wait=600", "wait=10", 10_000],
    ["respond-async, wait=5", "respond-async, wait=5", 5_000],
    ["handling=strict", null, 3_000],
  ])("%s is applied as %s", async (prefer, applied, waited) => {
    const h = createHarness({ autoDrain: false });
    const user = await givenUser(h);
    const before = h.clock.now();
    const { status, headers } = await sendPush(h, aPush(user.id), { headers: { prefer } });
    expect([status, headers.get("preference-applied")]).toEqual([202, applied]);
    expect(h.clock.now() - before).toBe(waited);
  });

  test("SEND_WAIT_SECONDS=0 never waits, unless asked to", async () => {
    const h = createHarness({ vars: { SEND_WAIT_SECONDS: "0" } });
    const user = await givenUser(h);
    expect((await sendPush(h, aPush(user.id))).status).toBe(202);
    expect((await sendPush(h, aPush(user.id), { headers: { prefer: "wait=1" } })).status).toBe(201);
  });
});

describe("times", () => {
  test("send_at keeps a push back until then, and is not waited for", async () => {
    const h = createHarness();
    const user = await givenUser(h);
    const before = h.clock.now();
    const send_at = at(before + 30 * MINUTE);
    const { status, body } = await sendPush(h, aPush(user.id, { send_at }));
    expect([status, body.status, h.clock.now() - before]).toEqual([202, "queued", 0]);

    h.clock.advance(29 * MINUTE);
    await h.tick();
    await h.drain();
    expect((await read(h, body.id)).body.status).toBe("queued");
    h.clock.advance(MINUTE);
    await h.drain();
    const { status: outcome, sent_at } = (await read(h, body.id)).body;
    // The provider's gate may make it wait for a moment: other tests share it.
    expect([outcome, Date.parse(sent_at) >= Date.parse(send_at)]).toEqual(["sent", true]);
  });

  test("a send_at that has passed means now, and an offset is understood", async () => {
    const h = createHarness();
    const user = await givenUser(h);
    const { status } = await sendPush(h, aPush(user.id, { send_at: "2026-03-26T09:59:00+02:00" }));
    expect(status).toBe(201);
  });

  test("after expires_at a push fails as `expired` and is not sent", async () => {
    const h = createHarness({ autoDrain: false });
    const user = await givenUser(h);
    const expires_at = at(h.clock.now() + 1);
    const headers = { prefer: "respond-async" };
    const { body } = await sendPush(h, aPush(user.id, { expires_at }), { headers });
    h.clock.advance(1);
    await h.drain();
    expect((await read(h, body.id)).body).toMatchObject({ status: "failed", error_code: "expired" });
    expect(h.expo.requests).toHaveLength(0);
  });

  test.each([[["push"]], [["in_app"]], [["push", "in_app"]]])(
    "what has expired already is refused for %j, and nothing comes of it",
    async (channels) => {
      const h = createHarness();
      const org = await givenOrg(h);
      const user = await givenUser(h, { org });
      for (const as of [SERVICE, { role: "org_admin", org } as const])
        for (const expires_at of [at(h.clock.now()), at(h.clock.now() - DAY)]) {
          const answer = await sendPush(h, aPush(user.id, { channels, expires_at }), { as });
          expect(answer.status).toBe(400);
          expect(pointers(answer)).toEqual(["/expires_at"]);
        }
      expect(await count(h, "dispatches", "user_id = ?", user.id)).toBe(0);
      const { headers } = await sendPush(h, aPush(user.id));
      expect(headers.get("ratelimit")).toContain("r=59");
    },
  );

  test("a repeat of what has expired since is answered with what its key made", async () => {
    const h = createHarness();
    const user = await givenUser(h);
    const body = aPush(user.id, { channels: ["in_app"], expires_at: at(h.clock.now() + MINUTE) });
    const send = () => sendPush(h, body, { headers: { "idempotency-key": user.id } });
    const first = await send();
    h.clock.advance(HOUR);
    const second = await send();
    expect([second.status, second.headers.get("idempotency-replayed")]).toEqual([201, "true"]);
    expect(second.body).toEqual(first.body);
  });

  test("a push that would expire before it is sent is refused", async () => {
    const h = createHarness();
    const user = await givenUser(h);
    const send_at = at(h.clock.now() + MINUTE);
    const answer = await sendPush(h, aPush(user.id, { send_at, expires_at: send_at }));
    expect(answer.status).toBe(400);
    expect(pointers(answer)).toEqual(["/expires_at"]);
  });
});

describe("what it carries", () => {
  test.each([
    ["ids that stand only in data", { data: { scenario_id: "sc", prompt_id: "pr" } }, "sc", "pr"],
    [
      "its own ids before those in data",
      { scenario_id: "own", data: { scenario_id: "sc", prompt_id: "pr" } },
      "own",
      "pr",
    ],
    ["no id that is not a text", { data: { scenario_id: 7, prompt_id: null } }, null, null],
    [
      "no id that is too long",
      { data: { scenario_id: "x".repeat(129), prompt_id: "x".repeat(128) } },
      null,
      "x".repeat(128),
    ],
    ["no id that SQLite cannot hold", { data: { scenario_id: "a\0b", prompt_id: "\ud800" } }, null, null],
  ])("%s", async (_, more, scenario_id, prompt_id) => {
    const h = createHarness();
    const user = await givenUser(h);
    const { body } = await sendPush(h, aPush(user.id, more));
    expect((await read(h, body.id)).body).toMatchObject({ scenario_id, prompt_id, data: more.data });
  });

  test("data reaches the device and the record as it was given", async () => {
    const h = createHarness();
    const user = await givenUser(h);
    const data = { text: "nul \0, half \ud83d, quote \" ' \\", list: [1, null, { deep: true }], "": 0 };
    const { body } = await sendPush(h, aPush(user.id, { data }));
    expect((await read(h, body.id)).body.data).toEqual(data);
    expect(h.expo.accepted[0]?.data).toEqual(data);
  });

  test("title, body and data of more than 4,096 bytes are refused at the door", async () => {
    const h = createHarness();
    const user = await givenUser(h);
    const answer = await sendPush(h, aPush(user.id, { body: "å".repeat(2_000) }));
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].detail).toContain("4096 bytes");
  });

  test("data that is nested without end is refused, and breaks nothing", async () => {
    const h = createHarness();
    const user = await givenUser(h);
    const data = `{"a":${"[".repeat(200_000)}${"]".repeat(200_000)}}`;
    const body = `{"user_id":"${user.id}","title":"t","body":"b","data":${data}}`;
    const answer = await sendPush(h, body);
    expect(answer.status).toBe(400);
    expect(pointers(answer)).toEqual(["/data"]);
  });

  test("a fallback follows on its channel when the push fails, with the same content", async () => {
    const h = createHarness();
    const user = await givenUser(h, { devices: 0 });
    const { body } = await sendPush(h, aPush(user.id, { fallback: "in_app", scenario_id: "sc" }));
    expect(body.status).toBe("failed");
    const followers = "user_id = ? AND channel = 'in_app' AND status = 'delivered' AND scenario_id = 'sc'";
    expect(await count(h, "dispatches", followers, user.id)).toBe(1);
  });
});

describe("what is refused leaves nothing behind", () => {
  test.each([
    ["an unknown user", () => aPush("nobody"), 404],
    ["an unknown field", (id: string) => aPush(id, { userid: "x" }), 400],
    ["a fallback to push itself", (id: string) => aPush(id, { fallback: "push" }), 400],
    ["a time without an offset", (id: string) => aPush(id, { send_at: "2026-03-26T08:00:00" }), 400],
    ["a time out of range", (id: string) => aPush(id, { send_at: "1969-01-01T00:00:00Z" }), 400],
  ])("%s", async (_, push, status) => {
    const h = createHarness();
    const user = await givenUser(h);
    expect((await sendPush(h, push(user.id))).status).toBe(status);
    expect(await count(h, "dispatches", "user_id IN (?, 'nobody')", user.id)).toBe(0);
    expect(h.queues.sends).toBe(0);
  });

  test("a send that D1 did not take costs the user nothing of the budget", async () => {
    const h = createHarness({ vars: { PUSH_LIMIT_PER_HOUR: "1" } });
    const user = await givenUser(h);
    h.meter.failNext("before", "D1_ERROR: disk I/O error");
    expect((await sendPush(h, aPush(user.id))).status).toBe(500);
    expect((await sendPush(h, aPush(user.id))).status).toBe(201);
    expect((await sendPush(h, aPush(user.id))).status).toBe(429);
  });
});
