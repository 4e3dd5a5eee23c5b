import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { bodiesOf } from "../../support/contract.ts";
import { openApi } from "../../support/openapi.ts";
import type { Harness } from "../../support/harness.ts";
import { createMailWorld, givenCertificate } from "../../support/mail.ts";
import { emptyTables } from "../../support/pipeline.ts";
import { lacks } from "../../support/same-shape.ts";
import { BASE, bulk, cancel, change, putInto, read, remind, uuidOf } from "./calls.ts";
import * as examples from "./examples.ts";

const ORG = "org_kNr8aQ";
const VERIFIED = "usr_hA3mXp";
const UNVERIFIED = "usr_bQ9vTk";

/** The people of the examples, each with a certificate that expires in 30 days. Only the first has verified the address. */
async function givenTheCast(h: Harness): Promise<void> {
  await h.request("PUT", `/api/v1/directory/orgs/${ORG}`, { body: { name: "Org" } });
  for (const id of [VERIFIED, UNVERIFIED]) {
    const body = { org_id: ORG, email: `${id}@example.com`, email_verified: id === VERIFIED };
    await h.request("PUT", `/api/v1/directory/users/${id}?notify=false`, { body });
    await givenCertificate(h, id, 30);
  }
}

/** The examples' two entries: one delivered, one that could not be sent. */
async function givenTheLog(h: Harness): Promise<{ delivered: string; failed: string }> {
  await givenTheCast(h);
  const failed = (await remind(h, UNVERIFIED)).body.data.dispatch_id;
  h.clock.advance(1_000);
  const delivered = (await remind(h, VERIFIED)).body.data.dispatch_id;
  await h.drain();
  await putInto(uuidOf(delivered), "delivered", { delivered_at: h.clock.now() + 3_000 });
  return { delivered, failed };
}

// The examples name their users, so these tests cannot mint their own.
beforeEach(emptyTables);

describe("each example of the contract is answered field by field", () => {
  test("GET / lists the log, newest first, with an error only where there is one", async () => {
    const h = createMailWorld();
    const { delivered, failed } = await givenTheLog(h);
    const { status, body } = await h.request("GET", BASE);
    expect(status).toBe(200);
    const [first, second] = examples.listAnswer.data;
    expect(lacks(body.data[0], first)).toEqual([]);
    expect(lacks(body.data[1], second)).toEqual([]);
    expect(lacks(body.pagination, examples.listAnswer.pagination)).toEqual([]);
    expect(body.data).toMatchObject([
      { ...first, dispatch_id: delivered, sent_at: expect.any(String) },
      { ...second, dispatch_id: failed, sent_at: expect.any(String) },
    ]);
    expect(body.data[0]).not.toHaveProperty("error");
    expect(body.pagination).toEqual({ page: 1, limit: 20, total: 2 });
  });

  test("GET /:id reads one, with the subject that was sent", async () => {
    const h = createMailWorld();
    const { delivered } = await givenTheLog(h);
    const { status, body } = await read(h, delivered);
    expect(status).toBe(200);
    expect(lacks(body, examples.getAnswer)).toEqual([]);
    expect(body.data).toMatchObject({
      ...examples.getAnswer.data,
      dispatch_id: delivered,
      sent_at: "2026-03-26T08:00:01.000Z",
      delivered_at: "2026-03-26T08:00:04.000Z",
    });
    expect(h.resend.accepted.map((mail) => mail.subject)).toEqual([examples.getAnswer.data.subject]);
  });

  test("POST /certification-reminder queues one message", async () => {
    const h = createMailWorld();
    await givenTheCast(h);
    const { status, body, headers } = await h.request("POST", `${BASE}/certification-reminder`, {
      body: examples.remindRequest,
    });
    expect(status).toBe(202);
    expect(lacks(body, examples.remindAnswer)).toEqual([]);
    const { dispatch_id, queued_at, ...rest } = examples.remindAnswer.data;
    expect(body.data).toMatchObject(rest);
    expect(headers.get("location")).toBe(`${BASE}/${body.data.dispatch_id}`);
  });

  test("POST /bulk-certification-reminders queues one message a user", async () => {
    const h = createMailWorld();
    await givenTheCast(h);
    const { status, body } = await h.request("POST", `${BASE}/bulk-certification-reminders`, {
      body: examples.bulkRequest,
    });
    expect(status).toBe(202);
    expect(lacks(body, examples.bulkAnswer)).toEqual([]);
    expect(body.data).toMatchObject({
      org_id: ORG,
      days_threshold: 30,
      total_eligible: 2,
      dispatched: 1,
      failed: 1,
    });
    expect(body.data.dispatch_ids).toHaveLength(1);
  });

  test("PUT /:id puts a failed one back into the queue, once its user's address is verified", async () => {
    const h = createMailWorld();
    const { failed } = await givenTheLog(h);
    expect((await change(h, failed, examples.retryRequest)).body.code).toBe("unverified");
    const { recipient_user_id } = (await read(h, failed)).body.data;
    await env.DB.prepare("UPDATE users SET email_verified = 1 WHERE id = ?").bind(recipient_user_id).run();
    const { status, body } = await change(h, failed, examples.retryRequest);
    expect(status).toBe(200);
    expect(lacks(body, examples.retryAnswer)).toEqual([]);
    expect(body.data).toMatchObject({ dispatch_id: failed, status: "queued" });
  });

  test("DELETE /:id cancels one that is queued", async () => {
    const h = createMailWorld();
    await givenTheCast(h);
    const id = (await bulk(h, ORG)).body.data.dispatch_ids[0];
    const { status, body } = await cancel(h, id);
    expect(status).toBe(200);
    expect(lacks(body, examples.cancelAnswer)).toEqual([]);
    expect(body.data).toMatchObject({ dispatch_id: id, status: "cancelled" });
    await h.drain();
    expect(h.resend.accepted).toEqual([]);
  });
});

const declared = bodiesOf(await openApi());

describe("each example fits the schema that the OpenAPI document declares", () => {
  /** The example's fields with those that are ours beside them. */
  const entry = { channel: "email" };
  const detail = {
    ...entry,
    batch_id: null,
    attempts: 1,
    provider: "ses",
    note: null,
    created_at: "2026-03-20T08:00:00Z",
  };

  test.each([
    [
      "GET",
      BASE,
      200,
      { ...examples.listAnswer, data: examples.listAnswer.data.map((one) => ({ ...one, ...entry })) },
    ],
    ["GET", `${BASE}/dsp_aR2mQn`, 200, { data: { ...examples.getAnswer.data, ...detail } }],
    ["POST", `${BASE}/certification-reminder`, 202, examples.remindAnswer],
    [
      "POST",
      `${BASE}/bulk-certification-reminders`,
      202,
      { data: { ...examples.bulkAnswer.data, skipped: 0, batch_id: "batch_f9a1b2" } },
    ],
    ["PUT", `${BASE}/dsp_bC5tPk`, 200, examples.retryAnswer],
    ["DELETE", `${BASE}/dsp_xP8nKv`, 200, examples.cancelAnswer],
  ] as const)("%s %s answers %i", (method, path, status, example) => {
    expect(declared.answer(method, path, status).safeParse(example).error).toBeUndefined();
  });

  test.each([
    ["POST", `${BASE}/certification-reminder`, examples.remindRequest],
    ["POST", `${BASE}/bulk-certification-reminders`, examples.bulkRequest],
    ["PUT", `${BASE}/dsp_bC5tPk`, examples.retryRequest],
  ] as const)("%s %s takes its request", (method, path, example) => {
    expect(declared.request(method, path).safeParse(example).error).toBeUndefined();
  });
});
