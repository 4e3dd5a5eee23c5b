import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { WIRE } from "../../src/api/directory/collections/index.ts";
import { bodiesOf } from "../api/directory/bodies.ts";
import { sendPush } from "../api/push-notifications/calls.ts";
import { aReader, BASE as INBOX, givenMessages } from "../inbox/world.ts";
import { BASE as STATS, givenMember, givenSubscription } from "../notifications/stats-summary/world.ts";
import { createHarness, type Harness, mint } from "../support/harness.ts";
import { createMailWorld, givenReader } from "../support/mail.ts";
import { aPush, givenUser } from "../support/world.ts";

/** How a write goes wrong, after which it is repeated. */
const FAULTS = ["before", "after"] as const;

/** Something that can be deleted, and a path at which there is nothing. */
interface Deletable {
  path: string;
  missing: string;
}

async function inDirectory(h: Harness, name: string): Promise<Deletable> {
  const { one, facts } = bodiesOf(name);
  const path = one(mint("x"));
  const { status } = await h.request("PUT", `${path}?notify=false`, { body: facts });
  expect(status).toBe(201);
  return { path, missing: one(mint("x")) };
}

const DELETABLE: Record<string, (h: Harness) => Promise<Deletable>> = {
  ...Object.fromEntries(Object.keys(WIRE).map((name) => [name, (h: Harness) => inDirectory(h, name)])),
  push: async (h) => {
    const { id } = await givenUser(h);
    const { body } = await sendPush(h, aPush(id));
    return {
      path: `/api/v1/notifications/${body.id}`,
      missing: "/api/v1/notifications/notif_01jq8z3k5te8v9m4p2r7x6w1yd",
    };
  },
  subscription: async (h) => ({
    path: `${STATS}/${await givenSubscription(h, await givenMember(h), "weekly")}`,
    missing: `${STATS}/notif_01jq8z3k5te8v9m4p2r7x6w1yd`,
  }),
};

describe.each(Object.keys(DELETABLE))("deleting one of %s", (name) => {
  test.each(FAULTS)(
    "is answered as done though D1 failed %s it did it; a second time it is not there",
    async (when) => {
      const h = createHarness();
      const { path } = (await DELETABLE[name]?.(h)) ?? { path: "" };
      h.meter.failNext(when);
      expect((await h.request("DELETE", path)).status).toBe(200);
      h.meter.failNext(when);
      expect((await h.request("DELETE", path)).status).toBe(404);
    },
  );

  test("costs one round trip, is noted in the audit log, and of what is not there nothing is", async () => {
    const h = createHarness();
    const { path, missing } = (await DELETABLE[name]?.(h)) ?? { path: "", missing: "" };
    const noted = () =>
      env.DB.prepare(
        "SELECT count(*) AS n FROM audit_log WHERE action LIKE '%.delete' OR action = 'user.erase'",
      ).first<number>("n");
    const before = (await noted()) ?? 0;
    h.meter.reset();
    expect((await h.request("DELETE", path)).status).toBe(200);
    expect(h.meter.trips).toBe(1);
    expect(await noted()).toBe(before + 1);
    expect((await h.request("DELETE", missing)).status).toBe(404);
    expect(await noted()).toBe(before + 1);
  });
});

describe("an organization that is not empty", () => {
  test.each(FAULTS)("is refused though D1 failed %s it looked, and stays", async (when) => {
    const h = createHarness();
    const { one, facts } = bodiesOf("orgs");
    const id = mint("org");
    await h.request("PUT", one(id), { body: facts });
    await givenUser(h, { org: id });
    h.meter.failNext(when);
    expect(await h.request("DELETE", one(id))).toMatchObject({
      status: 409,
      body: { code: "org_not_empty" },
    });
    expect((await h.request("GET", one(id))).status).toBe(200);
  });
});

describe("in the inbox", () => {
  test.each(FAULTS)("read-all counts what it marked though D1 failed %s it did it", async (when) => {
    const h = createHarness();
    const reader = aReader();
    await givenMessages(h, reader.sub, 3);
    const readAll = () => h.request("POST", `${INBOX}/read-all`, { as: reader });
    h.meter.failNext(when);
    h.interrupts.reset();
    expect((await readAll()).body).toEqual({ updated: 3, unread_count: 0 });
    expect(h.interrupts.calls.filter((call) => call === "inbox.notify")).toHaveLength(1);
    h.clock.advance(1_000);
    h.meter.failNext(when);
    expect((await readAll()).body).toEqual({ updated: 0, unread_count: 0 });
  });

  test.each(FAULTS)("a change is told to other tabs though D1 failed %s it made it", async (when) => {
    const h = createHarness();
    const reader = aReader();
    const [id] = await givenMessages(h, reader.sub);
    h.clock.advance(1_000);
    h.meter.failNext(when);
    h.interrupts.reset();
    await h.request("POST", `${INBOX}/${id}/read`, { as: reader });
    expect(h.interrupts.calls.filter((call) => call === "inbox.notify")).toHaveLength(1);
  });
});

test.each(FAULTS)(
  "a test e-mail that nobody could send is answered so though D1 failed %s it was ended",
  async (when) => {
    const h = createMailWorld("ses");
    const { id } = await givenReader(h);
    h.hosts.set("email.eu-west-1.amazonaws.com", async () => new Response("{}", { status: 500 }));
    // After the insertion, the claim and the settle comes the end.
    const settled = h.interrupts.stopAtNext("d1", "after", 3);
    const answer = h.request("POST", "/api/v1/notifications/test", { as: { role: "user", sub: id } });
    await settled.reached;
    h.meter.failNext(when);
    settled.release();
    expect(await answer).toMatchObject({ status: 500, body: { code: "email_service_error" } });
  },
);
