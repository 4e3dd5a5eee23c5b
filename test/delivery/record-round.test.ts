import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { beforeEach, describe, expect, test } from "vitest";
import { claim } from "../../src/delivery/claim.ts";
import { recordRound } from "../../src/delivery/record-round.ts";
import { Parsed } from "../../src/db/statement.ts";
import { queueMessage } from "../../src/outbox/wake.ts";
import { settlement } from "../../src/outbox/settlement.ts";
import { createWorld, dispatchesOf, dispatchOf, emptyTables, givenPushes } from "../support/pipeline.ts";
import { settlementOf } from "../support/settlements.ts";

beforeEach(emptyTables);

const nothing = () => Parsed.of({ nothing: sql`SELECT 1 WHERE false` }, () => null);

describe("what is recorded of a round", () => {
  test("are the outcomes of what was sent; what the lease no longer covered goes back to the queue at once", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 2);
    const { lease, dispatches } = await claim(h.ctx, "push", ids, nothing);
    const [sent] = dispatches.filter(({ id }) => id === ids[0]);
    if (sent === undefined) throw new Error("Nothing was claimed");
    await recordRound(h.ctx, "push", {
      lease,
      swept: new Set(),
      provider: "expo",
      probe: false,
      ready: dispatches,
      verdicts: [],
      results: [
        {
          dispatch: sent,
          outcome: { kind: "accepted", messageId: "ticket" },
          attempted: true,
          targets: 1,
          deliveries: [],
          gone: [],
        },
      ],
    });
    const [first, second] = await dispatchesOf(ids);
    expect(first).toMatchObject({ status: "sent", attempts: 1, provider_message_id: "ticket" });
    expect(second).toMatchObject({ status: "queued", attempts: 0, due_at: h.clock.now(), claim_id: null });
  });
});

test("outcomes that an older version put onto the queue free no slot", () => {
  const id = crypto.randomUUID();
  const { verdicts, ...rest } = settlementOf({ verdicts: [{ id, status: "failed" }] });
  const { frees_slot: _, ...older } = verdicts[0] ?? {};
  expect(settlement.parse({ ...rest, verdicts: [older] }).verdicts[0]?.frees_slot).toBe(false);
});

test("a sweep whose answer was lost wakes each overdue dispatch once, on its own channel, and no other", async () => {
  const h = createWorld();
  const { ids: pushes } = await givenPushes(h, 2);
  const { ids: mails } = await givenPushes(h, 1, { channel: "email", lane: "email" });
  const { ids: later } = await givenPushes(h, 1);
  const set = (id: string | undefined, wakeAt: number) =>
    env.DB.prepare("UPDATE dispatches SET wake_at = ? WHERE id = ?").bind(wakeAt, id).run();
  for (const id of [...pushes, ...mails]) await set(id, h.clock.now());
  const notYet = h.clock.now() + 10 * 60_000;
  await set(later[0], notYet);
  h.meter.failNext("after");
  await h.tick();
  const calls = h.queues.waiting.map(({ body }) => queueMessage.parse(body));
  const idsOn = (channel: string) =>
    calls.flatMap((call) => ("ids" in call && call.channel === channel ? call.ids : []));
  expect(idsOn("push").toSorted()).toEqual(pushes.toSorted());
  expect(idsOn("email")).toEqual(mails);
  expect((await dispatchOf(later[0] ?? "")).wake_at).toBe(notYet);
});
