import { beforeEach, describe, expect, test } from "vitest";
import { HOUR } from "../../src/lib/clock.ts";
import { createMailWorld, givenMails, givenReader, mailNow } from "../support/mail.ts";
import {
  createWorld,
  deliverNow,
  dispatchOf,
  emptyTables,
  givenDispatches,
  givenPushes,
  live,
  timesGiven,
} from "../support/pipeline.ts";
import { givenOrg, givenUser } from "../support/world.ts";
import { givenChoices, givenOrgSettings } from "../support/preferences.ts";

beforeEach(emptyTables);

const quiet = { enabled: true, start: "22:00", end: "07:00", days: [0, 1, 2, 3, 4, 5, 6] };
const NIGHT = Date.parse("2026-03-27T23:00:00Z");
const MORNING = Date.parse("2026-03-28T07:00:00Z");

async function givenNight(more: Parameters<typeof givenPushes>[2] = {}) {
  const h = createWorld();
  h.clock.set(NIGHT);
  const {
    ids: [id = ""],
    users: [user = ""],
  } = await givenPushes(h, 1, more);
  await givenChoices(user, { quietHours: quiet });
  return { h, id, user };
}

describe("a push in quiet hours", () => {
  test("waits for their end, spends nothing, and is sent then", async () => {
    const { h, id } = await givenNight({ slotTaken: false });
    h.interrupts.reset();
    await deliverNow(h, [id]);
    expect(await dispatchOf(id)).toMatchObject({
      status: "queued",
      error_code: "quiet_hours",
      attempts: 0,
      slot_at: null,
      due_at: MORNING,
      wake_at: MORNING,
    });
    expect(h.interrupts.calls.filter((name) => name.startsWith("limiter"))).toEqual([]);
    expect(timesGiven(h, [id])).toEqual([0]);
    await live(h, 9 * 60);
    expect(await dispatchOf(id)).toMatchObject({ status: "sent", error_code: null, attempts: 1 });
    expect(timesGiven(h, [id])).toEqual([1]);
  });

  test("ends at once when it expires before they end", async () => {
    const { h, id } = await givenNight({ expiresAt: MORNING });
    await deliverNow(h, [id]);
    expect(await dispatchOf(id)).toMatchObject({ status: "failed", error_code: "expired", attempts: 0 });
  });

  test("ends at once when its ttl is over before they end", async () => {
    const { h, id } = await givenNight({ options: { ttl: 3_600 } });
    await deliverNow(h, [id]);
    expect(await dispatchOf(id)).toMatchObject({ status: "failed", error_code: "expired" });
  });

  test("has its whole age before it after a rest of five days", async () => {
    const { h, id, user } = await givenNight();
    const rest = { enabled: true, start: "00:00", end: "00:00", days: [5, 6, 0, 1, 2] };
    await givenChoices(user, { quietHours: rest });
    await deliverNow(h, [id]);
    const until = Date.parse("2026-04-01T00:00:00Z");
    expect(await dispatchOf(id)).toMatchObject({ status: "queued", due_at: until });
    h.expo.fetch = () => Promise.resolve(new Response(null, { status: 500 }));
    h.clock.set(until + 10 * HOUR);
    await deliverNow(h, [id]);
    expect(await dispatchOf(id)).toMatchObject({ status: "queued" });
  });

  test("waits with its second attempt too, for the devices that have not taken it yet", async () => {
    const h = createWorld();
    h.clock.set(Date.parse("2026-03-27T21:59:50Z"));
    const {
      ids: [id = ""],
      users: [user = ""],
      tokens,
    } = await givenPushes(h, 1, { devices: 2 });
    await givenChoices(user, { quietHours: quiet });
    h.expo.settings.ticketErrors.set(tokens[1] ?? "", "ExpoError");
    await deliverNow(h, [id]);
    expect(await dispatchOf(id)).toMatchObject({ status: "queued", delivered_count: 1, attempts: 1 });
    h.expo.settings.ticketErrors.clear();
    h.clock.set(NIGHT);
    await deliverNow(h, [id]);
    expect(await dispatchOf(id)).toMatchObject({
      status: "queued",
      error_code: "quiet_hours",
      due_at: MORNING,
      attempts: 1,
      delivered_count: 1,
    });
    h.clock.set(MORNING);
    await deliverNow(h, [id]);
    expect(await dispatchOf(id)).toMatchObject({ status: "sent", delivered_count: 2, attempts: 2 });
    expect(h.expo.accepted.map(({ token }) => token)).toEqual(tokens);
  });

  test("is no push of a user who has switched it off", async () => {
    const { h, id, user } = await givenNight();
    await givenChoices(user, { cells: { messages: { push: false } }, quietHours: quiet });
    await deliverNow(h, [id]);
    expect(await dispatchOf(id)).toMatchObject({ status: "cancelled", error_code: "unsubscribed" });
  });

  test("waits as the user's organization has it, and is sent when the organization above has locked it off for nobody", async () => {
    const h = createWorld();
    h.clock.set(NIGHT);
    const above = await givenOrg(h);
    const { id: user } = await givenUser(h, { org: await givenOrg(h, above) });
    await givenOrgSettings(above, { quietHours: quiet });
    const [id = ""] = await givenDispatches(h, [user]);
    await deliverNow(h, [id]);
    expect(await dispatchOf(id)).toMatchObject({ status: "queued", error_code: "quiet_hours" });
  });
});

test("an e-mail waits too, in the zone of its user", async () => {
  const h = createMailWorld();
  h.clock.set(NIGHT);
  const { id: reader } = await givenReader(h, { timezone: "America/New_York" });
  const { id: sleeper } = await givenReader(h, { timezone: "Europe/Oslo" });
  for (const user of [reader, sleeper]) await givenChoices(user, { quietHours: quiet });
  const [now = "", later = ""] = await givenMails(h, [reader, sleeper]);
  await mailNow(h, [now, later]);
  expect(await dispatchOf(now)).toMatchObject({ status: "sent" });
  expect(await dispatchOf(later)).toMatchObject({ status: "queued", due_at: MORNING - HOUR, attempts: 0 });
});
