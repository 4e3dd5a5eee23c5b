import { beforeEach, describe, expect, test } from "vitest";
import { type Answer, type Caller, createHarness, type Harness, SERVICE } from "../support/harness.ts";
import { expectCleanLog, overhear } from "./logs.ts";
import { type Call, TABLE } from "./matrix.ts";
import { ROUTES } from "./operations.ts";
import { everything, forgetAll } from "./stored.ts";
import { givenTarget, type Target } from "./target.ts";
import { pathTo } from "./paths.ts";

// Every stream here ends by itself: should a limit not hold, the test fails and nothing else.

const KILOBYTE = 1_024;
const MEGABYTE = 1_024 * KILOBYTE;
/** Of the API (src/app.ts), and of webhooks and the unsubscribe page. */
const LIMIT = 5 * MEGABYTE;

const withBody = ROUTES.filter(({ hasBody }) => hasBody);

async function callOf(route: string, target: Target): Promise<Call> {
  return (await TABLE[route]?.[0]?.[1](target)) ?? {};
}

function send(
  h: Harness,
  route: string,
  call: Call,
  body: unknown,
  more: { as?: Caller | null; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const [method = "", path = ""] = route.split(" ");
  const headers = { ...call.headers, ...more.headers };
  return h.request(method, pathTo(path, call.id), {
    as: SERVICE,
    ...more,
    body,
    headers,
  });
}

/** A body of `total` bytes in pieces, and how many of them were asked for. */
function piecewise(total: number, piece = 64 * KILOBYTE) {
  const bytes = new Uint8Array(piece).fill(32);
  const seen = { bytes: 0, cancelled: false };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (seen.bytes >= total) return controller.close();
        seen.bytes += piece;
        controller.enqueue(bytes);
      },
      cancel: () => void (seen.cancelled = true),
    },
    { highWaterMark: 0 },
  );
  return { stream, seen };
}

beforeEach(forgetAll);

describe("a body of more than the API takes", () => {
  test("is refused by every route by what it says of itself, unread", async () => {
    const h = createHarness({ autoDrain: false });
    const target = await givenTarget(h);
    const before = await everything();
    h.meter.reset();
    for (const { route } of withBody) {
      const { stream, seen } = piecewise(10 * MEGABYTE);
      const headers = { "content-length": String(LIMIT + 1) };
      const { status, body } = await send(h, route, await callOf(route, target), stream, { headers });
      expect([status, body.code, seen.bytes], route).toEqual([413, "payload_too_large", 0]);
    }
    expect(h.meter.statements).toEqual([]);
    expect(await everything()).toEqual(before);
  });

  test.each(["POST /api/v1/notifications/batch", "PATCH /api/v1/notifications/preferences"])(
    "%s reads no more than it would take, however much there is",
    async (route) => {
      const h = createHarness({ autoDrain: false });
      const call = await callOf(route, await givenTarget(h));
      const { stream, seen } = piecewise(40 * MEGABYTE);
      h.meter.reset();
      const { status } = await send(h, route, call, stream);
      expect(status).toBe(413);
      expect(seen.bytes).toBeLessThanOrEqual(LIMIT + 256 * KILOBYTE);
      expect(h.meter.statements).toEqual([]);
    },
  );

  test.each([
    ["webhooks/ses", 300_000],
    ["webhooks/resend", 300_000],
    ["webhooks/postmark", 300_000],
    ["unsubscribe/x", 65_536],
  ])("/%s, which needs no token, takes at most %i bytes", async (path, most) => {
    const vars = {
      RESEND_WEBHOOK_SECRET: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
      POSTMARK_WEBHOOK_CREDENTIALS: "postmark:a-password-of-enough-length",
    };
    const h = createHarness({ vars, autoDrain: false });
    const { stream, seen } = piecewise(10 * MEGABYTE, 16 * KILOBYTE);
    h.meter.reset();
    expect((await h.request("POST", `/${path}`, { as: null, body: stream })).status).toBe(413);
    expect(seen.bytes).toBeLessThanOrEqual(most + 64 * KILOBYTE);
    expect(h.meter.statements).toEqual([]);
  });

  test("is not read for whoever has no token beyond what a body may have", async () => {
    const h = createHarness({ vars: { OPEN_CONTRACTS: "" }, autoDrain: false });
    const { stream, seen } = piecewise(40 * MEGABYTE);
    const { status } = await h.request("POST", "/api/v1/notifications", { as: null, body: stream });
    expect([401, 413]).toContain(status);
    expect(seen.bytes).toBeLessThanOrEqual(LIMIT + 256 * KILOBYTE);
  });
});

/** JSON that is small on the wire and large, deep or odd once it is read. */
const HEAVY: Record<string, () => string> = {
  "100,000 arrays in each other": () => "[".repeat(100_000) + "]".repeat(100_000),
  "100,000 objects in each other": () => `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`,
  "arrays that never end": () => "[".repeat(500_000),
  "50,000 fields": () => `{${Array.from({ length: 50_000 }, (_, i) => `"k${i}":${i}`).join()}}`,
  "the same field 100,000 times": () => `{${'"title":"x",'.repeat(100_000)}"title":"x"}`,
  "a text of two megabytes": () => `{"title":"${"x".repeat(2 * MEGABYTE)}"}`,
  "a number of a million digits": () => `{"match_threshold":1${"0".repeat(1_000_000)}}`,
  "a key of a megabyte": () => `{"${"k".repeat(MEGABYTE)}":1}`,
  "escapes, 200,000 of them": () => `{"title":"${"\\u0041".repeat(200_000)}"}`,
  "a list of 100,000": () => `{"items":[${"0,".repeat(100_000)}0],"targets":[${"0,".repeat(100_000)}0]}`,
  "a list of 50,000 objects": () =>
    `{"items":[${'{"x":1},'.repeat(50_000)}{}],"targets":[${'{"x":1},'.repeat(50_000)}{}]}`,
};

describe("JSON that is more than it seems", () => {
  const routes = [
    "POST /api/v1/notifications",
    "POST /api/v1/notifications/batch",
    "PATCH /api/v1/notifications/preferences",
    "POST /api/v1/directory/users",
  ];

  test.each(Object.entries(HEAVY))("%s: refused, and the answer is a few kilobytes", async (_, make) => {
    const h = createHarness({ autoDrain: false });
    const lines = overhear(h);
    const body = make();
    h.meter.reset();
    for (const route of routes) {
      const answer = await send(h, route, {}, body);
      expect(answer.status, route).toBe(400);
      expect(JSON.stringify(answer.body).length, route).toBeLessThan(16 * KILOBYTE);
    }
    expect(h.meter.statements).toEqual([]);
    expectCleanLog(lines, ["xxxxxxxxxx", "kkkkkkkkkk"]);
  });

  test("a push's data may be 64 deep, not more; nor does a user's stack decide it", async () => {
    const h = createHarness({ autoDrain: false });
    const { user } = await givenTarget(h);
    const deep = (levels: number) =>
      `{"user_id":"${user}","title":"t","body":"b","data":${'{"a":'.repeat(levels)}1${"}".repeat(levels)}}`;
    const headers = { prefer: "respond-async" };
    const statusOf = async (levels: number) =>
      (await h.request("POST", "/api/v1/notifications", { body: deep(levels), headers })).status;
    expect([await statusOf(64), await statusOf(66), await statusOf(5_000), await statusOf(50_000)]).toEqual([
      202, 400, 400, 400,
    ]);
  });

  test("a body that says it is compressed is not unpacked", async () => {
    const h = createHarness({ autoDrain: false });
    const { stream } = piecewise(64 * KILOBYTE);
    const zipped = stream.pipeThrough(new CompressionStream("gzip"));
    const headers = { "content-encoding": "gzip" };
    const answer = await h.request("POST", "/api/v1/notifications", { body: zipped, headers });
    expect([answer.status, answer.body.code]).toEqual([400, "malformed_json"]);
  });
});

describe("a body that comes slowly", () => {
  /** A stream that the test feeds. */
  function dripping() {
    let feed!: ReadableStreamDefaultController<Uint8Array>;
    const stream = new ReadableStream<Uint8Array>({ start: (controller) => void (feed = controller) });
    return { stream, feed };
  }
  const bytes = (text: string) => new TextEncoder().encode(text);
  const soon = () => new Promise((resolve) => setTimeout(resolve, 5));

  test("holds nothing meanwhile, neither a database nor a queue nor another request, and is then read", async () => {
    const h = createHarness({ autoDrain: false });
    const { user } = await givenTarget(h);
    const { stream, feed } = dripping();
    h.meter.reset();
    const answering = h.request("POST", "/api/v1/notifications", {
      body: stream,
      headers: { prefer: "respond-async" },
    });
    for (const letter of `{"user_id":"${user}","title":"t",`) {
      feed.enqueue(bytes(letter));
      await soon();
    }
    expect(h.meter.statements).toEqual([]);
    expect((await h.request("GET", "/api/v1/notifications")).status).toBe(200);
    feed.enqueue(bytes('"body":"b"}'));
    feed.close();
    expect((await answering).status).toBe(202);
  });

  test("and breaks off is no fault of ours, and has done nothing", async () => {
    const h = createHarness({ autoDrain: false });
    const lines = overhear(h);
    const target = await givenTarget(h);
    const before = await everything();
    const { stream, feed } = dripping();
    const answering = h.request("POST", "/api/v1/notifications", { body: stream });
    feed.enqueue(bytes(`{"user_id":"${target.user}","title":"${target.marker}`));
    await soon();
    feed.close();
    expect((await answering).status).toBe(400);
    expect(await everything()).toEqual(before);
    expectCleanLog(lines, [target.marker]);
  });

  test("three hundred of them at once keep no more than they have sent", async () => {
    const h = createHarness({ autoDrain: false });
    const open = Array.from({ length: 300 }, dripping);
    const answering = open.map(({ stream }) => h.request("POST", "/api/v1/notifications", { body: stream }));
    for (const { feed } of open) feed.enqueue(bytes("{"));
    await soon();
    expect(h.meter.statements).toEqual([]);
    for (const { feed } of open) feed.close();
    const statuses = (await Promise.all(answering)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([400]));
  });
});
