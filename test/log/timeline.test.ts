import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { applyFeedback } from "../../src/channels/feedback/apply.ts";
import { fetchReceipts } from "../../src/channels/push/receipts.ts";
import { sweep } from "../../src/delivery/sweep.ts";
import { HOUR, MINUTE } from "../../src/lib/clock.ts";
import { parseId, printId } from "../../src/lib/ids.ts";
import { givenType } from "../events/world.ts";
import { BASE as INBOX, givenMessages } from "../inbox/world.ts";
import { type Caller, createHarness, type Harness, mint, SERVICE } from "../support/harness.ts";
import { createMailWorld, givenMails, givenReader, mailNow } from "../support/mail.ts";
import {
  createWorld,
  deliverNow,
  dispatchOf,
  emptyTables,
  givenDispatches,
  givenPushes,
  live,
} from "../support/pipeline.ts";
import { givenChoices } from "../support/preferences.ts";
import { aPush, givenOrg, givenUser } from "../support/world.ts";

beforeEach(emptyTables);

const pathOf = (id: string) => `/api/v1/dispatches/${id}/timeline`;
const LOG = "/api/v1/admin/notifications";

/** A dispatch's timeline, as a caller sees it. */
async function timelineOf(h: Harness, id: string, as: Caller = SERVICE) {
  const { status, body } = await h.request("GET", pathOf(id), { as });
  expect(status).toBe(200);
  return body.data;
}

/** What happened, without times and sentences where a test does not ask for them. */
const didOf = ({ entries }: { entries: { did: string }[] }) => entries.map(({ did }) => did);

const asUser = (sub: string): Caller => ({ role: "user", sub });
const iso = (at: number) => new Date(at).toISOString();

const REFUSED = { kind: "status", status: 500 } as const;

describe("a push", () => {
  test("tells of each attempt: provider, duration, outcome, devices, and when it is tried again", async () => {
    const h = createWorld();
    const [id = ""] = (await givenPushes(h, 1, { devices: 2 })).ids;
    const made = h.clock.now();
    h.expo.failNext(REFUSED);
    await deliverNow(h, [id]);
    const { due_at } = await dispatchOf(id);
    h.clock.set(due_at);
    await deliverNow(h, [id]);
    expect(await timelineOf(h, id)).toMatchObject({
      dispatch_id: printId("dsp", id),
      channel: "push",
      status: "sent",
      entries: [
        { did: "created", at: iso(made), source: "api", text: "Made by a call of the API." },
        {
          did: "attempted",
          at: iso(made),
          attempt: 1,
          outcome: "retry",
          provider: "expo",
          duration_ms: 0,
          devices: 2,
          devices_reached: 0,
          until: iso(due_at),
          code: expect.any(String),
          text: expect.stringMatching(
            /^Attempt 1: expo failed after 0 ms, for 0 of 2 devices: .* It is tried again\.$/,
          ),
        },
        {
          did: "attempted",
          at: iso(due_at),
          attempt: 2,
          outcome: "accepted",
          devices: 2,
          devices_reached: 2,
        },
      ],
      deliveries: [
        { status: "accepted", provider: "expo", accepted_at: iso(due_at) },
        { status: "accepted", provider: "expo" },
      ],
    });
  });

  test("tells when it was taken from the queue, and whether its wake-up call or the sweep had woken it", async () => {
    const h = createWorld();
    const [id = ""] = (await givenPushes(h)).ids;
    h.expo.failNext(REFUSED);
    const sending = h.interrupts.stopAtNext("fetch", "after");
    const taken = h.clock.now();
    const consumed = deliverNow(h, [id]);
    await sending.reached;
    h.clock.advance(143);
    sending.release();
    await consumed;
    const [attempt] = (await timelineOf(h, id)).entries.slice(1);
    expect(attempt).toMatchObject({ at: iso(taken + 143), claimed_at: iso(taken), woken_by: "call" });

    // Its next wake-up call is lost.
    h.clock.set((await dispatchOf(id)).due_at + 10 * MINUTE);
    await sweep(h.ctx);
    await deliverNow(h, [id]);
    const { entries } = await timelineOf(h, id);
    expect(didOf({ entries })).toEqual(["created", "attempted", "woken", "attempted"]);
    expect(entries[3]).toMatchObject({ claimed_at: iso(h.clock.now()), woken_by: "sweep" });
  });

  test("tells how long the provider took to answer", async () => {
    const h = createWorld();
    const [id = ""] = (await givenPushes(h)).ids;
    const sending = h.interrupts.stopAtNext("fetch", "after");
    const consumed = deliverNow(h, [id]);
    await sending.reached;
    h.clock.advance(143);
    sending.release();
    await consumed;
    const { entries } = await timelineOf(h, id);
    expect(entries[1]).toMatchObject({ duration_ms: 143, text: "Attempt 1: expo accepted it after 143 ms." });
  });

  test("that no attempt is left for says that it was the last one", async () => {
    const h = createWorld();
    const { ids, tokens } = await givenPushes(h);
    const [id = ""] = ids;
    h.expo.settings.ticketErrors.set(tokens[0] ?? "", "ProviderError");
    await live(h, 4 * 60);
    const { entries, status } = await timelineOf(h, id);
    expect(status).toBe("failed");
    expect(entries.at(-1)).toMatchObject({
      ...{ did: "attempted", attempt: 6, outcome: "retry", code: "expo_upstream_error" },
    });
    expect(entries.at(-1)).not.toHaveProperty("until");
    expect(entries.at(-1).text).toContain("It was the last attempt.");
  });

  test("that its provider puts off says so, and that no attempt was spent", async () => {
    const h = createWorld();
    const [id = ""] = (await givenPushes(h)).ids;
    h.expo.failNext({ kind: "status", status: 429 });
    await deliverNow(h, [id]);
    const { due_at, attempts } = await dispatchOf(id);
    expect(attempts).toBe(0);
    expect((await timelineOf(h, id)).entries.slice(1)).toMatchObject([
      { did: "postponed", wait: "provider", provider: "expo", until: iso(due_at) },
    ]);
  });

  test("that was the trial of a failed provider says so, and that no attempt was spent", async () => {
    const h = createWorld();
    for (let i = 0; i < 5; i++) await h.ctx.gates("push", "expo").report({ kind: "error" });
    const [id = ""] = (await givenPushes(h)).ids;
    h.clock.advance(31_000);
    h.expo.failNext(REFUSED);
    await deliverNow(h, [id]);
    await live(h, 5);
    const { entries } = await timelineOf(h, id);
    const attempts = entries.filter(({ did }: { did: string }) => did === "attempted");
    expect(attempts).toMatchObject([
      {
        outcome: "retry",
        trial: true,
        text: expect.stringMatching(
          /^A trial of the provider, which had failed before: expo failed after 0 ms: .*\. No attempt was spent\. It is tried again\.$/,
        ),
      },
      { outcome: "accepted", attempt: 1 },
    ]);
    expect(attempts[0]).not.toHaveProperty("attempt");
    expect(attempts[1]).not.toHaveProperty("trial");
  });

  test("that is due while its providers rest says so to staff", async () => {
    const h = createWorld();
    const { ids, users } = await givenPushes(h);
    const [[id = ""], [user = ""]] = [ids, users];
    const afterMs = 20 * MINUTE;
    await h.ctx.gates("push", "expo").report({ kind: "throttled", afterMs });
    await deliverNow(h, [id]);
    expect((await timelineOf(h, id)).entries.slice(1)).toMatchObject([
      { did: "resting", until: iso(h.clock.now() + afterMs) },
    ]);
    expect(didOf(await timelineOf(h, id, asUser(user)))).toEqual(["created"]);
    h.clock.advance(afterMs + 1);
    expect(didOf(await timelineOf(h, id))).toEqual(["created"]);
  });

  test("waits for quiet hours, then for its slot, and names each", async () => {
    const h = createWorld({ PUSH_LIMIT_PER_HOUR: "1" });
    h.clock.set(Date.parse("2026-03-27T23:00:00Z"));
    const morning = Date.parse("2026-03-28T07:00:00Z");
    const { ids, users } = await givenPushes(h, 1, { slotTaken: false, lane: "bulk" });
    const [user = ""] = users;
    const [second = ""] = await givenDispatches(h, [user], { slotTaken: false, lane: "bulk" });
    const days = [0, 1, 2, 3, 4, 5, 6];
    await givenChoices(user, { quietHours: { enabled: true, start: "22:00", end: "07:00", days } });
    await deliverNow(h, [...ids, second]);
    h.clock.set(morning);
    await deliverNow(h, [...ids, second]);
    expect((await timelineOf(h, second)).entries.slice(1)).toMatchObject([
      { did: "postponed", wait: "quiet_hours", until: iso(morning), code: "quiet_hours" },
      { did: "postponed", wait: "slot", at: iso(morning), until: iso(morning + HOUR) },
    ]);
    expect(didOf(await timelineOf(h, ids[0] ?? ""))).toEqual(["created", "postponed", "attempted"]);
  });

  test("whose consumer was lost tells that the sweep woke it and another one took over", async () => {
    const h = createWorld();
    const [id = ""] = (await givenPushes(h)).ids;
    const killed = h.interrupts.stopAtNext("fetch", "before");
    void deliverNow(h, [id]);
    await killed.reached;
    await live(h, 20);
    expect(didOf(await timelineOf(h, id))).toEqual(["created", "woken", "taken_over", "attempted"]);
  });

  test("whose wake-up call was lost tells that the sweep woke it; one that waits for its time does not", async () => {
    const h = createWorld();
    const [lost = ""] = (await givenPushes(h)).ids;
    const at = h.clock.now() + HOUR;
    const [later = ""] = (await givenPushes(h, 1, { sendAt: at })).ids;
    await live(h, 70);
    expect(didOf(await timelineOf(h, lost))).toEqual(["created", "woken", "attempted"]);
    const { entries } = await timelineOf(h, later);
    expect(entries).toMatchObject([
      { did: "created" },
      { did: "scheduled", until: iso(at) },
      { did: "attempted" },
    ]);
  });

  test("tells what a receipt has disproved", async () => {
    const h = createWorld();
    const { ids, tokens } = await givenPushes(h);
    h.expo.settings.receiptErrors = new Map([[tokens[0] ?? "", "DeviceNotRegistered"]]);
    await deliverNow(h, ids);
    h.clock.advance(15 * MINUTE);
    await fetchReceipts(h.ctx, h.deps.pushProviders);
    const { status, entries } = await timelineOf(h, ids[0] ?? "");
    expect(status).toBe("failed");
    expect(entries.slice(2)).toMatchObject([
      { did: "receipt", devices: 1, text: expect.stringContaining("1 device did not get it") },
    ]);
  });

  test("that failed names its follower, which names it", async () => {
    const h = createHarness({ vars: { EMAIL_PROVIDERS: "resend" } });
    const { id: user } = await givenReader(h);
    const { body } = await h.request("POST", "/api/v1/notifications", {
      body: aPush(user, { fallback: "email" }),
    });
    await h.drain();
    const push = printId("dsp", parseId("notif", body.id) ?? "");
    const { entries } = await timelineOf(h, body.id);
    expect(entries).toMatchObject([
      { did: "created", source: "api" },
      { did: "ended", status: "failed", code: "no_device" },
      { did: "followed", channel: "email" },
    ]);
    const follower = await timelineOf(h, entries[2].dispatch_id);
    expect(follower).toMatchObject({ channel: "email", status: "sent" });
    expect(follower.entries).toMatchObject([
      { did: "created", source: "fallback", dispatch_id: push },
      { did: "attempted", provider: "resend", outcome: "accepted" },
    ]);
  });
});

describe("an e-mail", () => {
  test("tells what its provider's webhook has reported, once however often it comes", async () => {
    const h = createMailWorld();
    const { id: user } = await givenReader(h);
    const [id = ""] = await givenMails(h, [user]);
    await mailNow(h, [id]);
    const at = h.clock.now() + 2_000;
    h.clock.advance(5_000);
    const event = { kind: "bounced", permanent: true, dispatchId: id, providerMessageId: null } as const;
    const report = () =>
      applyFeedback(h.ctx, "email", [{ ...event, address: null, at, code: "mailbox_full" }]);
    await report();
    h.clock.advance(1_000);
    await report();
    expect((await timelineOf(h, id)).entries.slice(1)).toMatchObject([
      { did: "attempted", provider: "resend", outcome: "accepted" },
      {
        did: "reported",
        kind: "bounced",
        event_at: iso(at),
        at: iso(at + 3_000),
        code: "mailbox_full",
        text: "The receiving server did not take it (mailbox_full).",
      },
    ]);
  });
});

describe("an e-mail of which two things are reported", () => {
  /** A mail that its provider has accepted, and how to report things of it together. */
  async function givenAccepted() {
    const h = createMailWorld();
    const { id: user } = await givenReader(h);
    const [id = ""] = await givenMails(h, [user]);
    await mailNow(h, [id]);
    const start = h.clock.now();
    const report = async (...kinds: readonly ("delivered" | "complained" | "bounced")[]) => {
      h.clock.advance(5_000);
      const event = { permanent: true, dispatchId: id, providerMessageId: null, address: null };
      const times = { delivered: start + 1_000, complained: start + 3_000, bounced: start + 3_000 };
      await applyFeedback(
        h.ctx,
        "email",
        kinds.map((kind) => ({ ...event, kind, at: times[kind], code: kind })),
      );
    };
    const reports = async () => {
      const { entries } = await timelineOf(h, id);
      return entries.flatMap((one: { did: string; kind?: string; event_at?: string }) =>
        one.did === "reported" ? [[one.kind, one.event_at]] : [],
      );
    };
    return { h, id, report, reports, delivered: ["delivered", iso(start + 1_000)] };
  }

  test.each(["complained", "bounced"] as const)("together tells of both: delivered and %s", async (other) => {
    for (const together of [["delivered", other] as const, [other, "delivered"] as const]) {
      const { report, reports, delivered } = await givenAccepted();
      await report(...together);
      const both = [delivered, [other, expect.any(String)]];
      expect(await reports()).toEqual(both);
      await report(...together);
      await report("delivered");
      await report(other);
      expect(await reports()).toEqual(both);
    }
  });

  test("the second time with a delivery, tells of the complaint once, and of the delivery", async () => {
    const { report, reports, delivered } = await givenAccepted();
    await report("complained");
    expect(await reports()).toMatchObject([["complained", expect.any(String)]]);
    await report("complained", "delivered");
    expect(await reports()).toMatchObject([["complained", expect.any(String)], delivered]);
    await report("complained", "delivered");
    expect(await reports()).toHaveLength(2);
  });

  test("one after the other tells of each once", async () => {
    const { report, reports, delivered } = await givenAccepted();
    await report("delivered");
    await report("complained", "delivered");
    await report("complained");
    expect(await reports()).toMatchObject([delivered, ["complained", expect.any(String)]]);
  });
});

describe("what people do", () => {
  const ADMIN: Caller = { role: "global_admin", sub: "bibi_47" };

  test("is told with who did it to staff; the user learns what, not who, and nothing of notes", async () => {
    const h = createHarness({ autoDrain: false });
    const { ids, users } = await givenPushes(h);
    const [[id = ""], [user = ""]] = [ids, users];
    const as = ADMIN;
    await h.request("PUT", `${LOG}/${id}`, { as, body: { action: "update", note: "A secret note" } });
    h.clock.advance(1);
    expect((await h.request("DELETE", `${LOG}/${id}`, { as })).status).toBe(200);
    h.clock.advance(1);
    await h.request("PUT", `/api/v1/notifications/${id}`, { as, body: { status: "resolved" } });
    h.clock.advance(1);
    expect((await h.request("PUT", `${LOG}/${id}`, { as, body: { action: "retry" } })).status).toBe(200);
    const by = "global_admin:bibi_47";
    const staff = await timelineOf(h, id);
    expect(staff.entries).toMatchObject([
      { did: "created" },
      { did: "noted", by },
      { did: "cancelled", by, text: `Cancelled by ${by}.` },
      { did: "marked", by, mark: "resolved" },
      { did: "retried", by, text: `Put back into the queue by ${by}.` },
    ]);
    expect(JSON.stringify(staff)).not.toContain("secret note");
    const own = await timelineOf(h, id, asUser(user));
    expect(didOf(own)).toEqual(["created", "cancelled", "retried"]);
    expect(JSON.stringify(own)).not.toContain("bibi_47");
    expect(own).not.toHaveProperty("dedupe_keys");
    expect(own).not.toHaveProperty("provider_message_id");
  });

  test.each([
    ["note", "PUT", LOG, { action: "update", note: "Mine" }],
    ["mark", "PUT", "/api/v1/notifications", { status: "resolved" }],
    ["retry", "PUT", LOG, { action: "retry" }],
  ])("is told once though D1 failed after it had committed the %s", async (name, method, base, body) => {
    const h = createHarness({ autoDrain: false });
    const failure = { code: "no_device", message: "The user has no registered device" };
    const user = await givenUser(h);
    const [id = ""] = await givenDispatches(h, [user.id], { failure });
    h.meter.failNext("after");
    const { status } = await h.request(method, `${base}/${id}`, { body });
    expect(status).toBe(200);
    expect((await timelineOf(h, id)).entries).toHaveLength(name === "retry" ? 2 : 3);
  });

  test("in the inbox is told: read, unread, archived, all of them as read", async () => {
    const h = createHarness();
    const user = mint("usr");
    const [id = ""] = await givenMessages(h, user);
    for (const change of ["read", "unread", "archive", "unarchive"]) {
      h.clock.advance(1);
      await h.request("POST", `${INBOX}/${id}/${change}`, { as: asUser(user) });
      // A second time changes nothing.
      await h.request("POST", `${INBOX}/${id}/${change}`, { as: asUser(user) });
    }
    h.clock.advance(1);
    expect((await h.request("POST", `${INBOX}/read-all`, { as: asUser(user) })).status).toBe(200);
    const { entries } = await timelineOf(h, id, asUser(user));
    expect(entries.map(({ did, change }: { did: string; change?: string }) => change ?? did)).toEqual([
      ...["created", "delivered", "read", "unread", "archive", "unarchive", "read"],
    ]);
  });
});

describe("a message of an event", () => {
  const TIMES = { channels: [{ channel: "in_app" as const }, { channel: "push" as const }] };

  test("names event, key and sender to those in whose scope the event lies, and the event alone to others", async () => {
    const h = createHarness();
    const org = await givenOrg(h);
    const { id: user } = await givenUser(h, { org });
    const type = await givenType(h, TIMES);
    const { body: event } = await h.request("POST", "/api/v1/events", {
      body: { type, recipients: { users: [user] }, data: {}, key: "order-1042" },
    });
    await h.drain();
    const { body: page } = await h.request("GET", `/api/v1/events/${event.id}/messages`);
    const [{ dispatch_id: id }] = page.data;
    const known = { event_id: event.id, key: "order-1042", by: "service:svc_test" };
    expect((await timelineOf(h, id)).entries[0]).toMatchObject({ source: "event", ...known });
    const admin: Caller = { role: "org_admin", sub: "adm", org };
    for (const as of [asUser(user), admin]) {
      const [created] = (await timelineOf(h, id, as)).entries;
      expect(created).toMatchObject({ source: "event", event_id: event.id });
      expect(created).not.toHaveProperty("key");
      expect(created).not.toHaveProperty("by");
    }
  });

  test("that is cancelled with its event says so, and one that collects tells of each event", async () => {
    const h = createHarness({ autoDrain: false });
    const { id: user } = await givenUser(h);
    const type = await givenType(h, { ...TIMES, batch: { window: 600, key: null } });
    const send = (key: string) =>
      h.request("POST", "/api/v1/events", { body: { type, recipients: { users: [user] }, data: {}, key } });
    const { body: first } = await send("a");
    h.clock.advance(1_000);
    const { body: second } = await send("b");
    const { body: page } = await h.request("GET", `/api/v1/events/${first.id}/messages`);
    const id: string = page.data[0].dispatch_id;
    expect((await timelineOf(h, id)).entries.slice(1)).toMatchObject([
      { did: "scheduled" },
      { did: "collected", event_id: second.id, text: expect.stringContaining(second.id) },
    ]);

    const plain = await givenType(h, TIMES);
    const body = { type: plain, recipients: { users: [user] }, data: {}, send_at: iso(h.clock.now() + HOUR) };
    const { body: third } = await h.request("POST", "/api/v1/events", { body });
    await h.request("DELETE", `/api/v1/events/${third.id}`, { as: { role: "global_admin", sub: "bibi_47" } });
    // Once is enough: a second person has changed nothing.
    await h.request("DELETE", `/api/v1/events/${third.id}`, { as: { role: "global_admin", sub: "max" } });
    const { body: messages } = await h.request("GET", `/api/v1/events/${third.id}/messages`);
    const { dispatch_id: cancelled } = messages.data[0];
    expect((await timelineOf(h, cancelled)).entries.at(-1)).toMatchObject({
      did: "cancelled",
      by: "global_admin:bibi_47",
      text: "Cancelled with its event by global_admin:bibi_47.",
    });
    const own = (await timelineOf(h, cancelled, asUser(user))).entries.at(-1);
    expect(own).toMatchObject({ did: "cancelled", text: "Cancelled with its event." });
    expect(own).not.toHaveProperty("by");
  });

  test("that is cancelled with the event of another organization does not say by whom", async () => {
    const h = createHarness({ autoDrain: false });
    const org = await givenOrg(h);
    const { id: user } = await givenUser(h, { org });
    const type = await givenType(h, TIMES);
    const body = { type, recipients: { users: [user] }, data: {}, send_at: iso(h.clock.now() + HOUR) };
    const { body: event } = await h.request("POST", "/api/v1/events", { body });
    await h.request("DELETE", `/api/v1/events/${event.id}`);
    const { body: page } = await h.request("GET", `/api/v1/events/${event.id}/messages`);
    const admin: Caller = { role: "org_admin", sub: "adm", org };
    const { entries } = await timelineOf(h, page.data[0].dispatch_id, admin);
    expect(entries.at(-1)).toMatchObject({ text: "Cancelled with its event." });
    expect(entries.at(-1)).not.toHaveProperty("by");
  });
});

describe("a dispatch from before there were timelines", () => {
  const set = (id: string, columns: string) =>
    env.DB.prepare(`UPDATE dispatches SET timeline = NULL, ${columns} WHERE id = ?`).bind(id).run();

  test.each([
    ["status = 'sent', attempts = 2, provider = 'expo', sent_at = due_at", ["created", "attempted"]],
    ["status = 'failed', error_code = 'expired', error = 'Late'", ["created", "ended"]],
    ["status = 'cancelled'", ["created", "cancelled"]],
    [
      "status = 'delivered', attempts = 1, provider = 'expo', sent_at = due_at, delivered_at = due_at",
      ["created", "attempted", "reported"],
    ],
    ["status = 'queued'", ["created"]],
  ])("tells what its columns say: %s", async (columns, expected) => {
    const h = createWorld();
    const [id = ""] = (await givenPushes(h)).ids;
    await set(id, columns);
    expect(didOf(await timelineOf(h, id))).toEqual(expected);
  });
});

describe("a timeline costs", () => {
  test("one round trip, and a few rows", async () => {
    const h = createWorld();
    const [id = ""] = (await givenPushes(h, 1, { devices: 3 })).ids;
    await deliverNow(h, [id]);
    h.meter.reset();
    await timelineOf(h, id);
    expect(h.meter.trips).toBe(1);
    expect(h.meter.rowsRead).toBeLessThanOrEqual(8);
    expect(h.meter.rowsWritten).toBe(0);
  });

  test("no written row where the sweep wakes what is overdue", async () => {
    const h = createWorld();
    const { ids } = await givenPushes(h, 3);
    await env.DB.prepare("UPDATE dispatches SET wake_at = ?").bind(h.clock.now()).run();
    h.meter.reset();
    await sweep(h.ctx);
    const planned = h.meter.rowsWritten;
    await env.DB.prepare("UPDATE dispatches SET wake_at = ?, due_at = due_at - 600000")
      .bind(h.clock.now())
      .run();
    h.meter.reset();
    await sweep(h.ctx);
    expect(h.meter.rowsWritten).toBe(planned);
    expect((await dispatchOf(ids[0] ?? "")).timeline).toContain("woken");
  });
});

test("an id that is none of ours, or of nobody's message, is answered 404", async () => {
  const h = createHarness();
  for (const id of ["nonsense", printId("dsp", crypto.randomUUID()), printId("evt", crypto.randomUUID())])
    expect((await h.request("GET", pathOf(id))).status).toBe(404);
});
