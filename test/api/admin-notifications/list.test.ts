import { describe, expect, test } from "vitest";
import { MINUTE } from "../../../src/lib/clock.ts";
import { type Harness, mint } from "../../support/harness.ts";
import { createMailWorld, givenMails, givenReader } from "../../support/mail.ts";
import { givenDispatches } from "../../support/pipeline.ts";
import { givenOrg } from "../../support/world.ts";
import { BASE, listed, printed, putInto } from "./calls.ts";

const STATUSES = ["queued", "sending", "sent", "delivered", "bounced", "failed", "cancelled"];

const page = async (h: Harness, query: string) => (await h.request("GET", `${BASE}?${query}`)).body;

const at = (ms: number) => encodeURIComponent(new Date(ms).toISOString());

/** Who has got something on each channel: ids as the contract prints them, oldest first. */
async function givenOneOfEach(h: Harness, orgId: string) {
  const { id: user } = await givenReader(h, { org: orgId });
  const [mail = ""] = await givenMails(h, [user], { orgId });
  const [push = ""] = await givenDispatches(h, [user], { orgId });
  const [inApp = ""] = await givenDispatches(h, [user], {
    orgId,
    channel: "in_app",
    type: "pause_activated",
  });
  return { user, mail: printed(mail), push: printed(push), inApp: printed(inApp) };
}

describe("the log", () => {
  test("holds what was sent on every channel, newest first", async () => {
    const h = createMailWorld();
    const { user, mail, push, inApp } = await givenOneOfEach(h, await givenOrg(h));
    expect(await listed(h, `recipient_user_id=${user}`)).toEqual([inApp, push, mail]);
    expect(await listed(h, `recipient_user_id=${user}`, "channel")).toEqual(["in_app", "push", "email"]);
  });

  test("shows an error only where there is one", async () => {
    const h = createMailWorld();
    const { id: user } = await givenReader(h);
    const failure = { code: "unverified", message: "Email address not verified" };
    await givenMails(h, [user]);
    await givenMails(h, [user], { failure });
    const { data } = await page(h, `recipient_user_id=${user}`);
    expect(data[0]).toMatchObject({ status: "failed", error: failure.message, error_code: failure.code });
    expect(Object.keys(data[1])).not.toContain("error");
    expect(Object.keys(data[1])).not.toContain("error_code");
  });
});

describe("filters", () => {
  test("by channel, type and recipient select what they say, alone and together", async () => {
    const h = createMailWorld();
    const org = await givenOrg(h);
    const one = await givenOneOfEach(h, org);
    const other = await givenOneOfEach(h, org);
    const mine = `org_id=${org}`;
    expect(await listed(h, `${mine}&channel=email`)).toEqual([other.mail, one.mail]);
    expect(await listed(h, `${mine}&type=pause_activated`)).toEqual([other.inApp, one.inApp]);
    expect(await listed(h, `${mine}&recipient_user_id=${one.user}&channel=push`)).toEqual([one.push]);
    expect(await listed(h, `${mine}&channel=push&type=pause_activated`)).toEqual([]);
  });

  test("by organization take in those below it only when they are asked to", async () => {
    const h = createMailWorld();
    const top = await givenOrg(h);
    const middle = await givenOrg(h, top);
    const bottom = await givenOrg(h, middle);
    const elsewhere = await givenOrg(h);
    const mails: string[] = [];
    for (const orgId of [top, middle, bottom, elsewhere]) {
      const { id } = await givenReader(h, { org: orgId });
      mails.push(...(await givenMails(h, [id], { orgId })).map(printed));
    }
    const [ofTop, ofMiddle, ofBottom] = mails;
    expect(await listed(h, `org_id=${top}`)).toEqual([ofTop]);
    expect(await listed(h, `org_id=${top}&include_sub_orgs=false`)).toEqual([ofTop]);
    expect(await listed(h, `org_id=${top}&include_sub_orgs=true`)).toEqual([ofBottom, ofMiddle, ofTop]);
    expect(await listed(h, `org_id=${middle}&include_sub_orgs=true`)).toEqual([ofBottom, ofMiddle]);
  });

  test("by status find each state by its own name", async () => {
    const h = createMailWorld();
    const { id } = await givenReader(h);
    const ids = await givenMails(
      h,
      STATUSES.map(() => id),
    );
    for (const [i, status] of STATUSES.entries()) await putInto(ids[i] ?? "", status);
    for (const [i, status] of STATUSES.entries())
      expect(await listed(h, `recipient_user_id=${id}&status=${status}`)).toEqual([printed(ids[i] ?? "")]);
  });

  test("by batch find a bulk's messages", async () => {
    const h = createMailWorld();
    const { id } = await givenReader(h);
    const batchId = h.ctx.ids.uuid();
    const [mail = ""] = await givenMails(h, [id], { batchId });
    await givenMails(h, [id]);
    const { data } = (await h.request("GET", `${BASE}/${printed(mail)}`)).body;
    expect(await listed(h, `batch_id=${data.batch_id}`)).toEqual([printed(mail)]);
  });

  test("by time: `from` is included, `to` is not", async () => {
    const h = createMailWorld();
    const { id } = await givenReader(h);
    const start = h.clock.now();
    const mails: string[] = [];
    for (let i = 0; i < 3; i++) {
      h.clock.set(start + i * MINUTE);
      mails.push(...(await givenMails(h, [id])).map(printed));
    }
    const [first, middle, last] = mails;
    const mine = `recipient_user_id=${id}`;
    expect(await listed(h, `${mine}&from=${at(start + MINUTE)}`)).toEqual([last, middle]);
    expect(await listed(h, `${mine}&to=${at(start + MINUTE)}`)).toEqual([first]);
    expect(await listed(h, `${mine}&from=${at(start + 1)}&to=${at(start + 2 * MINUTE)}`)).toEqual([middle]);
  });

  test("that are wrong are each named", async () => {
    const h = createMailWorld();
    const query =
      "page=0&limit=101&status=lost&channel=fax&recipient_user_id=a%20b&org_id=%2F&include_sub_orgs=yes&type=&from=yesterday&to=x";
    const { status, body } = await h.request("GET", `${BASE}?${query}`);
    expect(status).toBe(400);
    const named = body.errors.map((error: { pointer: string }) => error.pointer);
    expect(named.toSorted()).toEqual([
      "channel",
      "from",
      "include_sub_orgs",
      "limit",
      "org_id",
      "page",
      "recipient_user_id",
      "status",
      "to",
      "type",
    ]);
  });

  test("a batch's id of another alphabet is refused", async () => {
    const h = createMailWorld();
    const { status, body } = await h.request("GET", `${BASE}?batch_id=dsp_01jq8z3k5te8v9m4p2r7x6w1yd`);
    expect([status, body.errors[0].pointer]).toEqual([400, "batch_id"]);
  });
});

describe("pages", () => {
  test("follow each other, by number and by cursor, and know the total", async () => {
    const h = createMailWorld();
    const { id } = await givenReader(h);
    const mails = await givenMails(
      h,
      Array.from({ length: 25 }, () => id),
    );
    const mine = `recipient_user_id=${id}`;
    const all = mails.map(printed).toReversed();

    const first = await page(h, mine);
    expect(first.pagination).toMatchObject({ page: 1, limit: 20, total: 25 });
    const second = await page(h, `${mine}&page=2`);
    expect(second.pagination).toEqual({ page: 2, limit: 20, total: 25 });
    const ids = [...first.data, ...second.data].map((row: { dispatch_id: string }) => row.dispatch_id);
    expect(ids).toEqual(all);

    const next = await page(h, `${mine}&limit=20&cursor=${first.pagination.next_cursor}`);
    expect(next.data).toEqual(second.data);
    expect((await page(h, `${mine}&page=3`)).data).toEqual([]);
  });

  test("of someone who got nothing are empty", async () => {
    const h = createMailWorld();
    const { data, pagination } = await page(h, `recipient_user_id=${mint("nobody")}`);
    expect([data, pagination]).toEqual([[], { page: 1, limit: 20, total: 0 }]);
  });
});

describe("one entry", () => {
  test.each(["dsp_01jq8z3k5te8v9m4p2r7x6w1yd", "dsp_xP8nKv", "notif_01jq8z3k5te8v9m4p2r7x6w1yd", "1"])(
    "%s is not found",
    async (id) => {
      const h = createMailWorld();
      expect((await h.request("GET", `${BASE}/${id}`)).status).toBe(404);
    },
  );
});
