import { beforeEach, describe, expect, test } from "vitest";
import { applyFeedback } from "../../src/channels/feedback/apply.ts";
import { followUnreached } from "../../src/delivery/unreached.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/lib/clock.ts";
import {
  chainOf,
  change,
  createChainWorld,
  givenPerson,
  reportOf,
  send,
  shortly,
} from "../support/chains.ts";
import type { Harness } from "../support/harness.ts";
import { emptyTables, live } from "../support/pipeline.ts";

beforeEach(emptyTables);

const UNREAD = { channels: ["in_app"], fallback: { channel: "email", after: 600 } };

describe("an in-app message that is followed by an e-mail after ten minutes", () => {
  test("is followed when nobody has read it, by one with the same content", async () => {
    const h = createChainWorld();
    const { id: user, email } = await givenPerson(h);
    await send(h, user, UNREAD);
    await live(h, 9);
    expect(await shortly(user)).toEqual(["in_app delivered"]);
    await live(h, 2);
    expect(await shortly(user)).toEqual(["in_app delivered", "email sent"]);
    expect(h.resend.accepted).toMatchObject([{ to: expect.stringContaining(email) }]);
    const [first, second] = await chainOf(user);
    expect(second).toMatchObject({ follows: first?.id, title: first?.title, fallback: null, chain: null });
    await live(h, 60);
    expect(await chainOf(user)).toHaveLength(2);
  });

  test.each(["read", "archive"] as const)("is not followed after the user's %s", async (what) => {
    const h = createChainWorld();
    const { id: user } = await givenPerson(h);
    const id = await send(h, user, UNREAD);
    await live(h, 5);
    await change(h, user, id, what);
    await live(h, 60);
    expect(await shortly(user)).toEqual(["in_app delivered"]);
  });

  test("is not followed once it was read, though the user marks it as unread again", async () => {
    const h = createChainWorld();
    const { id: user } = await givenPerson(h);
    const id = await send(h, user, UNREAD);
    await change(h, user, id, "read");
    await change(h, user, id, "unread");
    await live(h, 60);
    expect(await shortly(user)).toEqual(["in_app delivered"]);
  });

  test("is not followed by the inbox's `read all`", async () => {
    const h = createChainWorld();
    const { id: user } = await givenPerson(h);
    await send(h, user, UNREAD);
    await h.request("POST", "/api/v1/inbox/read-all", { as: { role: "user", sub: user } });
    await live(h, 60);
    expect(await shortly(user)).toEqual(["in_app delivered"]);
  });

  test("gets no e-mail where it is read between the tick that makes it and the claim that sends it", async () => {
    const h = createChainWorld();
    const { id: user } = await givenPerson(h);
    const id = await send(h, user, UNREAD);
    h.clock.advance(10 * MINUTE);
    await followUnreached(h.ctx);
    expect(await shortly(user)).toEqual(["in_app delivered", "email queued"]);
    await change(h, user, id, "read");
    await live(h, 5);
    expect(await shortly(user)).toEqual(["in_app delivered", "email cancelled (reached_before)"]);
    expect(h.resend.accepted).toEqual([]);
  });

  test("is followed once, by two ticks at once and one that was killed anywhere", async () => {
    for (const when of ["before", "after"] as const)
      for (const nth of [1, 2, 3]) {
        const h = createChainWorld();
        const { id: user } = await givenPerson(h);
        await send(h, user, UNREAD);
        await h.drain();
        h.clock.advance(10 * MINUTE);
        const stopped = h.interrupts.stopAt(nth, when);
        const killed = followUnreached(h.ctx);
        await Promise.race([stopped.reached, killed]);
        stopped.cancel();
        await Promise.all([followUnreached(h.ctx), followUnreached(h.ctx)]);
        await live(h, 5);
        expect(await shortly(user), `${nth} ${when}`).toEqual(["in_app delivered", "email sent"]);
        expect(h.resend.accepted).toHaveLength(1);
        stopped.release();
        await killed;
        await live(h, 5);
        expect(await chainOf(user)).toHaveLength(2);
      }
  });

  test("counts from its `send_at`", async () => {
    const h = createChainWorld();
    const { id: user } = await givenPerson(h);
    await send(h, user, { ...UNREAD, send_at: new Date(h.clock.now() + HOUR).toISOString() });
    await live(h, 65);
    expect(await shortly(user)).toEqual(["in_app delivered"]);
    await live(h, 7);
    expect(await shortly(user)).toEqual(["in_app delivered", "email sent"]);
  });

  test("costs a tick one look-up while nothing is due, and two round trips else", async () => {
    const h = createChainWorld();
    const { id: user } = await givenPerson(h);
    await send(h, user, UNREAD);
    h.meter.reset();
    expect(await followUnreached(h.ctx)).toBe(0);
    expect([h.meter.trips, h.meter.rowsWritten]).toEqual([1, 0]);
    h.clock.advance(10 * MINUTE);
    h.meter.reset();
    expect(await followUnreached(h.ctx)).toBe(1);
    expect(h.meter.trips).toBe(2);
  });

  test("tells of it: what follows unless it is read, why it followed, and what it follows", async () => {
    const h = createChainWorld();
    const { id: user } = await givenPerson(h);
    const id = await send(h, user, UNREAD);
    const textsOf = async (one: string) =>
      (await h.request("GET", `/api/v1/dispatches/${one}/timeline`)).body.data.entries.map(
        (entry: { text: string }) => entry.text,
      );
    expect(await textsOf(id)).toContainEqual("Unless it has reached the user by then, email follows.");
    await live(h, 12);
    const [, email] = await chainOf(user);
    const [first, ...rest] = await textsOf(email?.id ?? "");
    expect(first).toMatch(/^Made because dsp_\w+ was not read in time\.$/);
    expect(rest.join()).toMatch(/resend accepted it/);
    const texts = (await textsOf(id)).join();
    expect(texts).toMatch(/It was not read in time, so dsp_\w+ follows by email\./);
    expect(texts).not.toMatch(/Unless/);
  });
});

describe("a chain", () => {
  const CHANNELS = ["push", "email", "in_app"] as const;
  const pairs = CHANNELS.flatMap((from) =>
    CHANNELS.flatMap((to) => (from === to ? [] : [[from, to] as const])),
  );

  test.each(pairs)("leads from %s to %s", async (from, to) => {
    const h = createChainWorld();
    const reachable = { devices: to === "push" ? 1 : 0, email: to === "email" };
    const { id: user } = await givenPerson(h, reachable);
    const step = from === "in_app" ? { channel: to, after: 60 } : to;
    await send(h, user, { channels: [from], fallback: step });
    await live(h, 4);
    const statuses = (await chainOf(user)).map(({ channel, status }) => `${channel} ${status}`);
    const end = to === "in_app" ? "delivered" : "sent";
    expect(statuses).toEqual([`${from} ${from === "in_app" ? "delivered" : "failed"}`, `${to} ${end}`]);
  });

  test("goes on to its end: a push fails, an in-app message is not read, and an e-mail follows", async () => {
    const h = createChainWorld();
    const { id: user } = await givenPerson(h, { devices: 0 });
    await send(h, user, { fallback: ["in_app", { channel: "email", after: 300 }] });
    await live(h, 4);
    expect(await shortly(user)).toEqual(["push failed (no_device)", "in_app delivered"]);
    await live(h, 4);
    expect(await shortly(user)).toEqual(["push failed (no_device)", "in_app delivered", "email sent"]);
    const [push, inApp, email] = await chainOf(user);
    expect([inApp?.follows, email?.follows]).toEqual([push?.id, inApp?.id]);
  });

  test("asks all that came before: a push that fails after it was followed is no reason for more once a later one was read", async () => {
    const h = createChainWorld();
    const { id: user } = await givenPerson(h, { devices: 0 });
    await send(h, user, { fallback: ["in_app", { channel: "email", after: 300 }] });
    await live(h, 1);
    const [, inApp] = await chainOf(user);
    await change(h, user, inApp?.id ?? "", "read");
    await live(h, 30);
    expect(await chainOf(user)).toHaveLength(2);
  });

  test("stops when its message is cancelled", async () => {
    const h = createChainWorld();
    const { id: user } = await givenPerson(h, { devices: 0 });
    const id = await send(h, user, {
      fallback: "email",
      send_at: new Date(h.clock.now() + HOUR).toISOString(),
    });
    await h.request("DELETE", `/api/v1/admin/notifications/${id}`);
    await live(h, 120);
    expect(await shortly(user)).toEqual(["push cancelled"]);
  });

  test("asks for the quiet hours of its user when it is sent", async () => {
    const h = createChainWorld();
    const quietHours = { enabled: true, start: "09:00", end: "11:00", days: [0, 1, 2, 3, 4, 5, 6] };
    const { id: user } = await givenPerson(h, { devices: 0, quietHours });
    await send(h, user, { channels: ["in_app"], fallback: { channel: "email", after: 60 } });
    await live(h, 10);
    expect(await shortly(user)).toEqual(["in_app delivered", "email queued (quiet_hours)"]);
    await live(h, 120);
    expect(await shortly(user)).toEqual(["in_app delivered", "email sent"]);
  });

  test("of several channels follows only where none of them has reached the user", async () => {
    const h = createChainWorld();
    const [pushed, unread, read] = [
      await givenPerson(h),
      await givenPerson(h, { devices: 0 }),
      await givenPerson(h, { devices: 0 }),
    ];
    const both = { channels: ["push", "in_app"], fallback: { channel: "email", after: 600 } };
    for (const { id } of [pushed, unread, read]) await send(h, id, both);
    await live(h, 5);
    const inApp = (await chainOf(read.id)).find(({ channel }) => channel === "in_app");
    await change(h, read.id, inApp?.id ?? "", "read");
    await live(h, 10);
    expect(await shortly(pushed.id)).toEqual([
      "push sent",
      "in_app delivered",
      "email cancelled (reached_before)",
    ]);
    expect(await shortly(unread.id)).toEqual(["push failed (no_device)", "in_app delivered", "email sent"]);
    expect(await shortly(read.id)).toEqual(["push failed (no_device)", "in_app delivered"]);
  });
});

describe("a push that has a minute to be sent", () => {
  const timely = { fallback: { channel: "email", after: 60 } };

  const expoAway = (h: Harness) => {
    h.hosts.set("exp.host", () => Promise.reject(new Error("connection refused")));
  };

  test("gives way to the e-mail while its provider is away, and is not sent later", async () => {
    const h = createChainWorld();
    const { id: user } = await givenPerson(h);
    expoAway(h);
    await send(h, user, timely);
    await live(h, 4);
    const [push, email] = await chainOf(user);
    expect(push?.status).toBe("failed");
    expect(email).toMatchObject({ channel: "email", status: "sent" });
    h.hosts.set("exp.host", (url, init) => h.expo.fetch(url, init));
    await live(h, 180);
    expect(h.expo.accepted).toEqual([]);
  });

  test("does so also while its gate lets nothing through", async () => {
    const h = createChainWorld();
    expoAway(h);
    const others = await Promise.all(Array.from({ length: 8 }, () => givenPerson(h)));
    for (const { id } of others) await send(h, id, {});
    await live(h, 2);
    const { id: user } = await givenPerson(h);
    await send(h, user, timely);
    await live(h, 4);
    expect((await chainOf(user)).map(({ channel, status }) => `${channel} ${status}`)).toEqual([
      "push failed",
      "email sent",
    ]);
  });

  test("has that minute after the user's quiet hours", async () => {
    const h = createChainWorld();
    const quietHours = { enabled: true, start: "09:00", end: "11:00", days: [0, 1, 2, 3, 4, 5, 6] };
    const { id: user } = await givenPerson(h, { quietHours });
    await send(h, user, timely);
    await live(h, 30);
    expect(await shortly(user)).toEqual(["push queued (quiet_hours)"]);
    await live(h, 120);
    expect(await shortly(user)).toEqual(["push sent"]);
  });

  test("is not given up while it is being sent", async () => {
    const h = createChainWorld();
    const { id: user } = await givenPerson(h);
    await send(h, user, timely);
    const stopped = h.interrupts.stopAtNext("fetch", "after");
    const drained = h.drain();
    await stopped.reached;
    h.clock.advance(61 * SECOND);
    await followUnreached(h.ctx);
    expect(await shortly(user)).toEqual(["push sending"]);
    stopped.release();
    await drained;
    await live(h, 10);
    expect(await shortly(user)).toEqual(["push sent"]);
  });
});

describe("an e-mail that is reported later as lost", () => {
  const followed = async (h: Harness, more: object = {}) => {
    const person = await givenPerson(h);
    const id = await send(h, person.id, { channels: ["email"], fallback: "push", ...more });
    await live(h, 2);
    expect(await shortly(person.id)).toEqual(["email sent"]);
    return { ...person, dispatch: id };
  };

  test.each(["bounced", "failed", "maybe_bounced"] as const)("(%s) is followed, once", async (kind) => {
    const h = createChainWorld();
    const { id: user, dispatch } = await followed(h);
    const report = reportOf(h, dispatch, kind);
    await applyFeedback(h.ctx, "email", [report, report]);
    await Promise.all([applyFeedback(h.ctx, "email", [report]), applyFeedback(h.ctx, "email", [report])]);
    await h.drain();
    expect((await shortly(user))[1]).toBe("push sent");
    expect(await chainOf(user)).toHaveLength(2);
    expect(h.expo.accepted).toHaveLength(1);
  });

  test("is found by the provider's id, too", async () => {
    const h = createChainWorld();
    const { id: user } = await followed(h);
    const [{ provider_message_id } = { provider_message_id: null }] = await chainOf(user);
    await applyFeedback(h.ctx, "email", [
      reportOf(h, null, "bounced", { providerMessageId: provider_message_id }),
    ]);
    await h.drain();
    expect((await shortly(user))[1]).toBe("push sent");
  });

  test.each(["delivered", "complained"] as const)("is not followed when it was %s", async (kind) => {
    const h = createChainWorld();
    const { id: user, dispatch } = await followed(h);
    await applyFeedback(h.ctx, "email", [reportOf(h, dispatch, kind)]);
    await live(h, 10);
    expect(await chainOf(user)).toHaveLength(1);
  });

  test("is not followed by what seems an automatic reply once it was delivered, nor when that is reported before the follower is claimed", async () => {
    const h = createChainWorld();
    const [before, after] = [await followed(h), await followed(h)];
    await applyFeedback(h.ctx, "email", [reportOf(h, before.dispatch, "delivered")]);
    await applyFeedback(h.ctx, "email", [reportOf(h, before.dispatch, "maybe_bounced")]);
    await applyFeedback(h.ctx, "email", [reportOf(h, after.dispatch, "maybe_bounced")]);
    await applyFeedback(h.ctx, "email", [reportOf(h, after.dispatch, "delivered")]);
    await live(h, 5);
    expect(await shortly(before.id)).toEqual(["email delivered"]);
    expect(await shortly(after.id)).toEqual(["email delivered", "push cancelled (reached_before)"]);
  });

  test("is followed after all when the delivery is then disproved by a bounce", async () => {
    const h = createChainWorld();
    const { id: user, dispatch } = await followed(h);
    await applyFeedback(h.ctx, "email", [reportOf(h, dispatch, "maybe_bounced")]);
    await applyFeedback(h.ctx, "email", [reportOf(h, dispatch, "delivered")]);
    await live(h, 2);
    await applyFeedback(h.ctx, "email", [reportOf(h, dispatch, "bounced", { permanent: true })]);
    await live(h, 3);
    expect(await shortly(user)).toEqual(["email bounced (mailbox_full)", "push sent"]);
  });

  test("is not followed when that comes after three days, or the message has expired", async () => {
    const h = createChainWorld();
    const [old, over] = [
      await followed(h),
      await followed(h, { expires_at: new Date(h.clock.now() + HOUR).toISOString() }),
    ];
    h.clock.advance(2 * HOUR);
    await applyFeedback(h.ctx, "email", [reportOf(h, over.dispatch, "bounced")]);
    h.clock.advance(3 * DAY);
    await applyFeedback(h.ctx, "email", [reportOf(h, old.dispatch, "bounced")]);
    await live(h, 3);
    expect(await chainOf(old.id)).toHaveLength(1);
    expect(await chainOf(over.id)).toHaveLength(1);
  });

  test("costs the same round trip, and one wake-up call", async () => {
    const h = createChainWorld();
    const { dispatch } = await followed(h);
    h.meter.reset();
    await applyFeedback(h.ctx, "email", [reportOf(h, dispatch, "bounced")]);
    expect(h.meter.trips).toBe(1);
    expect(h.queues.waiting).toHaveLength(1);
  });
});
