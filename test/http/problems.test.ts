import { describe, expect, test } from "vitest";
import { type Answer, createHarness } from "../support/harness.ts";
import { aPush, givenUser } from "../support/world.ts";

const BASE = "/api/v1/notifications";
const MEGABYTE = 1024 * 1024;

const ofType = (type: string, body: unknown = "{}") => ({ body, headers: { "content-type": type } });

/** A body that comes in pieces, so that nobody says beforehand how long it is. */
const stream = (pieces: number, piece: Uint8Array = new Uint8Array(MEGABYTE).fill(32)): ReadableStream => {
  let left = pieces;
  return new ReadableStream({
    pull: (controller) => (left-- > 0 ? controller.enqueue(piece) : controller.close()),
  });
};

const expectProblem = (answer: Answer, status: number, code: string) => {
  expect([answer.status, answer.body.status, answer.body.code]).toEqual([status, status, code]);
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(answer.body.request_id).toBe(answer.headers.get("x-request-id"));
};

describe("a body", () => {
  test.each(["{", "{'a':1}", "[1,]", "{} {}", "\u0000", "nul"])(
    "that is not JSON, %j, is 400",
    async (body) => {
      const h = createHarness();
      expectProblem(await h.request("POST", BASE, ofType("application/json", body)), 400, "malformed_json");
    },
  );

  test("that is empty is none, whatever its type: it is required, once", async () => {
    const h = createHarness();
    for (const type of ["application/json", "text/plain", ""]) {
      const answer = await h.request("POST", BASE, ofType(type, ""));
      expectProblem(answer, 400, "invalid_request");
      expect(answer.body.errors).toEqual([{ pointer: "", detail: "is required" }]);
    }
  });

  test.each(["null", "[]", "7", '"text"', "true"])(
    "that is JSON but no object, %s, is 400 at its root",
    async (body) => {
      const h = createHarness();
      const answer = await h.request("POST", BASE, ofType("application/json", body));
      expectProblem(answer, 400, "invalid_request");
      expect(answer.body.errors[0].pointer).toBe("");
    },
  );

  test.each([
    "application/json",
    "application/json; charset=utf-8",
    "application/json;charset=UTF-8",
    "APPLICATION/JSON",
    "application/vnd.api+json",
  ])("of type %s is read", async (type) => {
    const h = createHarness();
    const user = await givenUser(h);
    const answer = await h.request("POST", BASE, ofType(type, aPush(user.id)));
    expect(answer.status).toBe(201);
  });

  test.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonp",
    "application/json, text/plain",
    "text/json",
  ])("of type %s is 415, and not read", async (type) => {
    const h = createHarness();
    const answer = await h.request("POST", BASE, ofType(type, "{"));
    expectProblem(answer, 415, "unsupported_media_type");
    expect(answer.body.detail).toBe("Send the body as application/json.");
  });

  test("without a type is 415", async () => {
    const h = createHarness();
    const bytes = stream(1, new TextEncoder().encode("{}"));
    // The harness says JSON of every body; an empty type is as good as none.
    expectProblem(await h.request("POST", BASE, ofType("", bytes)), 415, "unsupported_media_type");
  });

  test("of more than 5 MB is 413, by what it says of itself", async () => {
    const h = createHarness();
    const headers = { "content-type": "application/json", "content-length": String(5 * MEGABYTE + 1) };
    const answer = await h.request("POST", BASE, { body: stream(1), headers });
    expectProblem(answer, 413, "payload_too_large");
  });

  test("of more than 5 MB is 413 also when it does not say so, and the rest of it is not read", async () => {
    const h = createHarness();
    let pulled = 0;
    const long = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (pulled++ < 20) controller.enqueue(new Uint8Array(MEGABYTE).fill(32));
        else controller.close();
      },
    });
    const answer = await h.request("POST", BASE, ofType("application/json", long));
    expectProblem(answer, 413, "payload_too_large");
    expect(pulled).toBeLessThan(10);
  });

  test("of just under 5 MB, in pieces, is read", async () => {
    const h = createHarness();
    const user = await givenUser(h);
    const body = new TextEncoder().encode(JSON.stringify(aPush(user.id)));
    const padded = new Uint8Array(5 * MEGABYTE).fill(32);
    padded.set(body);
    let sent = 0;
    const pieces = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(padded.subarray(sent, sent + 100_000));
        sent += 100_000;
        if (sent >= padded.length) controller.close();
      },
    });
    expect((await h.request("POST", BASE, ofType("application/json", pieces))).status).toBe(201);
  });

  test("of a DELETE is ignored, whatever it is", async () => {
    const h = createHarness();
    const answer = await h.request("DELETE", `${BASE}/nothing`, ofType("text/plain", "x"));
    expectProblem(answer, 404, "not_found");
  });
});

describe("a bad request names", () => {
  test("every bad field, also those that nobody knows", async () => {
    const h = createHarness();
    const answer = await h.request("POST", BASE, {
      body: { user_id: "a b", title: "", data: [], send_at: 1, "~/odd": 1, fallback: "pigeon" },
    });
    expectProblem(answer, 400, "invalid_request");
    const pointers = answer.body.errors.map((error: { pointer: string }) => error.pointer);
    expect(pointers.toSorted()).toEqual([
      "/body",
      "/data",
      "/fallback",
      "/send_at",
      "/title",
      "/user_id",
      "/~0~1odd",
    ]);
    for (const { detail } of answer.body.errors) expect(detail).not.toBe("");
  });

  test("no more fields than a person could read, however many are bad", async () => {
    const h = createHarness();
    const fields = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, 0]));
    const answer = await h.request("POST", BASE, { body: fields(5_000) });
    expectProblem(answer, 400, "invalid_request");
    expect(answer.body.errors).toHaveLength(100);
    expect(answer.body.errors_capped).toBe(true);
    const wide = await h.request("POST", BASE, { body: fields(300_000) });
    expectProblem(wide, 400, "invalid_request");
    expect(wide.body.errors).toEqual([
      { pointer: "", detail: "must not hold an object of more than 1000 fields" },
    ]);
  });

  test("the text that SQLite cannot hold", async () => {
    const h = createHarness();
    const answer = await h.request("POST", BASE, {
      body: { user_id: "u", title: "nul \0", body: "half \ud83d", scenario_id: "\udc00" },
    });
    const pointers = answer.body.errors.map((error: { pointer: string }) => error.pointer);
    expect(pointers).toEqual(["/title", "/body", "/scenario_id"]);
  });
});

describe("what is not there is 404", () => {
  test.each([
    ["GET", "/api"],
    ["GET", "/api/v1/nothing"],
    ["GET", `${BASE}/`],
    ["GET", `/${BASE}`],
    ["GET", `${BASE}/a/b`],
    ["POST", `${BASE}/batch/1`],
    ["PUT", `${BASE}/batch/x`],
    ["GET", "/API/V1/NOTIFICATIONS"],
    ["GET", "/.dev.vars"],
    ["GET", "/src/index.ts"],
  ])("%s %s", async (method, path) => {
    const h = createHarness();
    const body = method === "GET" || method === "DELETE" ? {} : { body: {} };
    expectProblem(await h.request(method, path, body), 404, "not_found");
  });
});

describe("what goes wrong here", () => {
  test("is answered without its cause: 500 and a request id, under which the log has the cause", async () => {
    const h = createHarness();
    const user = await givenUser(h);
    h.meter.failNext("before", 'D1_ERROR: near "SECRETS": syntax error');
    const answer = await h.request("POST", BASE, { body: aPush(user.id) });
    expectProblem(answer, 500, "internal");
    expect(JSON.stringify(answer.body)).not.toContain("SECRETS");
    const line = h.logged.find((text) => text.includes("request_failed")) ?? "";
    expect(line).toContain("SECRETS");
    expect(line).toContain(answer.body.request_id);
  });

  test.each([
    "D1_ERROR: D1 DB is overloaded. Requests queued for too long.",
    "D1_ERROR: Network connection lost.",
    "D1_ERROR: storage caused object to be reset",
  ])("and may be over soon is 503 with Retry-After: %s", async (message) => {
    const h = createHarness();
    const user = await givenUser(h);
    for (let i = 0; i < 3; i++) h.meter.failNext("before", message);
    const answer = await h.request("POST", BASE, { body: aPush(user.id) });
    expectProblem(answer, 503, "unavailable");
    expect(answer.headers.get("retry-after")).toBe("5");
  });

  test("in a Durable Object that the platform calls retryable is 503 as well", async () => {
    const h = createHarness();
    const user = await givenUser(h);
    const fault = Object.assign(new Error("Durable Object is busy"), { retryable: true });
    Object.defineProperty(h.deps.bindings, "USER_RATE_LIMITER", { value: null });
    h.deps.open = ((open) => (start, log) => ({
      ...open(start, log),
      limiters: {
        of: () => {
          throw fault;
        },
        shardsOf: () => [],
      },
    }))(h.deps.open);
    expectProblem(await h.request("POST", BASE, { body: aPush(user.id) }), 503, "unavailable");
  });
});
