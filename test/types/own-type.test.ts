import { expect, test } from "vitest";
import { notificationTypeOf } from "../../src/types/notification-type.ts";
import { type OwnTypeData, readOwnType } from "../../src/types/own-type.ts";

const aType = (more: Partial<OwnTypeData> = {}): OwnTypeData => ({
  id: "order_shipped",
  org_id: "org_1",
  name: "Order shipped",
  category: "orders",
  channels: [{ channel: "in_app" }, { channel: "email", wait: 600 }],
  critical: false,
  schema: null,
  sample: null,
  dedupe: "event",
  batch: null,
  throttle: null,
  expires_after: null,
  ...more,
});

test("an own type is one for the channels too, with a name, but without words", () => {
  const own = aType({ expires_after: 90, sample: { order: 1 } });
  const type = notificationTypeOf(own);
  expect(type).toMatchObject({
    id: "order_shipped",
    category: "orders",
    channels: ["in_app", "email"],
    critical: false,
    goodForMs: 90_000,
    // None of what only built-in types have.
    fallback: null,
    supersedes: false,
    ownBudget: false,
    chargedOnRequest: false,
    linkCode: 0,
    transactional: null,
    words: { en: { name: "Order shipped" } },
  });
  expect(type.sample(0)).toEqual({ order: 1 });
  expect(type.parse({ a: 1 })).toEqual({ a: 1 });
  expect(type.parse([])).toBeNull();
  expect(notificationTypeOf(own)).toBe(type);
  expect(notificationTypeOf(aType({ critical: true }))).toMatchObject({ critical: true, goodForMs: null });
  expect(notificationTypeOf(aType()).sample(0)).toEqual({});
});

test("a stored type is read as it was written, and anything else is refused", () => {
  const whole = aType({
    schema: { type: "object" },
    sample: { a: 1 },
    batch: { window: 60, key: null },
    throttle: { limit: 1, per: 60 },
    channels: [
      { channel: "push", wait: 0 },
      { channel: "in_app", wait: 30 * 86_400 },
    ],
  });
  for (const data of [aType(), whole]) expect(readOwnType(JSON.stringify(data))).toEqual(data);
  for (const wrong of [{ channels: [] }, { channels: [{ channel: "push", wait: -1 }] }])
    expect(() => readOwnType(JSON.stringify({ ...aType(), ...wrong }))).toThrow();
  // A later version, which was rolled back, may have stored more.
  expect(readOwnType(JSON.stringify({ ...whole, colour: 1 }))).toEqual(whole);
});
