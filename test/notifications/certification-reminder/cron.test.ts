import { beforeEach, describe, expect, test } from "vitest";
import { DAY, HOUR, MINUTE } from "../../../src/lib/clock.ts";
import { createHarness, type Harness } from "../../support/harness.ts";
import { givenCertificate, givenReader } from "../../support/mail.ts";
import { emptyTables } from "../../support/pipeline.ts";
import { cronWorld, mailsTo, tickAt, walk } from "./cron.ts";

beforeEach(emptyTables);

/** The times at which the cron queued a reminder for a user. */
const remindersOf = async (h: Harness, userId: string): Promise<string[]> =>
  (await mailsTo(h, userId)).map(({ created_at }) => new Date(created_at).toISOString().slice(0, 16));

describe("a certificate's owner", () => {
  test("is reminded at 08:00 on the 30th, 14th, 7th and last day before it expires, and never else", async () => {
    const h = cronWorld("2026-01-01T00:00Z");
    const { id } = await givenReader(h, { timezone: "UTC" });
    await givenCertificate(h, id, "2026-03-01T00:00:00Z");
    await walk(h, "2026-03-05T00:00Z");
    expect(await remindersOf(h, id)).toEqual([
      "2026-01-30T08:00",
      "2026-02-15T08:00",
      "2026-02-22T08:00",
      "2026-02-28T08:00",
    ]);
  });

  test("is reminded by an e-mail that says how long there is left", async () => {
    const h = cronWorld("2026-03-01T00:00Z");
    const { id, email } = await givenReader(h, { timezone: "UTC" });
    await givenCertificate(h, id, "2026-03-08T12:00:00Z");
    await walk(h, "2026-03-02T00:00Z");
    expect(h.resend.accepted.map(({ to, subject }) => [to, subject])).toEqual([
      [`"Kari Nordmann" <${email}>`, "Your certification expires in 7 days"],
    ]);
  });

  test("without a time zone is reminded at 08:00 UTC", async () => {
    const h = cronWorld("2026-03-01T00:00Z");
    const { id } = await givenReader(h);
    await givenCertificate(h, id, "2026-03-08T12:00:00Z");
    await walk(h, "2026-03-02T00:00Z");
    expect(await remindersOf(h, id)).toEqual(["2026-03-01T08:00"]);
  });

  test("is reminded of several certificates in one message, and of each at its own step", async () => {
    const h = cronWorld("2026-03-01T00:00Z");
    const { id } = await givenReader(h, { timezone: "UTC" });
    await givenCertificate(h, id, "2026-03-08T12:00:00Z", { name: "Soon" });
    await givenCertificate(h, id, "2026-03-15T12:00:00Z", { name: "Later" });
    await givenCertificate(h, id, "2026-03-20T12:00:00Z", { name: "Other" });
    await walk(h, "2026-03-02T00:00Z");
    const [mail, ...more] = h.resend.accepted;
    expect(more).toEqual([]);
    expect(mail?.text.match(/^\* (\w+)/gm)).toEqual(["* Soon", "* Later"]);
  });

  test("with an unverified address is not mailed, and the log says why", async () => {
    const h = cronWorld("2026-03-01T00:00Z");
    const { id } = await givenReader(h, { verified: false });
    await givenCertificate(h, id, "2026-03-08T12:00:00Z");
    await walk(h, "2026-03-02T00:00Z");
    expect(await mailsTo(h, id)).toMatchObject([{ status: "failed", error_code: "unverified" }]);
    expect(h.resend.requests).toEqual([]);
  });

  test("is reminded at the days and the hour that are configured", async () => {
    const h = createHarness({
      vars: { EMAIL_PROVIDERS: "log", CERTIFICATION_REMINDER_DAYS: "2,0", DIGEST_HOUR: "17" },
      now: Date.parse("2026-03-01T00:00Z"),
      autoDrain: false,
    });
    const { id } = await givenReader(h, { timezone: "UTC" });
    await givenCertificate(h, id, "2026-03-08T18:00:00Z");
    await walk(h, "2026-03-10T00:00Z");
    expect(await remindersOf(h, id)).toEqual(["2026-03-06T17:00", "2026-03-08T17:00"]);
  });
});

describe("08:00 is the owner's own", () => {
  test.each([
    // Zone, expiry, and the instant of 08:00 on the local day seven days before the expiry's local date.
    ["Europe/Oslo", "2026-02-10T12:00:00Z", "2026-02-03T07:00"],
    ["America/Los_Angeles", "2026-02-10T12:00:00Z", "2026-02-03T16:00"],
    ["Pacific/Kiritimati", "2026-02-10T12:00:00Z", "2026-02-03T18:00"],
    ["Pacific/Pago_Pago", "2026-02-10T12:00:00Z", "2026-02-03T19:00"],
    ["Asia/Kathmandu", "2026-02-10T12:00:00Z", "2026-02-03T02:15"],
    ["Australia/Lord_Howe", "2026-02-10T12:00:00Z", "2026-02-02T21:00"],
    // A bare date begins the day before, west of Greenwich.
    ["America/New_York", "2026-02-10T00:00:00Z", "2026-02-02T13:00"],
    // The step's day is the day on which the clocks change.
    ["Europe/Oslo", "2026-04-05T12:00:00Z", "2026-03-29T06:00"],
    ["Europe/Oslo", "2026-11-01T12:00:00Z", "2026-10-25T07:00"],
    ["America/New_York", "2026-03-15T12:00:00Z", "2026-03-08T12:00"],
  ])("in %s, expiring at %s: %s", async (timezone, expiry, expected) => {
    const h = cronWorld("2026-01-10T00:00Z", { CERTIFICATION_REMINDER_DAYS: "7" });
    const { id } = await givenReader(h, { timezone });
    await givenCertificate(h, id, expiry);
    await walk(h, new Date(Date.parse(expiry) + DAY).toISOString());
    expect(await remindersOf(h, id)).toEqual([expected]);
  });

  test("also where 08:00 does not exist that day: then right after the gap", async () => {
    const h = cronWorld("2026-03-01T00:00Z", { DIGEST_HOUR: "2", CERTIFICATION_REMINDER_DAYS: "7" });
    const { id } = await givenReader(h, { timezone: "Europe/Oslo" });
    await givenCertificate(h, id, "2026-04-05T12:00:00Z");
    await walk(h, "2026-04-06T00:00Z");
    expect(await remindersOf(h, id)).toEqual(["2026-03-29T01:00"]);
  });

  test("and not a minute before", async () => {
    const h = cronWorld("2026-02-01T00:00Z");
    const { id } = await givenReader(h, { timezone: "Europe/Oslo" });
    await givenCertificate(h, id, "2026-02-10T12:00:00Z");
    await tickAt(h, "2026-02-02T00:00Z");
    await tickAt(h, "2026-02-03T06:59Z");
    expect(await remindersOf(h, id)).toEqual([]);
    await tickAt(h, "2026-02-03T07:00Z");
    expect(await remindersOf(h, id)).toEqual(["2026-02-03T07:00"]);
  });
});

describe("after an outage", () => {
  test("past steps collapse into the nearest one", async () => {
    const h = cronWorld("2026-01-01T00:00Z");
    const { id } = await givenReader(h, { timezone: "UTC" });
    await givenCertificate(h, id, "2026-03-01T00:00:00Z");
    await tickAt(h, "2026-01-01T00:01Z");
    // Away from before the first step until between the third and the last.
    await walk(h, "2026-02-25T13:00Z", { from: "2026-02-25T10:30Z" });
    expect(await remindersOf(h, id)).toEqual(["2026-02-25T10:30"]);
    expect(h.resend.accepted.map(({ subject }) => subject)).toEqual(["Your certification expires in 4 days"]);
    await walk(h, "2026-03-05T00:00Z");
    expect(await remindersOf(h, id)).toEqual(["2026-02-25T10:30", "2026-02-28T08:00"]);
  });

  test("that outlasted the expiry nothing is sent", async () => {
    const h = cronWorld("2026-01-01T00:00Z");
    const { id } = await givenReader(h, { timezone: "UTC" });
    await givenCertificate(h, id, "2026-03-01T00:00:00Z");
    await tickAt(h, "2026-01-01T00:01Z");
    await walk(h, "2026-03-02T00:00Z", { from: "2026-03-01T00:00Z" });
    expect(await remindersOf(h, id)).toEqual([]);
  });

  test("of D1 at the very minute, the next tick does it", async () => {
    const h = cronWorld("2026-02-20T00:00Z");
    const { id } = await givenReader(h, { timezone: "UTC" });
    await givenCertificate(h, id, "2026-03-01T00:00:00Z");
    await tickAt(h, "2026-02-20T00:01Z");
    h.meter.away(true);
    await tickAt(h, "2026-02-22T08:00Z");
    h.meter.away(false);
    await tickAt(h, "2026-02-22T08:01Z");
    expect(await remindersOf(h, id)).toEqual(["2026-02-22T08:01"]);
  });

  test("of the queue, the sweep sends what was written", async () => {
    const h = cronWorld("2026-02-20T00:00Z");
    const { id } = await givenReader(h, { timezone: "UTC" });
    await givenCertificate(h, id, "2026-03-01T00:00:00Z");
    await tickAt(h, "2026-02-20T00:01Z");
    h.queues.away = true;
    await tickAt(h, "2026-02-22T08:00Z");
    h.queues.away = false;
    expect(h.resend.accepted).toEqual([]);
    h.clock.advance(3 * MINUTE);
    await h.tick();
    await h.drain();
    expect(await mailsTo(h, id)).toMatchObject([{ status: "sent" }]);
  });
});

test("a tick that is late or comes twice within the hour changes nothing", async () => {
  const h = cronWorld("2026-02-20T00:00Z");
  const { id } = await givenReader(h, { timezone: "UTC" });
  await givenCertificate(h, id, "2026-03-01T00:00:00Z");
  await tickAt(h, "2026-02-20T00:01Z");
  for (let at = Date.parse("2026-02-22T07:55Z"); at < Date.parse("2026-02-22T09:00Z"); at += 5 * MINUTE)
    await tickAt(h, at);
  h.clock.advance(HOUR);
  await h.tick();
  expect(await remindersOf(h, id)).toEqual(["2026-02-22T08:00"]);
});
