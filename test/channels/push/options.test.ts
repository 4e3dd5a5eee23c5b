import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  isStale,
  keptUntil,
  INTERRUPTION_LEVELS,
  MAX_TTL_SECONDS,
  PRIORITIES,
  PUSH_OPTIONS,
  type PushOptions,
  unknownTo,
  pushPayloadBytes,
} from "../../../src/channels/push/options.ts";
import { toExpoMessage } from "../../../src/channels/push/providers/expo/mapping.ts";
import { createWorld, NOW, pushTo, tokenOf } from "./expo-fixture.ts";

const SECOND = 1_000;
const DAY = 86_400 * SECOND;

const text = fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" });
const anyOptions: fc.Arbitrary<PushOptions> = fc.record(
  {
    sound: fc.option(text),
    badge: fc.nat(99_999),
    priority: fc.constantFrom(...PRIORITIES),
    ttl: fc.nat(MAX_TTL_SECONDS),
    subtitle: text,
    channel_id: text,
    interruption_level: fc.constantFrom(...INTERRUPTION_LEVELS),
    mutable_content: fc.boolean(),
    category_id: text,
    image: fc.webUrl(),
    content_available: fc.boolean(),
  },
  { requiredKeys: [] },
);

/** What Expo was given for a message with these options, without what every message has. */
async function asExpo(options: PushOptions, over: Parameters<typeof pushTo>[1] = {}) {
  const { sandbox, provider } = createWorld();
  const report = await provider.send([pushTo(tokenOf("a"), { options, ...over })]);
  expect(report.outcomes).toMatchObject([{ kind: "accepted" }]);
  const { title: _, body: __, collapseId: ___, ...rest } = sandbox.accepted[0]?.message ?? {};
  return rest;
}

describe("Expo gets", () => {
  const plain = { sound: "default", priority: "high", tag: expect.any(String) };

  test.each<[PushOptions, object]>([
    [{}, {}],
    [{ sound: "chime.wav" }, { sound: "chime.wav" }],
    [{ sound: null }, { sound: null }],
    [{ badge: 0 }, { badge: 0 }],
    [{ priority: "normal" }, { priority: "normal" }],
    [{ subtitle: "Week 3" }, { subtitle: "Week 3" }],
    [{ channel_id: "training" }, { channelId: "training" }],
    [{ interruption_level: "time-sensitive" }, { interruptionLevel: "time-sensitive" }],
    [{ mutable_content: true }, { mutableContent: true }],
    [{ category_id: "workout" }, { categoryId: "workout" }],
    [{ image: "https://cdn.example.com/a.png" }, { richContent: { image: "https://cdn.example.com/a.png" } }],
    [{ content_available: true }, { contentAvailable: true }],
  ])("%j in its own words", async (options, expected) => {
    expect(await asExpo(options)).toEqual({ ...plain, ...expected });
  });

  test("a silent push without title, body, sound and tag, at normal priority", async () => {
    const over = { title: null, body: null, data: { sync: "runs" } };
    const options = { content_available: true };
    const { sandbox, provider } = createWorld();
    await provider.send([pushTo(tokenOf("a"), { options, ...over })]);
    expect(sandbox.accepted[0]?.message).toEqual({
      data: { sync: "runs" },
      priority: "normal",
      contentAvailable: true,
      collapseId: expect.any(String),
    });
  });
});

test("options are counted, and never less than what is sent", () => {
  fc.assert(
    fc.property(anyOptions, fc.boolean(), (options, isSilent) => {
      const message = pushTo(tokenOf("a"), {
        options,
        ...(isSilent && { title: null, body: null }),
        collapseId: "c".repeat(64),
        expiresAt: NOW,
      });
      const { to: _, ...sent } = toExpoMessage(message);
      const bytes = new TextEncoder().encode(JSON.stringify(sent)).length;
      expect(pushPayloadBytes(message)).toBeGreaterThanOrEqual(bytes);
      // Nor so much more that a message is refused for nothing.
      if (!isSilent) expect(pushPayloadBytes(message)).toBeLessThan(bytes + 60);
    }),
  );
});

describe("an option that", () => {
  const options: PushOptions = { badge: 1, channel_id: "a", sound: null };

  test("no provider has is unknown", () => {
    expect(unknownTo([{ options: ["sound"] }, { options: ["sound", "ttl"] }], options)).toEqual([
      "badge",
      "channel_id",
    ]);
  });

  test("one provider has is known, and Expo has them all", () => {
    expect(unknownTo([{ options: ["sound", "badge"] }, { options: ["channel_id"] }], options)).toEqual([]);
    expect(createWorld().provider.options).toEqual(PUSH_OPTIONS);
  });
});

describe("how long a push is kept", () => {
  const times = { created_at: NOW, scheduled_at: null, slot_at: null, expires_at: null };

  test("is four weeks from when it was due, be that by send_at, by its slot or by a retry", () => {
    expect(keptUntil(times, {}, NOW)).toBe(NOW + 28 * DAY);
    const scheduled = { ...times, scheduled_at: NOW + 29 * DAY };
    expect(keptUntil(scheduled, {}, NOW + 29 * DAY)).toBe(NOW + 57 * DAY);
    expect(keptUntil({ ...times, slot_at: NOW + DAY }, {}, NOW + DAY)).toBe(NOW + 29 * DAY);
  });

  test("is the ttl, and does not move when it is sent again", () => {
    for (const late of [0, 1, 30])
      expect(keptUntil(times, { ttl: 60 }, NOW + late * SECOND)).toBe(NOW + 60 * SECOND);
  });

  test("ends at expires_at where that comes first", () => {
    const expiring = { ...times, expires_at: NOW + 30 * SECOND };
    expect(keptUntil(expiring, { ttl: 60 }, NOW)).toBe(NOW + 30 * SECOND);
    expect(keptUntil(expiring, { ttl: 10 }, NOW)).toBe(NOW + 10 * SECOND);
  });

  test("is never in the past, in any history", () => {
    const ahead = fc.integer({ min: 0, max: 40 * DAY });
    fc.assert(
      fc.property(
        fc.option(ahead),
        fc.option(ahead),
        ahead,
        fc.option(fc.nat(MAX_TTL_SECONDS)),
        (send, slot, at, ttl) => {
          const at_ = (ms: number | null) => (ms === null ? null : NOW + ms);
          const dispatch = { ...times, scheduled_at: at_(send), slot_at: at_(slot) };
          expect(keptUntil(dispatch, { ttl: ttl ?? undefined }, NOW + at)).toBeGreaterThanOrEqual(NOW + at);
        },
      ),
    );
  });

  test("leaves a minute for the way: `ttl: 0` is sent, and later it is stale", () => {
    expect(isStale(times, { ttl: 0 }, NOW + 60 * SECOND)).toBe(false);
    expect(isStale(times, { ttl: 0 }, NOW + 61 * SECOND)).toBe(true);
    expect(isStale(times, { ttl: 100 }, NOW + 160 * SECOND)).toBe(false);
    expect(isStale(times, {}, NOW + 100 * DAY)).toBe(false);
  });
});
