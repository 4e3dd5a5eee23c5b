import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { applyFeedback } from "../../src/channels/feedback/apply.ts";
import { fetchReceipts } from "../../src/channels/push/receipts.ts";
import { followUnreached } from "../../src/delivery/unreached.ts";
import type { Dispatch } from "../../src/db/schema/index.ts";
import { MINUTE } from "../../src/lib/clock.ts";
import { chainOf, change, createChainWorld, givenPerson, reportOf, send } from "../support/chains.ts";
import type { Harness } from "../support/harness.ts";
import { emptyTables, live } from "../support/pipeline.ts";

afterEach(emptyTables);

/**
 * What becomes of the messages of a user, whichever they are: whether the inbox is read and when, what Expo and Resend do, and
 * what they report later.
 */
interface Fate {
  order: readonly ("push" | "email" | "in_app")[];
  after: number;
  /** Minutes after the send; null: never. */
  readAfter: number | null;
  push: "accepted" | "refused" | "no_device" | "undelivered";
  email: "accepted" | "no_address" | "bounced" | "bounced_twice";
  /** Whether the sender cancels what is queued, after so many minutes. */
  cancelAfter: number | null;
  /** Two of each job at once, and calls that fail. */
  isRough: boolean;
}

const fate: fc.Arbitrary<Fate> = fc.record({
  order: fc.shuffledSubarray(["push", "email", "in_app"] as const, { minLength: 2 }),
  after: fc.constantFrom(60, 300, 1_200),
  readAfter: fc.constantFrom(null, null, 1, 7, 25),
  push: fc.constantFrom("accepted", "refused", "no_device", "undelivered"),
  email: fc.constantFrom("accepted", "no_address", "bounced", "bounced_twice"),
  cancelAfter: fc.constantFrom(null, null, null, 3),
  isRough: fc.boolean(),
});

/** Whether a dispatch has reached its user, as far as anybody knows. */
const hasReached = ({ channel, status, read_at }: Dispatch): boolean =>
  channel === "in_app" ? read_at !== null : status === "sent" || status === "delivered";

/** The minutes of a fate in which something is done. */
async function pass(h: Harness, user: string, told: Fate, minute: number): Promise<void> {
  const all = await chainOf(user);
  const inApp = all.find(({ channel, status }) => channel === "in_app" && status === "delivered");
  if (told.readAfter !== null && minute >= told.readAfter && inApp?.read_at === null)
    await change(h, user, inApp.id, "read");
  if (minute === told.cancelAfter)
    for (const one of all)
      if (one.status === "queued") await h.request("DELETE", `/api/v1/admin/notifications/${one.id}`);
  const email = all.find(({ channel, status }) => channel === "email" && status === "sent");
  if (email !== undefined && told.email.startsWith("bounced")) {
    const bounce = reportOf(h, email.id, "bounced");
    await Promise.all([
      applyFeedback(h.ctx, "email", [bounce]),
      ...(told.email === "bounced_twice" ? [applyFeedback(h.ctx, "email", [bounce, bounce])] : []),
    ]);
  }
  if (told.isRough && minute % 5 === 0) {
    h.meter.failNext("after", "D1_ERROR: D1 DB exceeded its CPU time limit and was reset.");
    await Promise.allSettled([followUnreached(h.ctx), followUnreached(h.ctx)]);
  }
  await fetchReceipts(h.ctx, h.deps.pushProviders).catch(() => {});
}

test("whatever happens, a chain goes on exactly until it has reached the user, and each step is made once", async () => {
  await fc.assert(
    fc.asyncProperty(fate, async (told) => {
      const h = createChainWorld();
      const { id: user, token } = await givenPerson(h, {
        devices: told.push === "no_device" ? 0 : 1,
        email: told.email !== "no_address",
      });
      if (told.push === "refused") h.expo.settings.ticketErrors.set(token, "DeviceNotRegistered");
      if (told.push === "undelivered") h.expo.settings.receiptErrors.set(token, "MessageRateExceeded");
      const [first, ...others] = told.order;
      await send(h, user, {
        channels: [first],
        fallback: others.map((channel) => ({ channel, after: told.after })),
      });
      for (let minute = 0; minute < 60; minute++) {
        await live(h, 1);
        await pass(h, user, told, minute);
      }
      await live(h, 30);

      const made = await chainOf(user);
      const channels = made.map(({ channel }) => channel);
      // In order, and each at most once.
      expect(channels).toEqual(told.order.slice(0, made.length));
      // Each follows the one before it.
      expect(made.map(({ follows }) => follows)).toEqual([null, ...made.slice(0, -1).map(({ id }) => id)]);
      // Nothing is under way any more.
      expect(
        made.filter(
          ({ status, follow_at }) => status === "queued" || status === "sending" || follow_at !== null,
        ),
      ).toEqual([]);
      const last = made.at(-1);
      const wasCancelled = made.some(
        ({ status, error_code }) => status === "cancelled" && error_code === null,
      );
      // It has gone on to its end, unless somebody was reached, or a person stopped it.
      if (!made.some(hasReached) && !wasCancelled) expect(channels).toEqual(told.order);
      // What is the last one was needed: nothing before it had reached the user when it was sent.
      for (const [i, one] of made.entries()) {
        if (one.sent_at === null || one.status === "cancelled") continue;
        const { sent_at } = one;
        for (const before of made.slice(0, i)) {
          expect(before.read_at === null || before.read_at > sent_at - MINUTE).toBe(true);
          if (before.channel !== "in_app") expect(before.status).not.toBe("sent");
        }
      }
      if (wasCancelled) expect(last?.status).toBe("cancelled");
      // Providers have seen each step once.
      expect(h.resend.accepted.length).toBeLessThanOrEqual(1);
      expect(h.expo.accepted.length).toBeLessThanOrEqual(1);
    }),
    { numRuns: 10, endOnFailure: true },
  );
}, 300_000);
