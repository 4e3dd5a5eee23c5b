import { expect, test } from "vitest";
import { dispatchRow } from "../../src/outbox/create.ts";
import { createWorld } from "../support/pipeline.ts";

const NEW = { channel: "push", lane: "push", type: "push", userId: "kari", orgId: null } as const;

test("an in-app message is delivered by being made, unless it expires at that time", () => {
  const { ctx } = createWorld();
  const inApp = { ...NEW, channel: "in_app", lane: "bulk" } as const;
  const now = ctx.clock.now();
  expect(dispatchRow(ctx, { ...inApp, expiresAt: now + 1 })).toMatchObject({
    status: "delivered",
    sent_at: now,
    delivered_at: now,
    delivered_count: 1,
  });
  expect(dispatchRow(ctx, { ...inApp, expiresAt: now })).toMatchObject({
    status: "queued",
    sent_at: null,
    delivered_at: null,
    delivered_count: 0,
  });
});

test("what a message does not have is NULL, and not the text of nothing", () => {
  const row = dispatchRow(createWorld().ctx, { ...NEW, data: null });
  expect([row.data, row.options, row.payload, row.title, row.batch_id]).toEqual([
    null,
    null,
    null,
    null,
    null,
  ]);
  const full = dispatchRow(createWorld().ctx, { ...NEW, data: {}, options: {}, payload: {} });
  expect([full.data, full.options, full.payload]).toEqual(["{}", "{}", "{}"]);
});
