import { describe, expect, test } from "vitest";
import { createApp } from "../../../src/app.ts";
import { createHarness, tokenFor } from "../../support/harness.ts";
import { aPush, givenUser } from "../../support/world.ts";
import { count, pointers, read, sendBatch, sendPush } from "./calls.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const ALL = {
  sound: "chime.wav",
  badge: 3,
  priority: "normal",
  ttl: 3_600,
  subtitle: "Week 3",
  channel_id: "training",
  interruption_level: "time-sensitive",
  mutable_content: true,
  category_id: "workout",
  image: "https://cdn.example.com/run.png",
  content_available: true,
};

describe("the options of a push", () => {
  test("reach Expo, and stand in the record", async () => {
    const h = createHarness();
    const { id } = await givenUser(h);
    const { status, body } = await sendPush(h, aPush(id, { options: ALL }));
    expect([status, body.status]).toEqual([201, "sent"]);
    expect(h.expo.accepted[0]?.message).toMatchObject({
      sound: "chime.wav",
      badge: 3,
      priority: "normal",
      subtitle: "Week 3",
      channelId: "training",
      interruptionLevel: "time-sensitive",
      mutableContent: true,
      categoryId: "workout",
      richContent: { image: "https://cdn.example.com/run.png" },
      contentAvailable: true,
      expiration: (h.clock.now() - 100) / SECOND + 3_600,
    });
    expect((await read(h, body.id)).body.options).toEqual(ALL);
  });

  test("are each target's own in a batch", async () => {
    const h = createHarness();
    const users = await Promise.all([1, 2, 3].map(() => givenUser(h)));
    const options = [{ badge: 1 }, undefined, { sound: null }];
    await sendBatch(
      h,
      users.map(({ id }, i) => aPush(id, { options: options[i] })),
    );
    const given = users.map(({ tokens: [token] }) => h.expo.accepted.find((push) => push.token === token));
    expect(given.map((push) => [push?.message["badge"], push?.message["sound"]])).toEqual([
      [1, "default"],
      [undefined, "default"],
      [undefined, null],
    ]);
  });

  test("stay when a push is tried again", async () => {
    const h = createHarness();
    const { id } = await givenUser(h);
    h.expo.failNext({ kind: "status", status: 500 });
    await sendPush(h, aPush(id, { options: { badge: 7, ttl: 600 } }));
    const due = h.clock.now() - 100;
    h.clock.advance(2 * MINUTE);
    await h.drain();
    expect(h.expo.accepted.map(({ message }) => [message["badge"], message["expiration"]])).toEqual([
      [7, due / SECOND + 600],
    ]);
  });

  test.each([
    ["sound", ""],
    ["sound", "x".repeat(129)],
    ["badge", -1],
    ["badge", 1.5],
    ["badge", 100_000],
    ["priority", "urgent"],
    ["ttl", -1],
    ["ttl", 2_419_201],
    ["subtitle", ""],
    ["channel_id", ""],
    ["interruption_level", "loud"],
    ["mutable_content", "yes"],
    ["category_id", "x".repeat(129)],
    ["image", "http://cdn.example.com/a.png"],
    ["image", "https://10.0.0.1/a.png"],
    ["image", `https://cdn.example.com/${"x".repeat(2_048)}`],
    ["content_available", 1],
  ])("are refused by name: %s = %j", async (name, value) => {
    const h = createHarness();
    const push = aPush("usr_any", { options: { [name]: value } });
    expect(pointers(await sendPush(h, push))).toEqual([`/options/${name}`]);
    expect(pointers(await sendBatch(h, [push]))).toEqual([`/targets/0/options/${name}`]);
  });

  test("have their bounds in the reference", async () => {
    const { body } = await createHarness().request("GET", "/openapi.json", { as: null });
    const { properties } = body.components.schemas.PushOptions;
    expect(properties.image).toMatchObject({ format: "uri", maxLength: 2_048 });
    expect(properties.ttl).toMatchObject({ minimum: 0, maximum: 28 * 24 * 3_600 });
  });

  test("that do not exist are refused", async () => {
    const answer = await sendPush(createHarness(), aPush("usr_any", { options: { vibrate: true } }));
    expect(answer.status).toBe(400);
    expect(pointers(answer)).toEqual(["/options/vibrate"]);
  });

  test("that no configured provider has are refused, each by name and target", async () => {
    const h = createHarness();
    const [expo] = h.deps.pushProviders;
    if (expo === undefined) throw new Error("No push provider");
    const plain = { ...expo, name: "plain", options: ["sound", "ttl"] as const };
    const app = createApp(() => ({ ...h.deps, pushProviders: [plain] }));
    const answer = async (path: string, body: unknown) => {
      const authorization = `Bearer ${await tokenFor({ role: "service" }, h.clock.now())}`;
      const response = await app.fetch(
        new Request(`http://tidings.test/api/v1/notifications${path}`, {
          method: "POST",
          headers: { authorization, "content-type": "application/json" },
          body: JSON.stringify(body),
        }),
        h.deps.bindings,
      );
      return { status: response.status, body: await response.json<{ errors?: unknown }>() };
    };
    const push = aPush("usr_any", { options: { badge: 1, ttl: 5, image: ALL.image } });
    const detail = "no push provider here has this (plain)";
    expect(await answer("", push)).toMatchObject({
      status: 400,
      body: {
        errors: [
          { pointer: "/options/badge", detail },
          { pointer: "/options/image", detail },
        ],
      },
    });
    const errors = [
      { pointer: "/targets/1/options/badge", detail, count: 2, members: [1, 2] },
      { pointer: "/targets/1/options/image", detail, count: 2, members: [1, 2] },
    ];
    expect(await answer("/batch", { targets: [aPush("usr_any"), push, push] })).toMatchObject({
      status: 201,
      body: { results: [{}, { error_code: "invalid_request" }, { error_code: "invalid_request" }], errors },
    });
    expect(await answer("/batch", { targets: [push] })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: "/targets/0/options/badge" }, { pointer: "/targets/0/options/image" }] },
    });
  });

  test("count against the size of a push", async () => {
    const h = createHarness();
    const { id } = await givenUser(h);
    const push = aPush(id, { body: "x".repeat(3_700) });
    expect((await sendPush(h, push)).status).toBe(201);
    const tooBig = await sendPush(h, { ...push, options: { subtitle: "x".repeat(400) } });
    expect(tooBig.status).toBe(400);
    expect(tooBig.body.errors[0].detail).toContain("options together must not exceed 4096 bytes");
  });

  test("belong to a push", async () => {
    const answer = await sendPush(
      createHarness(),
      aPush("usr_any", { channels: ["in_app"], options: { badge: 1 } }),
    );
    expect(pointers(answer)).toEqual(["/options"]);
  });
});

describe("ttl", () => {
  test("counts from when the push is due, not from when it was asked for", async () => {
    const h = createHarness();
    const { id } = await givenUser(h);
    const send_at = h.clock.now() + 90 * MINUTE;
    await sendPush(h, aPush(id, { send_at: new Date(send_at).toISOString(), options: { ttl: 60 } }));
    h.clock.set(send_at);
    await h.tick();
    await h.drain();
    expect(h.expo.accepted[0]?.message["expiration"]).toBe(send_at / SECOND + 60);
  });

  test("that is over before any service took the push fails it as `expired`, and its fallback follows", async () => {
    const h = createHarness();
    const { id } = await givenUser(h);
    h.expo.failNext({ kind: "status", status: 500 });
    const { body } = await sendPush(h, aPush(id, { options: { ttl: 5 }, fallback: "in_app" }));
    expect(body.status).toBe("queued");
    h.clock.advance(3 * MINUTE);
    await h.drain();
    expect((await read(h, body.id)).body).toMatchObject({ status: "failed", error_code: "expired" });
    expect(h.expo.accepted).toEqual([]);
    expect(await count(h, "dispatches", "user_id = ? AND channel = 'in_app'", id)).toBe(1);
  });

  test("that is over for one device only leaves the push sent", async () => {
    const h = createHarness();
    const { id, tokens } = await givenUser(h, { devices: 2 });
    h.expo.settings.ticketErrors.set(tokens[1] ?? "", "ExpoError");
    const { body } = await sendPush(h, aPush(id, { options: { ttl: 5 } }));
    h.clock.advance(3 * MINUTE);
    await h.drain();
    expect((await read(h, body.id)).body).toMatchObject({ status: "sent", delivered_count: 1 });
  });

  test("0 sends at once all the same", async () => {
    const h = createHarness();
    const { id } = await givenUser(h);
    expect((await sendPush(h, aPush(id, { options: { ttl: 0 } }))).body.status).toBe("sent");
    expect(h.expo.accepted[0]?.message["expiration"]).toBe(Math.floor(h.clock.now() / SECOND));
  });
});

describe("a silent push", () => {
  const silent = (user_id: string, more: object = {}) => ({
    user_id,
    data: { sync: "runs" },
    options: { content_available: true },
    ...more,
  });

  test("has neither title nor body, and reaches Expo as data alone", async () => {
    const h = createHarness();
    const { id } = await givenUser(h);
    const { status, body } = await sendPush(h, silent(id));
    expect([status, body.status, body.title, body.body]).toEqual([201, "sent", "", ""]);
    const { message } = h.expo.accepted[0] ?? {};
    expect(message).toMatchObject({ data: { sync: "runs" }, contentAvailable: true, priority: "normal" });
    expect(Object.keys(message ?? {})).not.toContain("sound");
    expect(h.expo.accepted[0]).toMatchObject({ title: null, body: null });
  });

  test("may set the badge alone, so that an app read elsewhere loses its number", async () => {
    const h = createHarness();
    const { id } = await givenUser(h);
    const clear = { user_id: id, options: { content_available: true, badge: 0 } };
    expect((await sendPush(h, clear)).body.status).toBe("sent");
    expect(h.expo.accepted[0]?.message).toMatchObject({ badge: 0, contentAvailable: true });
  });

  test("goes in a batch beside others", async () => {
    const h = createHarness();
    const { id } = await givenUser(h);
    const { body } = await sendBatch(h, [silent(id), aPush(id)]);
    expect(body.succeeded).toBe(2);
  });

  test.each([
    [{ options: undefined }, ["/title", "/body"]],
    [{ options: { content_available: false } }, ["/title", "/body"]],
    [{ title: "Only" }, ["/body"]],
    [{ body: "Only" }, ["/title"]],
    [{ data: undefined }, ["/data"]],
    [{ data: {} }, ["/data"]],
    [
      { options: { content_available: true, sound: "default", image: ALL.image, subtitle: "x", ttl: 5 } },
      ["/options/sound", "/options/subtitle", "/options/image"],
    ],
    [{ fallback: "email" }, ["/fallback"]],
    [{ channels: ["push", "in_app"] }, ["/channels"]],
  ])("needs data and shows nothing: %j", async (change, expected) => {
    const answer = await sendPush(createHarness(), silent("usr_any", change));
    expect(answer.status).toBe(400);
    expect(pointers(answer)).toEqual(expected);
  });

  test.each([
    [[], [""]],
    [null, [""]],
    [{ user_id: "usr_any", title: 5, body: null }, ["/title", "/body"]],
    [{ user_id: "usr_any", title: "", body: "x", options: "loud" }, ["/title", "/options"]],
  ])("what is of a wrong kind is said once: %j", async (body, expected) => {
    const answer = await sendPush(createHarness(), body);
    expect([answer.status, pointers(answer)]).toEqual([400, expected]);
  });

  test("that lacks everything gets all its faults in one answer", async () => {
    const answer = await sendPush(createHarness(), { user_id: "no id!", badge: 1 });
    expect(pointers(answer).toSorted()).toEqual(["/badge", "/body", "/title", "/user_id"]);
  });
});

describe("a message for the inbox alone", () => {
  const inApp = (id: string, more: object) => aPush(id, { channels: ["in_app"], ...more });

  test("is not bound by what a push may hold", async () => {
    const h = createHarness();
    const { id } = await givenUser(h);
    const long = { title: "é".repeat(1_000), body: "長".repeat(4_096) };
    const { status, body } = await sendPush(h, inApp(id, long));
    expect([status, body.status, body.title, body.body]).toEqual([201, "sent", long.title, long.body]);
    expect((await sendPush(h, inApp(id, { data: { note: "x".repeat(15_000) } }))).status).toBe(201);
  });

  test("has a bound of its own", async () => {
    const answer = await sendPush(createHarness(), inApp("usr_any", { data: { note: "x".repeat(16_384) } }));
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].detail).toContain("16384 bytes");
  });

  test.each([[{}], [{ channels: ["push", "in_app"] }], [{ fallback: "in_app" }], [{ fallback: "email" }]])(
    "is not one that goes to a phone first: %j",
    async (more) => {
      const push = aPush("usr_any", { ...more, body: "x".repeat(4_096) });
      const answer = await sendPush(createHarness(), push);
      expect(answer.status).toBe(400);
      expect(answer.body.errors[0].detail).toContain("4096 bytes");
    },
  );
});
