import { beforeEach, describe, expect, test } from "vitest";
import { sql } from "drizzle-orm";
import { applyFeedback } from "../../src/channels/feedback/apply.ts";
import { DAY } from "../../src/lib/clock.ts";
import { requeueFailed } from "../../src/outbox/change.ts";
import { createChainWorld, givenPerson, reportOf, send, shortly } from "../support/chains.ts";
import type { Harness } from "../support/harness.ts";
import { emptyTables, live } from "../support/pipeline.ts";

beforeEach(emptyTables);

const MAIL = { channels: ["email"], fallback: { channel: "in_app" } };

/** Lets the queues run, with this report between the provider's answer and the settlement. */
async function reportedEarly(h: Harness, id: string, kind: "bounced" | "failed" | "delivered") {
  const stopped = h.interrupts.stopAtNext("fetch", "after");
  const draining = h.drain();
  await stopped.reached;
  await applyFeedback(h.ctx, "email", [reportOf(h, id, kind)]);
  stopped.release();
  await draining;
  await live(h, 3);
}

describe("a report that comes before its message is settled", () => {
  test.each([
    ["bounced", ["email bounced (mailbox_full)", "in_app delivered"]],
    ["failed", ["email failed (mailbox_full)", "in_app delivered"]],
    ["delivered", ["email delivered"]],
  ] as const)("(%s) starts the fallback of what did not arrive", async (kind, expected) => {
    const h = createChainWorld();
    const { id: user } = await givenPerson(h);
    const id = await send(h, user, MAIL);
    await reportedEarly(h, id, kind);
    expect(await shortly(user)).toEqual(expected);
    expect(h.resend.accepted).toHaveLength(1);
  });

  test("does so though the message was sent for the first time long ago, and a person has repeated it", async () => {
    const h = createChainWorld();
    const { id: user } = await givenPerson(h);
    const id = await send(h, user, MAIL);
    await live(h, 1);
    h.clock.advance(5 * DAY);
    // So late that nothing follows any more.
    await applyFeedback(h.ctx, "email", [reportOf(h, id, "bounced")]);
    await live(h, 1);
    expect(await shortly(user)).toEqual(["email bounced (mailbox_full)"]);
    await h.ctx.db.write({ it: requeueFailed(h.ctx, sql`id = ${id}`) });
    h.queues.put("email", { v: 1, channel: "email", ids: [id] });
    await reportedEarly(h, id, "bounced");
    expect(await shortly(user)).toEqual(["email bounced (mailbox_full)", "in_app delivered"]);
  });
});
