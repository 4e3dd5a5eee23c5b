import { beforeEach, describe, expect, test } from "vitest";
import { env } from "cloudflare:workers";
import { follow } from "../../src/delivery/fallback.ts";
import { HOUR, MINUTE } from "../../src/lib/clock.ts";
import { parseId, printId } from "../../src/lib/ids.ts";
import { bulk, putInto, remind } from "../api/admin-notifications/calls.ts";
import { type Answer, type Caller, type Harness, mint } from "../support/harness.ts";
import {
  createWorld,
  deliverNow,
  dispatchesOf,
  dispatchOf,
  emptyTables,
  givenDispatches,
  live,
} from "../support/pipeline.ts";
import { givenCertificate } from "../support/mail.ts";
import { aPush, givenOrg, givenUser } from "../support/world.ts";

beforeEach(emptyTables);

const PUSH = "/api/v1/notifications";
const ADMIN = "/api/v1/admin/notifications";
const STATS = "/api/v1/stats-notifications";
const LATER = { prefer: "respond-async" };

/** A user below one organization, who may move below another, and the admins of both. */
async function givenMove(h: Harness) {
  const [from, to] = [await givenOrg(h), await givenOrg(h)];
  const [below, elsewhere] = [await givenOrg(h, from), await givenOrg(h, to)];
  const user = await givenUser(h, { org: below, email: `${mint("moved")}@example.com` });
  const admin = (org: string): Caller => ({ role: "org_admin", sub: mint("adm"), org });
  return {
    user: user.id,
    tokens: user.tokens,
    below,
    former: admin(from),
    next: admin(to),
    async move(org: string | null = elsewhere) {
      const facts = { org_id: org, email_verified: true };
      const { status } = await h.request("PUT", `/api/v1/directory/users/${user.id}`, { body: facts });
      expect(status).toBe(200);
    },
  };
}

type Move = Awaited<ReturnType<typeof givenMove>>;

/** A push that was made for the user where they are now, in this state. */
async function givenPush(h: Harness, { user, below }: Move, status: string): Promise<string> {
  const [id = ""] = await givenDispatches(h, [user], { orgId: below });
  await putInto(id, status);
  return id;
}

const statusOf = async (answer: Promise<{ status: number; body: { code?: string } }>) => {
  const { status, body } = await answer;
  return body.code === undefined ? status : `${status} ${body.code}`;
};

describe("an admin of a former organization", () => {
  const RIGHTS: Record<
    string,
    [state: string, call: (h: Harness, id: string, as: Caller) => Promise<Answer>]
  > = {
    retry: ["failed", (h, id, as) => change(h, id, as, { action: "retry" })],
    note: ["failed", (h, id, as) => change(h, id, as, { action: "update", note: "Mine" })],
    cancel: ["queued", (h, id, as) => call(h, "DELETE", `${ADMIN}/${printId("dsp", id)}`, as)],
    mark: [
      "failed",
      (h, id, as) => call(h, "PUT", `${PUSH}/${printId("notif", id)}`, as, { status: "resolved" }),
    ],
    delete: ["queued", (h, id, as) => call(h, "DELETE", `${PUSH}/${printId("notif", id)}`, as)],
  };
  const call = async (h: Harness, method: string, path: string, as: Caller, body?: object) =>
    h.request(method, path, { as, ...(body && { body }) });
  const change = (h: Harness, id: string, as: Caller, body: object) =>
    call(h, "PUT", `${ADMIN}/${printId("dsp", id)}`, as, body);

  test.each(Object.keys(RIGHTS))("may not %s what was sent, and changes nothing", async (right) => {
    const [state, attempt] = RIGHTS[right] ?? ["", () => Promise.reject(new Error(right))];
    const h = createWorld();
    const move = await givenMove(h);
    const id = await givenPush(h, move, state);
    await move.move();
    const before = await dispatchOf(id);
    expect(await statusOf(attempt(h, id, move.former))).toBe("403 user_moved");
    expect(await dispatchOf(id)).toEqual(before);
    // Nor do the new ones: it is not in their log.
    expect(await statusOf(attempt(h, id, move.next))).toBe("404 not_found");
    expect(await dispatchOf(id)).toEqual(before);
    // Back again, they may.
    await move.move(move.below);
    expect(await statusOf(attempt(h, id, move.former))).toBe(200);
  });

  test("still finds it in the log with its totals; the new one finds what was sent since", async () => {
    const h = createWorld();
    const move = await givenMove(h);
    const old = await givenPush(h, move, "sent");
    await move.move();
    await h.request("POST", PUSH, { as: move.next, body: aPush(move.user), headers: LATER });
    const [, since] = (await allOf(move.user)).map(({ id }) => id);
    for (const [as, ids] of [
      [move.former, [old]],
      [move.next, [since]],
    ] as const)
      for (const query of ["", `&recipient_user_id=${move.user}`]) {
        const { body } = await h.request("GET", `${ADMIN}?channel=push${query}`, { as });
        expect(body.data.map((row: { dispatch_id: string }) => parseId("dsp", row.dispatch_id))).toEqual(ids);
        expect(body.pagination.total).toBe(1);
      }
  });

  test("is not shown the tokens of a user who has moved, nor of a device that has changed hands", async () => {
    const h = createWorld();
    const move = await givenMove(h);
    const colleague = await givenUser(h, { org: move.below, devices: 0 });
    const stranger = await givenUser(h, { devices: 0 });
    const sent = await h.request("POST", PUSH, { as: move.former, body: aPush(move.user), headers: LATER });
    await h.drain();
    const tokens = async (as: Caller) =>
      (await h.request("GET", `${PUSH}/${sent.body.id}`, { as })).body.device_tokens;
    const own: Caller = { role: "user", sub: move.user };
    expect([await tokens(move.former), await tokens(own)]).toEqual([move.tokens, move.tokens]);
    const moveDevice = (user: string) =>
      h.request("POST", `${PUSH}/device-tokens`, {
        body: { user_id: user, token: move.tokens[0], platform: "ios" },
      });
    await moveDevice(colleague.id);
    expect([await tokens(move.former), await tokens(own)]).toEqual([move.tokens, []]);
    await moveDevice(stranger.id);
    expect([await tokens(move.former), await tokens(own)]).toEqual([[], []]);
    await moveDevice(move.user);
    await move.move();
    expect([await tokens(move.former), await tokens(own)]).toEqual([[], move.tokens]);
  });

  test("has nothing to do with the user, their devices, preferences, history and stats any more", async () => {
    const h = createWorld();
    const move = await givenMove(h);
    const made = await h.request("POST", STATS, {
      as: move.former,
      body: { user_id: move.user, time_window: "monthly" },
      headers: { "idempotency-key": "k1" },
    });
    const paths = [
      `${PUSH}/device-tokens?user_id=${move.user}`,
      `${PUSH}/preferences?user_id=${move.user}`,
      `${PUSH}/history?user_id=${move.user}`,
      `${PUSH}/stats?user_id=${move.user}`,
      `${STATS}/${made.body.notification_id}`,
    ];
    const seen = (as: Caller) =>
      Promise.all(paths.map(async (path) => (await h.request("GET", path, { as })).status));
    const all = (status: number) => paths.map(() => status);
    expect([await seen(move.former), await seen(move.next)]).toEqual([all(200), all(404)]);
    await move.move();
    expect([await seen(move.former), await seen(move.next)]).toEqual([all(404), all(200)]);
    // A repeat shows no more than a look would.
    const again = await h.request("POST", STATS, {
      as: move.former,
      body: { user_id: move.user, time_window: "monthly" },
      headers: { "idempotency-key": "k1" },
    });
    expect(again.status).toBe(404);
  });

  test("does not see an e-mail's address, sent before or after", async () => {
    const h = createWorld();
    const move = await givenMove(h);
    const [id = ""] = await givenDispatches(h, [move.user], {
      orgId: move.below,
      channel: "email",
      type: "welcome",
    });
    await putInto(id, "sent", { to_address: "moved@example.com" });
    await move.move();
    const answers = await Promise.all(
      [`${PUSH}/history/${id}?user_id=${move.user}`, `${ADMIN}/${printId("dsp", id)}`].map((path) =>
        h.request("GET", path, { as: move.former }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([404, 200]);
    expect(JSON.stringify(answers)).not.toContain("moved@example.com");
    // The new one sees the user's address, but not what was sent before.
    const list = await h.request("GET", `${PUSH}/history?user_id=${move.user}`, { as: move.next });
    expect([list.status, list.body.items]).toEqual([200, []]);
  });
});

const allOf = async (user: string) =>
  (await dispatchesOf(await idsOf(user))).toSorted((a, b) => (a.id < b.id ? -1 : 1));
async function idsOf(user: string): Promise<string[]> {
  const { results } = await env.DB.prepare("SELECT id FROM dispatches WHERE user_id = ?")
    .bind(user)
    .all<{ id: string }>();
  return results.map(({ id }) => id);
}

const CANCELLED = { status: "cancelled", error_code: "sender_not_in_charge", wake_at: null };

describe("what an org_admin has asked for is asked again when it is sent:", () => {
  const sendLater = (h: Harness, as: Caller, user: string, more: object = {}) =>
    h.request("POST", PUSH, {
      as,
      body: aPush(user, { send_at: new Date(h.clock.now() + HOUR).toISOString(), ...more }),
      headers: LATER,
    });

  test("a push with send_at, on both channels, does not go to a user who has left", async () => {
    const h = createWorld();
    const move = await givenMove(h);
    await sendLater(h, move.former, move.user, { channels: ["push", "in_app"] });
    await move.move();
    await live(h, 65);
    expect(h.expo.accepted).toEqual([]);
    expect(await allOf(move.user)).toMatchObject([CANCELLED, CANCELLED]);
  });

  test.each<[string, (move: Move) => Promise<unknown>]>([
    ["stays", async () => undefined],
    ["moves within the tree", ({ move, former }) => move(former.org ?? null)],
    [
      "comes back in time",
      async ({ move, below }) => {
        await move();
        await move(below);
      },
    ],
  ])("it goes to one who %s", async (_, happens) => {
    const h = createWorld();
    const move = await givenMove(h);
    await sendLater(h, move.former, move.user, { channels: ["push", "in_app"] });
    await happens(move);
    await live(h, 65);
    expect(h.expo.accepted).toHaveLength(1);
    expect((await allOf(move.user)).map(({ status }) => status)).toEqual(["sent", "delivered"]);
  });

  test.each<[string, Caller]>([
    ["a service", { role: "service", sub: "svc" }],
    ["a global_admin", { role: "global_admin", sub: "adm" }],
  ])("what %s has asked for goes wherever the user is", async (_, as) => {
    const h = createWorld();
    const move = await givenMove(h);
    await sendLater(h, as, move.user);
    await move.move();
    await live(h, 65);
    expect(h.expo.accepted).toHaveLength(1);
  });

  test("a user who belongs nowhere any more gets nothing on an admin's word, nor does a batch's", async () => {
    const h = createWorld();
    const move = await givenMove(h);
    await h.request("POST", `${PUSH}/batch`, {
      as: move.former,
      body: { targets: [aPush(move.user)] },
      headers: LATER,
    });
    await move.move(null);
    await h.drain();
    expect(h.expo.accepted).toEqual([]);
    expect(await allOf(move.user)).toMatchObject([CANCELLED]);
  });

  test("what an admin has booked of the user's budget is free again", async () => {
    const h = createWorld({ PUSH_LIMIT_PER_HOUR: "2" });
    const move = await givenMove(h);
    await h.request("POST", `${PUSH}/batch`, {
      as: move.former,
      body: { targets: [1, 2, 3].map(() => aPush(move.user)) },
      headers: LATER,
    });
    await move.move();
    await h.drain();
    const send = async () =>
      (await h.request("POST", PUSH, { as: move.next, body: aPush(move.user), headers: LATER })).status;
    expect([await send(), await send(), await send()]).toEqual([202, 202, 429]);
  });

  test.each<[string, (h: Harness, move: Move) => Promise<{ status: number }>]>([
    ["a reminder", (h, { user, former }) => remind(h, user, { as: former })],
    ["a bulk of reminders", (h, { below, former }) => bulk(h, below, {}, { as: former })],
  ])("%s of an admin's does not go to a user who has left", async (_, ask) => {
    const h = createWorld();
    const move = await givenMove(h);
    await givenCertificate(h, move.user, 10);
    expect((await ask(h, move)).status).toBe(202);
    await move.move();
    await h.drain();
    expect(await allOf(move.user)).toMatchObject([CANCELLED]);
  });

  test("a retry goes out on the word of whoever asked for it", async () => {
    const h = createWorld();
    const move = await givenMove(h);
    const [mine, theirs] = [await givenPush(h, move, "failed"), await givenPush(h, move, "failed")];
    const retry = (id: string, as: Caller) =>
      h.request("PUT", `${ADMIN}/${printId("dsp", id)}`, { as, body: { action: "retry" } });
    expect((await retry(mine, move.former)).status).toBe(200);
    expect((await retry(theirs, { role: "service", sub: "svc" })).status).toBe(200);
    await move.move();
    await live(h, 5);
    expect(await dispatchOf(mine)).toMatchObject(CANCELLED);
    expect(await dispatchOf(theirs)).toMatchObject({ status: "sent" });
  });

  test.each(["in_app", "email"] as const)(
    "a fallback by %s follows to a user who is still here",
    async (fallback) => {
      const h = createWorld();
      const move = await givenMove(h);
      const org = move.former.org ?? null;
      const [gone = "", here = ""] = await givenDispatches(h, [move.user, move.user], {
        orgId: org,
        senderOrgId: org,
        fallback,
      });
      for (const id of [gone, here]) await putInto(id, "failed");
      const followers = async (id: string) => {
        await h.ctx.db.write({ followers: follow(h.ctx, [id]).statements });
        return (await allOf(move.user)).filter(({ channel }) => channel === fallback);
      };
      expect(await followers(here)).toMatchObject([{ sender_org_id: org }]);
      await move.move();
      expect(await followers(gone)).toHaveLength(1);
    },
  );

  test("the look at the tree costs a claim no round trip", async () => {
    const h = createWorld();
    const move = await givenMove(h);
    await sendLater(h, move.former, move.user);
    h.clock.advance(HOUR + MINUTE);
    const ids = await idsOf(move.user);
    h.meter.reset();
    await deliverNow(h, ids);
    expect(h.meter.trips).toBe(2);
    expect(h.expo.accepted).toHaveLength(1);
  });
});
