import { describe, expect, test } from "vitest";
import { printId } from "../../src/lib/ids.ts";
import { createHarness, type Harness } from "../support/harness.ts";
import { createMailWorld, givenReader } from "../support/mail.ts";
import { aPush, givenUser } from "../support/world.ts";
import { deliverNow, dispatchesOf, givenPushes } from "../support/pipeline.ts";
import { parseId } from "../../src/lib/ids.ts";

const PUSHES = "/api/v1/notifications";
const LOG = "/api/v1/admin/notifications";
const uuid = (printed: string) => parseId("notif", printed) ?? "";
const body = async (h: Harness, path: string, sub?: string) =>
  (await h.request("GET", path, sub === undefined ? {} : { as: { role: "user", sub } })).body;

/** A push to someone without a device, whose fallback has followed. */
async function givenFollowed(h: Harness, fallback: "email" | "in_app") {
  const { id: user } = await givenReader(h);
  const key = { headers: { "idempotency-key": user, prefer: "wait=3" } };
  const send = () => h.request("POST", PUSHES, { body: aPush(user, { fallback }), ...key });
  const first = await send();
  await h.drain();
  return { user, send, first };
}

describe.each(["email", "in_app"] as const)("a push that failed and its follower by %s", (fallback) => {
  test("name each other in every view, as the view prints ids", async () => {
    const h = createHarness({ vars: { EMAIL_PROVIDERS: "resend" } });
    const { user, send, first } = await givenFollowed(h, fallback);
    const { id } = first.body;
    expect(first.body).toMatchObject({ status: "failed", error_code: "no_device" });
    const follower = uuid(first.body.followed_by);
    expect(await dispatchesOf([follower])).toMatchObject([{ channel: fallback, user_id: user }]);

    expect(await send()).toMatchObject({ body: { id, followed_by: first.body.followed_by } });
    expect(await body(h, `${PUSHES}/${id}`)).toMatchObject({ followed_by: first.body.followed_by });
    expect((await body(h, `${PUSHES}?user_id=${user}`)).data).toMatchObject([
      { id, followed_by: first.body.followed_by },
    ]);

    const [push, other] = [printId("dsp", uuid(id)), printId("dsp", follower)];
    const { data: log } = await body(h, `${LOG}?recipient_user_id=${user}`);
    expect(log).toMatchObject([
      { dispatch_id: other, channel: fallback, follows: push },
      { dispatch_id: push, channel: "push", followed_by: other },
    ]);
    expect(log[0]).not.toHaveProperty("followed_by");
    expect(log[1]).not.toHaveProperty("follows");
    expect((await body(h, `${LOG}/${push}`)).data).toMatchObject({ followed_by: other });
    expect((await body(h, `${LOG}/${other}`)).data).toMatchObject({ follows: push });
  });
});

test("the history of e-mails names the push that had failed", async () => {
  const h = createHarness({ vars: { EMAIL_PROVIDERS: "resend" } });
  const { user, first } = await givenFollowed(h, "email");
  const { items } = await body(h, `${PUSHES}/history`, user);
  expect(items).toMatchObject([{ follows: uuid(first.body.id) }]);
  expect(await body(h, `${PUSHES}/history/${items[0].id}`, user)).toMatchObject({
    follows: uuid(first.body.id),
  });
});

test("what neither fell back nor followed names nothing", async () => {
  const h = createHarness();
  const { id: user } = await givenUser(h);
  const sent = await h.request("POST", PUSHES, { body: aPush(user, { fallback: "email" }) });
  const seen = [
    sent.body,
    await body(h, `${PUSHES}/${sent.body.id}`),
    ...(await body(h, `${LOG}?recipient_user_id=${user}`)).data,
  ];
  for (const one of seen) {
    expect(one).not.toHaveProperty("follows");
    expect(one).not.toHaveProperty("followed_by");
  }
});

test("a page of a hundred followed pushes costs one round trip and a row more for each", async () => {
  const h = createMailWorld();
  const plain = await givenPushes(h, 100, { devices: 0, batchId: crypto.randomUUID() });
  const followed = await givenPushes(h, 100, {
    devices: 0,
    fallback: "in_app",
    batchId: crypto.randomUUID(),
  });
  await deliverNow(h, plain.ids);
  await deliverNow(h, followed.ids);
  const costOf = async (ids: readonly string[]) => {
    const [one] = await dispatchesOf(ids.slice(0, 1));
    const batch = printId("batch", one?.batch_id ?? "");
    h.meter.reset();
    const { data } = await body(h, `${PUSHES}?batch_id=${batch}&limit=100`);
    expect(data).toHaveLength(100);
    expect(h.meter.trips).toBe(1);
    return { links: data.filter((row: object) => "followed_by" in row).length, rows: h.meter.rowsRead };
  };
  const [without, having] = [await costOf(plain.ids), await costOf(followed.ids)];
  expect([without.links, having.links]).toEqual([0, 100]);
  // The push, once for the page and once for the count. No look-up of what it followed: a push follows nothing.
  expect(without.rows).toBeLessThanOrEqual(205);
  // Their followers are in the same batch, and are counted.
  expect(having.rows - without.rows).toBeLessThanOrEqual(600);
});
