import { beforeEach, describe, expect, test } from "vitest";
import { bodiesOf } from "../../support/contract.ts";
import { openApi } from "../../support/openapi.ts";
import { createHarness, type Harness } from "../../support/harness.ts";
import { emptyTables } from "../../support/pipeline.ts";
import { lacks } from "../../support/same-shape.ts";
import { BASE } from "./calls.ts";
import * as examples from "./examples.ts";

const TOKEN = "ExponentPushToken[xxxxxxxxxxxxxxxxxxxxxx]";

/** The users of the examples; the first has the examples' device. */
async function givenTheCast(h: Harness): Promise<void> {
  for (const id of ["usr_4bc8d2", "usr_9ea3c7"])
    await h.request("PUT", `/api/v1/directory/users/${id}`, { body: {} });
  for (const [user_id, token] of [
    ["usr_4bc8d2", TOKEN],
    ["usr_9ea3c7", "ExponentPushToken[yyyyyyyyyyyyyyyyyyyyyy]"],
  ])
    await h.request("POST", `${BASE}/device-tokens`, { body: { user_id, token, platform: "ios" } });
}

async function givenASend(h: Harness): Promise<string> {
  await givenTheCast(h);
  const { body } = await h.request("POST", BASE, { body: examples.sendRequest });
  return body.id;
}

// The examples name their users, so these tests cannot mint their own.
beforeEach(emptyTables);

describe("each example of the contract is answered field by field", () => {
  test("POST / sends to one user", async () => {
    const h = createHarness();
    await givenTheCast(h);
    const { status, body } = await h.request("POST", BASE, { body: examples.sendRequest });
    expect(status).toBe(201);
    expect(lacks(body, examples.sendAnswer)).toEqual([]);
    const { id, sent_at, ...rest } = examples.sendAnswer;
    expect(body).toMatchObject(rest);
    expect(h.expo.accepted.map((push) => push.data)).toEqual([examples.sendRequest.data]);
  });

  test("GET /:id reads one", async () => {
    const h = createHarness();
    const id = await givenASend(h);
    const { status, body } = await h.request("GET", `${BASE}/${id}`);
    expect(status).toBe(200);
    expect(lacks(body, examples.getAnswer)).toEqual([]);
    const { id: _id, sent_at, ...rest } = examples.getAnswer;
    expect(body).toMatchObject({ ...rest, id });
  });

  test("GET / lists, newest first", async () => {
    const h = createHarness();
    const id = await givenASend(h);
    const { status, body } = await h.request("GET", `${BASE}?user_id=usr_4bc8d2`);
    expect(status).toBe(200);
    expect(lacks(body, examples.listAnswer)).toEqual([]);
    expect(body.data[0]).toMatchObject({
      id,
      scenario_id: "missed_activity_3day",
      prompt_id: "ph_9c1d4e",
      device_tokens_targeted: 1,
      delivered_count: 1,
      failed_count: 0,
      status: "sent",
    });
    expect(body.pagination).toMatchObject({ page: 1, limit: 20 });
  });

  test("PUT /:id marks as retried, with a note", async () => {
    const h = createHarness();
    const id = await givenASend(h);
    const { status, body } = await h.request("PUT", `${BASE}/${id}`, { body: examples.updateRequest });
    expect(status).toBe(200);
    expect(lacks(body, examples.updateAnswer)).toEqual([]);
    expect(body).toMatchObject({ id, ...examples.updateRequest });
  });

  test("DELETE /:id deletes the record", async () => {
    const h = createHarness();
    const id = await givenASend(h);
    const { status, body } = await h.request("DELETE", `${BASE}/${id}`);
    expect(status).toBe(200);
    expect(lacks(body, examples.deleteAnswer)).toEqual([]);
    expect(body).toEqual({ deleted: true, id });
  });

  test("POST /batch sends to several users", async () => {
    const h = createHarness();
    await givenTheCast(h);
    const { status, body } = await h.request("POST", `${BASE}/batch`, { body: examples.batchRequest });
    expect(status).toBe(201);
    expect(lacks(body, examples.batchAnswer)).toEqual([]);
    expect(body).toMatchObject({ total: 2, succeeded: 2, failed: 0 });
    expect(body.results.map((result: { user_id: string }) => result.user_id)).toEqual([
      "usr_4bc8d2",
      "usr_9ea3c7",
    ]);
  });

  test("GET /device-tokens looks a user's tokens up", async () => {
    const h = createHarness();
    await givenTheCast(h);
    const { status, body } = await h.request("GET", `${BASE}/device-tokens?user_id=usr_4bc8d2`);
    expect(status).toBe(200);
    expect(lacks(body, examples.devicesAnswer)).toEqual([]);
    expect(body).toMatchObject({ user_id: "usr_4bc8d2", tokens: [{ token: TOKEN, platform: "ios" }] });
  });

  test("DELETE /device-tokens/:token invalidates a token", async () => {
    const h = createHarness();
    await givenTheCast(h);
    const { status, body } = await h.request("DELETE", `${BASE}/device-tokens/${TOKEN}`);
    expect(status).toBe(200);
    expect(lacks(body, examples.removeDeviceAnswer)).toEqual([]);
    expect(body).toMatchObject({ invalidated: true, token: TOKEN });
    const { body: left } = await h.request("GET", `${BASE}/device-tokens?user_id=usr_4bc8d2`);
    expect(left.tokens).toEqual([]);
  });
});

const declared = bodiesOf(await openApi());

describe("each example fits the schema that the OpenAPI document declares", () => {
  test.each([
    ["GET", BASE, 200, examples.listAnswer],
    ["GET", `${BASE}/notif_d1e2f3`, 200, examples.getAnswer],
    ["POST", BASE, 201, examples.sendAnswer],
    ["PUT", `${BASE}/notif_d1e2f3`, 200, examples.updateAnswer],
    ["DELETE", `${BASE}/notif_d1e2f3`, 200, examples.deleteAnswer],
    ["POST", `${BASE}/batch`, 201, examples.batchAnswer],
    ["GET", `${BASE}/device-tokens`, 200, examples.devicesAnswer],
    ["DELETE", `${BASE}/device-tokens/${TOKEN}`, 200, examples.removeDeviceAnswer],
  ] as const)("%s %s answers %i", (method, path, status, example) => {
    expect(declared.answer(method, path, status).safeParse(example).error).toBeUndefined();
  });

  test.each([
    ["POST", BASE, examples.sendRequest],
    ["PUT", `${BASE}/notif_d1e2f3`, examples.updateRequest],
    ["POST", `${BASE}/batch`, examples.batchRequest],
  ] as const)("%s %s takes its request", (method, path, example) => {
    expect(declared.request(method, path).safeParse(example).error).toBeUndefined();
  });
});
