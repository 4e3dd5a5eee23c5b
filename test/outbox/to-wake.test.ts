import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { queuedAmong } from "../../src/outbox/wake.ts";
import { HOUR } from "../../src/lib/clock.ts";
import { createWorld, emptyTables, givenDispatches, givenUsers } from "../support/pipeline.ts";

beforeEach(emptyTables);

test("what is due soon is woken, and what lies in an inbox is announced; nothing else is", async () => {
  const h = createWorld();
  const [user = ""] = (await givenUsers(h, 1)).users;
  const inApp = { channel: "in_app", lane: "bulk" } as const;
  const given = async (more: Parameters<typeof givenDispatches>[2]) =>
    (await givenDispatches(h, [user], more))[0] ?? "";
  const soon = await given({});
  const later = await given({ sendAt: h.clock.now() + HOUR });
  const sent = await given({});
  const delivered = await given(inApp);
  const cancelled = await given(inApp);
  const unasked = await given({});
  await env.DB.batch([
    env.DB.prepare("UPDATE dispatches SET status = 'sent', wake_at = NULL WHERE id = ?").bind(sent),
    env.DB.prepare("UPDATE dispatches SET status = 'cancelled' WHERE id = ?").bind(cancelled),
  ]);
  const asked = [soon, later, sent, delivered, cancelled];
  const { found } = await h.ctx.db.read({ found: queuedAmong(asked) });
  expect(found.toSorted((a, b) => asked.indexOf(a.id) - asked.indexOf(b.id))).toEqual([
    expect.objectContaining({ id: soon, channel: "push", at: h.clock.now(), inbox: null }),
    expect.objectContaining({ id: delivered, channel: "in_app", inbox: user }),
  ]);
  expect(found.map(({ id }) => id)).not.toContain(unasked);
});
