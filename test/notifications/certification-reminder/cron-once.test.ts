import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { sendDueReminders } from "../../../src/notifications/certification-reminder/job.ts";
import type { Harness } from "../../support/harness.ts";
import { mint } from "../../support/harness.ts";
import { givenCertificate, givenReader } from "../../support/mail.ts";
import { emptyTables } from "../../support/pipeline.ts";
import { cronWorld, mailsTo, tickAt, walk } from "./cron.ts";

beforeEach(emptyTables);

const remindersOf = async (h: Harness, userId: string): Promise<string[]> =>
  (await mailsTo(h, userId)).map(({ created_at }) => new Date(created_at).toISOString().slice(0, 16));

/** A user of UTC with a certificate that expires on 1 March; it is 20 February. */
async function givenHolder(h: Harness, facts = {}) {
  const { id } = await givenReader(h, { timezone: "UTC", ...facts });
  const cert = await givenCertificate(h, id, "2026-03-01T00:00:00Z");
  await tickAt(h, "2026-02-20T00:01Z");
  return { id, cert };
}

const atStep = "2026-02-22T08:00Z";
const nextOf = (userId: string) =>
  env.DB.prepare("SELECT next_at FROM user_schedules WHERE user_id = ? AND kind = 'certifications'")
    .bind(userId)
    .first<number>("next_at");

describe("a step of a certificate is sent once", () => {
  test("by two ticks at the same time", async () => {
    const h = cronWorld("2026-02-20T00:00Z");
    const { id } = await givenHolder(h);
    h.clock.set(Date.parse(atStep));
    // The first is stopped when it has read everything, and writes after the second.
    const stopped = h.interrupts.stopAtNext("d1", "after", 3);
    const slow = sendDueReminders(h.ctx);
    await stopped.reached;
    await sendDueReminders(h.deps.open("first-primary"));
    stopped.release();
    await slow;
    await h.drain();
    expect(await remindersOf(h, id)).toEqual(["2026-02-22T08:00"]);
    expect(h.resend.accepted).toHaveLength(1);
    expect(await nextOf(id)).toBe(Date.parse("2026-02-28T08:00Z"));
  });

  test("by two ticks at the same time, of which the one that came too late counts and wakes nothing", async () => {
    const h = cronWorld("2026-02-20T00:00Z");
    await givenHolder(h);
    h.clock.set(Date.parse(atStep));
    const stopped = h.interrupts.stopAtNext("d1", "after", 3);
    const slow = sendDueReminders(h.ctx);
    await stopped.reached;
    expect(await sendDueReminders(h.deps.open("first-primary"))).toBe(1);
    const sends = h.queues.sends;
    stopped.release();
    expect(await slow).toBe(0);
    expect(h.queues.sends).toBe(sends);
  });

  test("by a tick whose writing was committed and then reported as failed", async () => {
    const h = cronWorld("2026-02-20T00:00Z");
    const { id } = await givenHolder(h);
    h.meter.failNext("after");
    await tickAt(h, atStep);
    expect(await remindersOf(h, id)).toEqual(["2026-02-22T08:00"]);
    expect(h.resend.accepted).toHaveLength(1);
  });

  test("by a tick that died between writing and waking", async () => {
    const h = cronWorld("2026-02-20T00:00Z");
    const { id } = await givenHolder(h);
    h.clock.set(Date.parse(atStep));
    const stopped = h.interrupts.stopAtNext("queue", "before");
    void sendDueReminders(h.ctx);
    await stopped.reached;
    await tickAt(h, "2026-02-22T08:01Z");
    expect(await remindersOf(h, id)).toEqual(["2026-02-22T08:00"]);
  });

  test("also when everything is imported again, unchanged, every day", async () => {
    const h = cronWorld("2026-02-20T00:00Z");
    const { id, cert } = await givenHolder(h);
    for (const day of [21, 22, 23, 24]) {
      await tickAt(h, `2026-02-${day}T10:00Z`);
      await givenCertificate(h, id, "2026-03-01T00:00:00Z", { id: cert });
      await tickAt(h, `2026-02-${day}T10:01Z`);
    }
    expect(await remindersOf(h, id)).toEqual(["2026-02-22T10:00"]);
  });
});

describe("a certificate that changes", () => {
  test("renewed, is a new reason for every step", async () => {
    const h = cronWorld("2026-02-20T00:00Z");
    const { id, cert } = await givenHolder(h);
    await walk(h, "2026-02-23T00:00Z");
    await givenCertificate(h, id, "2026-04-15T00:00:00Z", { id: cert });
    await walk(h, "2026-05-01T00:00Z");
    expect(await remindersOf(h, id)).toEqual([
      "2026-02-22T08:00",
      "2026-03-16T08:00",
      "2026-04-01T08:00",
      "2026-04-08T08:00",
      "2026-04-14T08:00",
    ]);
  });

  test("renewed, is no longer reminded of at its old steps", async () => {
    const h = cronWorld("2026-02-20T00:00Z");
    const { id, cert } = await givenHolder(h);
    await givenCertificate(h, id, "2027-03-01T00:00:00Z", { id: cert });
    await walk(h, "2026-03-02T00:00Z");
    expect(await remindersOf(h, id)).toEqual([]);
    expect(await nextOf(id)).toBe(Date.parse("2027-01-30T08:00Z"));
  });

  test("renamed, is not reminded of again", async () => {
    const h = cronWorld("2026-02-20T00:00Z");
    const { id, cert } = await givenHolder(h);
    await tickAt(h, atStep);
    await givenCertificate(h, id, "2026-03-01T00:00:00Z", { id: cert, name: "Another name" });
    await tickAt(h, "2026-02-22T09:00Z");
    expect(await remindersOf(h, id)).toEqual(["2026-02-22T08:00"]);
  });

  test("deleted, is reminded of no more, and its owner has no schedule any more", async () => {
    const h = cronWorld("2026-02-20T00:00Z");
    const { id, cert } = await givenHolder(h);
    await h.request("DELETE", `/api/v1/directory/certifications/${cert}`);
    await walk(h, "2026-03-02T00:00Z");
    expect(await remindersOf(h, id)).toEqual([]);
    expect(await nextOf(id)).toBeNull();
  });

  test("whose owner is deleted, is sent to nobody", async () => {
    const h = cronWorld("2026-02-20T00:00Z");
    const { id } = await givenHolder(h);
    await h.request("DELETE", `/api/v1/directory/users/${id}`);
    await walk(h, "2026-03-02T00:00Z");
    expect(await remindersOf(h, id)).toEqual([]);
    expect(h.resend.requests).toEqual([]);
  });
});

describe("a certificate that is imported late", () => {
  test("owes only the steps to come", async () => {
    const h = cronWorld("2026-02-25T12:00Z");
    const { id } = await givenReader(h, { timezone: "UTC" });
    await givenCertificate(h, id, "2026-03-01T00:00:00Z");
    await walk(h, "2026-03-02T00:00Z");
    expect(await remindersOf(h, id)).toEqual(["2026-02-28T08:00"]);
  });

  test("minutes before a step owes it, minutes after does not", async () => {
    const h = cronWorld("2026-02-22T07:59Z");
    const early = await givenReader(h, { timezone: "UTC" });
    await givenCertificate(h, early.id, "2026-03-01T00:00:00Z");
    h.clock.set(Date.parse("2026-02-22T08:01Z"));
    const late = await givenReader(h, { timezone: "UTC" });
    await givenCertificate(h, late.id, "2026-03-01T00:00:00Z");
    await walk(h, "2026-02-23T00:00Z");
    expect(await remindersOf(h, early.id)).toEqual(["2026-02-22T08:01"]);
    expect(await remindersOf(h, late.id)).toEqual([]);
  });

  test("after it expired owes nothing", async () => {
    const h = cronWorld("2026-03-05T00:00Z");
    const { id } = await givenReader(h);
    await givenCertificate(h, id, "2026-03-01T00:00:00Z");
    await walk(h, "2026-03-07T00:00Z");
    expect(await remindersOf(h, id)).toEqual([]);
    expect(await nextOf(id)).toBeNull();
  });

  test("before its owner is sent when the owner comes, at 08:00 of the owner", async () => {
    const h = cronWorld("2026-02-20T00:00Z");
    const id = mint("usr");
    await givenCertificate(h, id, "2026-03-01T12:00:00Z");
    await tickAt(h, "2026-02-20T00:01Z");
    h.clock.set(Date.parse("2026-02-21T00:00Z"));
    await h.request("PUT", `/api/v1/directory/users/${id}?notify=false`, {
      body: { email: `${id}@example.com`, email_verified: true, timezone: "Asia/Tokyo" },
    });
    await walk(h, "2026-03-02T00:00Z");
    expect(await remindersOf(h, id)).toEqual(["2026-02-21T23:00", "2026-02-27T23:00"]);
  });

  test("before its owner is sent also when the owner comes in an import", async () => {
    const h = cronWorld("2026-02-20T00:00Z");
    const id = mint("usr");
    await givenCertificate(h, id, "2026-03-01T12:00:00Z");
    await tickAt(h, "2026-02-20T00:01Z");
    const items = [{ id, email: `${id}@example.com`, email_verified: true, timezone: "Europe/Oslo" }];
    await h.request("POST", "/api/v1/directory/users", { body: { items } });
    await walk(h, "2026-02-23T00:00Z");
    expect(await remindersOf(h, id)).toEqual(["2026-02-22T07:00"]);
  });
});

describe("an owner who moves", () => {
  const move = (h: Harness, id: string, timezone: string | null) =>
    h.request("PUT", `/api/v1/directory/users/${id}?notify=false`, {
      body: { email: `${id}@example.com`, email_verified: true, timezone },
    });

  test("east, past the hour of a step, is reminded at once, and not again", async () => {
    const h = cronWorld("2026-02-20T00:00Z");
    const { id } = await givenHolder(h);
    await tickAt(h, "2026-02-22T05:00Z");
    await move(h, id, "Asia/Tokyo");
    await walk(h, "2026-02-23T00:00Z", { from: "2026-02-22T05:01Z" });
    expect(await remindersOf(h, id)).toEqual(["2026-02-22T05:01"]);
  });

  test("west, right after a step was sent, is not reminded again at the new hour", async () => {
    const h = cronWorld("2026-02-20T00:00Z");
    const { id } = await givenHolder(h);
    await tickAt(h, atStep);
    await move(h, id, "America/Los_Angeles");
    await walk(h, "2026-02-25T00:00Z");
    expect(await remindersOf(h, id)).toEqual(["2026-02-22T08:00"]);
  });

  test("west, before a step, is reminded at the new hour", async () => {
    const h = cronWorld("2026-02-20T00:00Z");
    const { id } = await givenReader(h, { timezone: "UTC" });
    await givenCertificate(h, id, "2026-03-01T12:00:00Z");
    await tickAt(h, "2026-02-20T00:01Z");
    await tickAt(h, "2026-02-22T07:00Z");
    await move(h, id, "America/Los_Angeles");
    await walk(h, "2026-02-25T00:00Z");
    expect(await remindersOf(h, id)).toEqual(["2026-02-22T16:00"]);
  });

  test("round the world, is reminded at each step once", async () => {
    const h = cronWorld("2026-02-20T00:00Z");
    const { id } = await givenReader(h, { timezone: "UTC" });
    await givenCertificate(h, id, "2026-03-01T12:00:00Z");
    const zones = ["Pacific/Kiritimati", "America/New_York", "Asia/Tokyo", "Pacific/Pago_Pago", "UTC"];
    for (let hour = 0; hour < 12 * 24; hour += 5) {
      const at = Date.parse("2026-02-20T00:01Z") + hour * 3_600_000;
      h.clock.set(at);
      await move(h, id, zones[(hour / 5) % zones.length] ?? null);
      await tickAt(h, at);
    }
    const steps = await env.DB.prepare("SELECT key FROM occasions ORDER BY key").all<{ key: string }>();
    expect(steps.results.map(({ key }) => key.split(":").at(-1))).toEqual(["1", "7"]);
    expect(await remindersOf(h, id)).toHaveLength(2);
  });
});
