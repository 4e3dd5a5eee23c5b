import { beforeEach, describe, expect, test } from "vitest";
import { applyFeedback } from "../../src/channels/feedback/apply.ts";
import { fetchReceipts } from "../../src/channels/push/receipts.ts";
import { MINUTE } from "../../src/lib/clock.ts";
import type { OwnTypeData } from "../../src/types/own-type.ts";
import { chainOf, change, createChainWorld, givenPerson, reportOf, shortly } from "../support/chains.ts";
import type { Harness } from "../support/harness.ts";
import { emptyTables, live } from "../support/pipeline.ts";
import { givenType } from "./world.ts";

beforeEach(emptyTables);

const STEPS: OwnTypeData["channels"] = [
  { channel: "in_app" },
  { channel: "push", wait: 600 },
  { channel: "email", wait: 60 },
];

/** An event of a type with these steps, to one user. @returns the event's id as it is printed */
async function happen(h: Harness, user: string, channels = STEPS): Promise<string> {
  const type = await givenType(h, { channels });
  const { status, body } = await h.request("POST", "/api/v1/events", {
    body: { type, recipients: { users: [user] }, data: {} },
  });
  expect(status).toBe(202);
  return body.id;
}

const receipts = (h: Harness) => fetchReceipts(h.ctx, h.deps.pushProviders);

describe("the steps of an event", () => {
  test("after one that seemed to have reached the user are sent after all when its receipt says that it has not", async () => {
    const h = createChainWorld();
    const { id: user, token } = await givenPerson(h);
    h.expo.settings.receiptErrors.set(token, "MessageRateExceeded");
    await happen(h, user);
    await live(h, 15);
    const skipped = ["in_app delivered", "push sent", "email cancelled (reached_before)"];
    expect(await shortly(user)).toEqual(skipped);
    h.clock.advance(15 * MINUTE);
    await receipts(h);
    await receipts(h);
    await live(h, 5);
    expect(await shortly(user)).toEqual(["in_app delivered", "push failed (undelivered)", "email sent"]);
    expect(h.resend.accepted).toHaveLength(1);
  });

  test("stay out when their user has read the in-app message meanwhile", async () => {
    const h = createChainWorld();
    const { id: user, token } = await givenPerson(h);
    h.expo.settings.receiptErrors.set(token, "MessageRateExceeded");
    await happen(h, user);
    await live(h, 15);
    const [inApp] = await chainOf(user);
    await change(h, user, inApp?.id ?? "", "read");
    h.clock.advance(15 * MINUTE);
    await receipts(h);
    await live(h, 5);
    expect((await shortly(user)).at(-1)).toBe("email cancelled (reached_before)");
    expect(h.resend.accepted).toEqual([]);
  });

  test("stay out when the event has been cancelled meanwhile", async () => {
    const h = createChainWorld();
    const { id: user, token } = await givenPerson(h);
    h.expo.settings.receiptErrors.set(token, "MessageRateExceeded");
    const event = await happen(h, user);
    await live(h, 15);
    await h.request("DELETE", `/api/v1/events/${event}`);
    h.clock.advance(15 * MINUTE);
    await receipts(h);
    await live(h, 5);
    expect((await shortly(user)).at(-1)).toBe("email cancelled (reached_before)");
  });

  test("after an e-mail that bounces are sent, each only where the one before fails", async () => {
    const h = createChainWorld();
    const { id: user, token } = await givenPerson(h);
    await happen(h, user, [
      { channel: "email" },
      { channel: "push", wait: 0 },
      { channel: "in_app", wait: 0 },
    ]);
    h.expo.settings.ticketErrors.set(token, "DeviceNotRegistered");
    await live(h, 5);
    expect((await shortly(user)).slice(1)).toEqual([
      "push cancelled (reached_before)",
      "in_app cancelled (reached_before)",
    ]);
    const [email] = await chainOf(user);
    const bounce = reportOf(h, email?.id ?? "", "bounced");
    await Promise.all([applyFeedback(h.ctx, "email", [bounce]), applyFeedback(h.ctx, "email", [bounce])]);
    await live(h, 10);
    expect(await shortly(user)).toEqual([
      "email bounced (mailbox_full)",
      "push failed (device_not_registered)",
      "in_app delivered",
    ]);
  });
});
