import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { bodiesOf } from "../../support/contract.ts";
import { openApi } from "../../support/openapi.ts";
import { createHarness, type Harness } from "../../support/harness.ts";
import { lacks } from "../../support/same-shape.ts";
import { BASE, post } from "./calls.ts";
import * as examples from "./examples.ts";

const SENT_AT = Date.parse("2026-03-19T14:30:05.000Z");

const put = (h: Harness, collection: string, id: string, body: object) =>
  h.request("PUT", `/api/v1/directory/${collection}/${id}`, { body });

/** Those whom the examples name. */
async function givenTheCast(): Promise<Harness> {
  const h = createHarness({ now: SENT_AT });
  await put(h, "users", "coord_9f8e7d6c", { name: "Ingrid Bakke" });
  const { peer_mentor_id, ...facts } = examples.profileAnswer;
  await put(h, "peer-mentors", peer_mentor_id, facts);
  await put(h, "peer-mentors", "pm_662f9511", {
    full_name: "Lars Eriksen",
    coordinator_id: "coord_2a3b4c5d",
  });
  return h;
}

async function givenTheRecord(): Promise<{ h: Harness; id: string }> {
  const h = await givenTheCast();
  const { body } = await post(h, examples.createRequest);
  return { h, id: body.id };
}

/** Field names of an answer, at its first level. */
const fields = (answer: object) => Object.keys(answer).toSorted();

// The examples name their mentors, so these tests cannot mint their own.
beforeEach(async () => {
  const tables = ["notification_records", "peer_mentors", "users"];
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
});

describe("each example of the contract is answered field by field", () => {
  test("POST / records, and answers without a wrapper", async () => {
    const h = await givenTheCast();
    const { status, body, headers } = await post(h, examples.createRequest);
    expect(status).toBe(201);
    expect(lacks(body, examples.createAnswer)).toEqual([]);
    expect(body).toEqual({ ...examples.createAnswer, id: body.id });
    expect(headers.get("location")).toBe(`${BASE}/${body.id}`);
  });

  test("GET / lists, newest first", async () => {
    const { h, id } = await givenTheRecord();
    h.clock.set(Date.parse("2026-03-25T09:00:05.000Z"));
    const [first, second] = examples.listAnswer.data;
    const later = await post(h, {
      peer_mentor_id: second?.peer_mentor_id,
      event_type: second?.event_type,
      channels_notified: second?.channels_notified,
    });
    const { status, body } = await h.request("GET", BASE);
    expect(status).toBe(200);
    expect(lacks(body, examples.listAnswer)).toEqual([]);
    expect(body).toEqual({
      data: [
        { ...second, id: later.body.id },
        { ...first, id },
      ],
      pagination: examples.listAnswer.pagination,
    });
  });

  test("GET /:id reads one, without a wrapper; `notes` is ours", async () => {
    const { h, id } = await givenTheRecord();
    const { status, body } = await h.request("GET", `${BASE}/${id}`);
    expect(status).toBe(200);
    expect(lacks(body, examples.getAnswer)).toEqual([]);
    expect(body).toEqual({ ...examples.getAnswer, id, notes: null });
  });

  test("PUT /:id changes channels and notes, and answers without a wrapper", async () => {
    const { h, id } = await givenTheRecord();
    h.clock.set(Date.parse(examples.changeAnswer.updated_at));
    const { status, body } = await h.request("PUT", `${BASE}/${id}`, { body: examples.changeRequest });
    expect(status).toBe(200);
    expect(lacks(body, examples.changeAnswer)).toEqual([]);
    expect(body).toEqual({ ...examples.changeAnswer, id });
    expect((await h.request("GET", `${BASE}/${id}`)).body).toMatchObject(examples.changeRequest);
  });

  test("DELETE /:id deletes, and answers without a wrapper", async () => {
    const { h, id } = await givenTheRecord();
    h.clock.set(Date.parse(examples.deleteAnswer.deleted_at));
    const { status, body } = await h.request("DELETE", `${BASE}/${id}`);
    expect(status).toBe(200);
    expect(lacks(body, examples.deleteAnswer)).toEqual([]);
    expect(body).toEqual({ ...examples.deleteAnswer, deleted_id: id });
    expect((await h.request("GET", `${BASE}/${id}`)).status).toBe(404);
  });

  test("GET /peer-mentor-profile/:peerMentorId", async () => {
    const h = await givenTheCast();
    const { status, body } = await h.request("GET", `${BASE}/peer-mentor-profile/pm_551e8400`);
    expect(status).toBe(200);
    expect(body).toEqual(examples.profileAnswer);
  });

  test("GET /history/:peerMentorId, newest first", async () => {
    const h = await givenTheCast();
    const ids: string[] = [];
    for (const { sent_at, id: _id, ...event } of examples.historyAnswer.history.toReversed()) {
      h.clock.set(Date.parse(sent_at));
      const { body } = await post(h, { ...event, peer_mentor_id: "pm_551e8400" });
      ids.unshift(body.id);
    }
    const { status, body } = await h.request("GET", `${BASE}/history/pm_551e8400`);
    expect(status).toBe(200);
    expect(fields(body)).toEqual(fields(examples.historyAnswer));
    expect(body).toEqual({
      ...examples.historyAnswer,
      history: examples.historyAnswer.history.map((event, i) => ({ ...event, id: ids[i] })),
    });
  });
});

const declared = bodiesOf(await openApi());

describe("each example is what the OpenAPI document declares", () => {
  test.each([
    ["GET", "", 200, examples.listAnswer],
    ["POST", "", 201, examples.createAnswer],
    // `notes` is ours.
    ["GET", "/nr_0", 200, { ...examples.getAnswer, notes: null }],
    ["PUT", "/nr_0", 200, examples.changeAnswer],
    ["DELETE", "/nr_0", 200, examples.deleteAnswer],
    ["GET", "/peer-mentor-profile/pm_1", 200, examples.profileAnswer],
    ["GET", "/history/pm_1", 200, examples.historyAnswer],
  ])("the answer of %s %s", (method, path, status, example) => {
    expect(declared.answer(method, `${BASE}${path}`, status).safeParse(example).error).toBeUndefined();
  });

  test.each([
    ["POST", "", examples.createRequest],
    ["PUT", "/nr_0", examples.changeRequest],
  ])("the request of %s %s", (method, path, example) => {
    expect(declared.request(method, `${BASE}${path}`).safeParse(example).error).toBeUndefined();
  });
});
