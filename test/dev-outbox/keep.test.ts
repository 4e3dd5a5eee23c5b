import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { clearOutbox } from "../../src/dev-outbox/cleared.ts";
import { KEPT, keepTaken } from "../../src/dev-outbox/keep.ts";
import { listOutbox } from "../../src/dev-outbox/list.ts";
import type { Taken } from "../../src/dev-outbox/message.ts";
import { createHarness, type Harness, mint } from "../support/harness.ts";
import { givenDispatches } from "../support/pipeline.ts";

beforeEach(async () => {
  await env.DB.exec("DELETE FROM dev_outbox");
});

const aMail = (dispatchId: string, html = "<p>Hello</p>"): Taken => ({
  dispatchId,
  to: "kari@example.com",
  content: {
    channel: "email",
    message: {
      to_name: "Kari",
      from: { name: "Tidings", address: "notifications@example.com" },
      reply_to: null,
      subject: "Hello",
      html,
      text: "Hello",
      headers: {},
    },
  },
});

const keep = (h: Harness, taken: readonly Taken[]) => keepTaken(h.ctx, taken);
const count = async () =>
  (await env.DB.prepare("SELECT count(*) AS n FROM dev_outbox").first<{ n: number }>())?.n;

test("only the newest are kept, and keeping many takes one round trip", async () => {
  const h = createHarness();
  const [id = ""] = await givenDispatches(h, [mint("usr")]);
  await keep(h, [aMail(id, "the oldest")]);
  h.meter.reset();
  await keep(
    h,
    Array.from({ length: KEPT }, () => aMail(id)),
  );
  expect(h.meter.trips).toBe(1);
  expect(await count()).toBe(KEPT);
  const all = await listOutbox(h.ctx, {}, { limit: KEPT, before: null });
  expect(JSON.stringify(all)).not.toContain("the oldest");
});

test("mails that are too large for one parameter go in several", async () => {
  const h = createHarness();
  const [id = ""] = await givenDispatches(h, [mint("usr")]);
  h.meter.reset();
  await keep(
    h,
    Array.from({ length: 8 }, () => aMail(id, "x".repeat(400_000))),
  );
  expect(h.meter.trips).toBe(1);
  expect(await count()).toBe(8);
});

test("a message of a user who is erased meanwhile is not kept", async () => {
  const h = createHarness();
  await keep(h, [aMail("0193ab00-0000-7000-8000-000000000000")]);
  expect(await count()).toBe(0);
});

test("a fault of the outbox is logged without the message, and stops nobody", async () => {
  const h = createHarness();
  const [id = ""] = await givenDispatches(h, [mint("usr")]);
  const failing = {
    ids: h.ctx.ids,
    log: h.ctx.log,
    db: { ...h.ctx.db, write: () => Promise.reject(new Error("D1 is away")) },
  };
  await keepTaken(failing, [aMail(id)]);
  expect(h.logged.join()).toContain("dev_outbox_failed");
  expect(h.logged.join()).not.toContain("kari@example.com");
});

test("emptying leaves one row, however often", async () => {
  const h = createHarness();
  const userId = mint("usr");
  const [id = ""] = await givenDispatches(h, [userId]);
  await keep(h, [aMail(id)]);
  expect(await listOutbox(h.ctx, { userId }, { limit: 10, before: null })).toHaveLength(1);
  await clearOutbox(h.ctx);
  await clearOutbox(h.ctx);
  expect(await count()).toBe(1);
  expect(await listOutbox(h.ctx, { userId }, { limit: 10, before: null })).toEqual([]);
});
