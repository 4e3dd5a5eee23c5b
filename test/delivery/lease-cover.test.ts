import { expect, test } from "vitest";
import { sendConcurrently } from "../../src/delivery/send-concurrently.ts";
import { SECOND } from "../../src/lib/clock.ts";
import { Places } from "../../src/lib/parallel.ts";
import { createWorld } from "../support/pipeline.ts";

// A request may take three time-outs, since a provider may have to split it. What the lease does not cover is let go of.

const LONGEST = 3 * 10 * SECOND;

/** How many of a round's two requests are sent, the first of which takes `tookMs`, on a lease of `leaseMs`. */
async function sentWithin(leaseMs: number, tookMs: number, vars = {}): Promise<number> {
  const h = createWorld(vars);
  const now = h.clock.now();
  const lease = { claimId: "claim", claimedAt: now, until: now + leaseMs };
  // More than may be under way at once, so that the last one begins after the others.
  const requests = Array.from({ length: 7 }, (_, i) => [i]);
  const { outcomes } = await sendConcurrently(
    h.ctx,
    {
      lease,
      provider: "expo",
      acquireMore: () => Promise.resolve(0),
      connections: new Places(6),
      pauses: new Map(),
    },
    requests,
    (items) => {
      if (items[0] === 5) h.clock.advance(tookMs);
      return Promise.resolve({
        outcomes: items.map(() => ({ kind: "accepted", messageId: null })),
        health: { kind: "ok" },
      });
    },
  );
  return outcomes.size;
}

test("a request begins as long as it could end within the lease", async () => {
  expect(await sentWithin(LONGEST + SECOND, SECOND)).toBe(7);
  expect(await sentWithin(LONGEST + SECOND, SECOND + 1)).toBe(6);
  expect(await sentWithin(LONGEST - 1, 0)).toBe(0);
});

test("what was claimed just now may be sent, however short the lease is", async () => {
  expect(await sentWithin(20 * SECOND, 0, { LEASE_SECONDS: "20" })).toBe(7);
  expect(await sentWithin(20 * SECOND, 10 * SECOND, { LEASE_SECONDS: "20" })).toBe(7);
  expect(await sentWithin(20 * SECOND, 10 * SECOND + 1, { LEASE_SECONDS: "20" })).toBe(6);
});
