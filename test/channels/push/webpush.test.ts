import { describe, expect, test } from "vitest";
import { MAX_PUSH_BYTES, pushPayloadBytes } from "../../../src/channels/push/options.ts";
import { MAX_PAYLOAD_BYTES, payloadOf } from "../../../src/channels/push/providers/webpush/payload.ts";
import { decrypt, fromBase64Url, readBrowserKeys } from "../../support/sandbox/webpush-crypto.ts";
import { createWorld, NOW, pushTo, VAPID } from "./webpush-fixture.ts";

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

// The independent half of these tests: what the sandbox reads with, checked by the standard's own example.
test("the sandbox decrypts the example of RFC 8291, 5", async () => {
  const body =
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
  const keys = await readBrowserKeys(
    "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94",
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "BTBZMqHH6r4Tts7J_aSIgg",
  );
  const text = await decrypt(fromBase64Url(body), keys);
  expect(new TextDecoder().decode(text)).toBe("When I grow up, I want to be a watermelon");
});

describe("a push that the service takes", () => {
  test("is for its own browser alone, and says what the message says", async () => {
    const { sandbox, provider } = createWorld();
    const [ada, bob] = [await sandbox.subscribe(), await sandbox.subscribe()];
    const report = await provider.send([
      pushTo(ada, {
        data: { url: "/runs", n: 1 },
        options: { image: "https://cdn.example.com/run.png", badge: 3, sound: null },
      }),
      pushTo(bob, { title: "Blåbærsyltetøy 🫐" }),
    ]);
    expect(report).toEqual({
      outcomes: [1, 2].map(() => ({ kind: "accepted", messageId: null })),
      health: { kind: "ok" },
    });
    expect(sandbox.accepted.map(({ endpoint, payload }) => ({ endpoint, payload }))).toEqual([
      {
        endpoint: ada.endpoint,
        payload: {
          title: "Time to log your run!",
          body: "You haven't recorded an activity in 3 days.",
          data: { url: "/runs", n: 1 },
          tag: "01999999-0000-7000-8000-000000000001",
          image: "https://cdn.example.com/run.png",
          app_badge: 3,
          silent: true,
        },
      },
      {
        endpoint: bob.endpoint,
        payload: expect.objectContaining({ title: "Blåbærsyltetøy 🫐", data: null }),
      },
    ]);
  });

  test("cannot be read with another browser's keys", async () => {
    const { sandbox, provider } = createWorld();
    const [ada, bob] = [await sandbox.subscribe(), await sandbox.subscribe()];
    await provider.send([pushTo({ ...ada, keys: bob.keys })]);
    expect(sandbox.accepted).toMatchObject([{ payload: null }]);
  });

  test("tells how it is to be treated", async () => {
    const { sandbox, provider } = createWorld();
    const to = await sandbox.subscribe();
    await provider.send([
      pushTo(to),
      pushTo(to, { expiresAt: NOW + 90_500, options: { priority: "normal" }, collapseId: "b".repeat(64) }),
      pushTo(to, { expiresAt: NOW - 1, options: { priority: "default" } }),
      pushTo(to, { expiresAt: NOW + 400 * 24 * HOUR, options: { priority: "high" } }),
    ]);
    expect(sandbox.accepted.map(({ ttl, urgency, topic }) => [ttl, urgency, topic])).toEqual([
      [28 * 86_400, "high", "01999999000070008000000000000001"],
      [90, "normal", expect.stringMatching(/^[\w-]{32}$/)],
      [0, "normal", "01999999000070008000000000000001"],
      [28 * 86_400, "high", "01999999000070008000000000000001"],
    ]);
  });

  test("replaces an earlier attempt of the same dispatch that still waits", async () => {
    const { sandbox, provider } = createWorld({ timeoutMs: 100 });
    const to = await sandbox.subscribe();
    sandbox.failNext({ kind: "hang", accept: true });
    expect((await provider.send([pushTo(to)])).outcomes).toMatchObject([{ kind: "retry" }]);
    await provider.send([pushTo(to)]);
    await provider.send([pushTo(to, { collapseId: "01999999-0000-7000-8000-000000000002" })]);
    expect(sandbox.accepted).toHaveLength(3);
    expect(sandbox.waiting(to.endpoint)).toHaveLength(2);
  });

  test("does not show how long its text is", async () => {
    const { sandbox, provider, push } = createWorld();
    await provider.send([
      await push({ body: "No." }),
      await push({ body: "Yes, and here are all the reasons that I have for it." }),
    ]);
    const [short, long] = sandbox.accepted.map(({ bodyBytes }) => bodyBytes);
    expect(short).toBe(long);
  });
});

describe("who sends", () => {
  test("is signed once for all messages of half a day, and then anew", async () => {
    const { clock, sandbox, provider, pushes } = createWorld();
    await provider.send(await pushes(5));
    clock.time += 11 * HOUR - 1;
    await provider.send(await pushes(1));
    expect(new Set(sandbox.requests.map(({ headers }) => headers["authorization"]))).toHaveLength(1);
    clock.time += 1;
    await provider.send(await pushes(2));
    expect(new Set(sandbox.requests.map(({ headers }) => headers["authorization"]))).toHaveLength(2);
    expect(sandbox.accepted).toHaveLength(8);
    expect(sandbox.accepted[0]?.sender).toEqual({
      publicKey: VAPID.publicKey,
      claims: {
        aud: "https://updates.push.services.mozilla.com",
        exp: NOW / SECOND + 12 * 3_600,
        sub: "mailto:push@tidings.example",
      },
    });
  });

  test("may be sent to a browser that has subscribed with the same key", async () => {
    const { sandbox, provider } = createWorld();
    await provider.send([pushTo(await sandbox.subscribe(VAPID.publicKey))]);
    expect(sandbox.accepted).toHaveLength(1);
  });
});

describe("the size", () => {
  test("of the largest payload is a body of exactly 4,096 bytes, which arrives", async () => {
    const { sandbox, provider } = createWorld();
    const to = await sandbox.subscribe();
    const frame = payloadBytes({ body: "" });
    await provider.send([pushTo(to, { body: "x".repeat(MAX_PAYLOAD_BYTES - frame) })]);
    expect(sandbox.accepted).toMatchObject([{ bodyBytes: 4_096, textBytes: 3_993 }]);
  });

  test("of one byte more is refused without asking", async () => {
    const { sandbox, provider } = createWorld();
    const to = await sandbox.subscribe();
    const body = "x".repeat(MAX_PAYLOAD_BYTES - payloadBytes({ body: "" }) + 1);
    const report = await provider.send([pushTo(to, { body }), pushTo(to)]);
    expect(report.outcomes).toMatchObject([
      { kind: "rejected", code: "message_too_big" },
      { kind: "accepted" },
    ]);
    expect(sandbox.requests).toHaveLength(1);
  });

  test("that the API takes fits, whatever it is made of", () => {
    for (const filler of ["x", "é", "🫐", '"', "\\", "\u{7f}"])
      for (const options of [
        {},
        { badge: 99_999, sound: null, image: `https://a.example/${"p".repeat(1_000)}` },
      ]) {
        const sized = (n: number) => ({ title: "T", body: filler.repeat(n), data: { a: 1 }, options });
        let n = 0;
        while (pushPayloadBytes(sized(n + 1)) <= MAX_PUSH_BYTES) n++;
        expect(n).toBeGreaterThan(300);
        expect(payloadOf({ ...EMPTY, ...sized(n) }), `${n} times ${filler}`).not.toBeNull();
      }
  });
});

const EMPTY = pushTo({ endpoint: "", expirationTime: null, keys: { p256dh: "", auth: "" } });

/** The bytes of a payload's JSON, without what hides its length. */
const payloadBytes = (over: Partial<typeof EMPTY>): number =>
  new TextEncoder().encode(new TextDecoder().decode(payloadOf({ ...EMPTY, ...over }) ?? undefined).trimEnd())
    .length;
