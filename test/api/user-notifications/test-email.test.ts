import { describe, expect, test } from "vitest";
import { TYPE_IDS } from "../../../src/notifications/registry.ts";
import { TEST_BUDGET } from "../../../src/notifications/test/send.ts";
import { createHarness, type Harness, mint, type RequestOptions } from "../../support/harness.ts";
import { givenReader } from "../../support/mail.ts";
import { sesError } from "../../support/sandbox/ses.ts";
import { lacks } from "../../support/same-shape.ts";
import { prefer, rows } from "../../notifications/grants/world.ts";
import * as examples from "./examples.ts";

const PATH = "/api/v1/notifications/test";

const world = (providers = "ses") => createHarness({ vars: { EMAIL_PROVIDERS: providers } });
const send = (h: Harness, sub: string, options: RequestOptions = {}) =>
  h.request("POST", PATH, { as: { role: "user", sub }, ...options });

test("the contract's example is sent at once, and answered with the provider's id", async () => {
  const h = world();
  const { id, email } = await givenReader(h);
  h.meter.reset();
  const answer = await send(h, id, { body: examples.testRequest });
  expect(h.meter.trips).toBe(4);
  expect(answer.status).toBe(200);
  expect(lacks(answer.body, examples.testAnswer)).toEqual([]);
  const [mail] = h.ses.accepted;
  expect(answer.body).toEqual({
    success: true,
    message: `Test email sent successfully to ${email}`,
    message_id: mail?.id,
  });
  expect(mail?.subject).toBe(examples.testRequest.custom_subject);
});

test("the body may be left out", async () => {
  const h = world();
  const { id } = await givenReader(h);
  expect(await send(h, id)).toMatchObject({ status: 200, body: { success: true } });
  expect(await send(h, id, { body: "" })).toMatchObject({ status: 200, body: { success: true } });
  expect(await send(h, id, { body: {} })).toMatchObject({ status: 200, body: { success: true } });
});

test("it is sent to a user who wants no e-mails, too: it was asked for", async () => {
  const h = world();
  const { id } = await givenReader(h);
  await prefer(h, id, { email_notifications_enabled: false });
  expect(await send(h, id)).toMatchObject({ status: 200, body: { success: true } });
  expect(h.ses.accepted).toHaveLength(1);
});

test("any type is shown with sample content, and counts as a test", async () => {
  for (const email_type of TYPE_IDS) {
    const h = world();
    const { id } = await givenReader(h);
    const answer = await send(h, id, { body: { email_type } });
    expect(answer.body, email_type).toMatchObject({ success: true });
    const history = await h.request("GET", "/api/v1/notifications/history", { as: { sub: id } });
    expect(history.body.items).toMatchObject([{ notification_type: "test", status: "sent" }]);
  }
});

test.each([
  [{ email_type: "nonsense" }, "/email_type"],
  [{ custom_subject: "" }, "/custom_subject"],
  [{ custom_subject: "x".repeat(201) }, "/custom_subject"],
  [{ custom_subject: "a\0b" }, "/custom_subject"],
  [{ to: "x@example.com" }, "/to"],
])("%j is refused", async (body, pointer) => {
  const refused = await send(world(), mint("usr"), { body });
  expect(refused).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
});

test("a subject cannot add headers", async () => {
  const h = world();
  const { id } = await givenReader(h);
  await send(h, id, { body: { custom_subject: "Hello\r\nBcc: x@example.com" } });
  expect(h.ses.accepted[0]?.subject).toBe("Hello Bcc: x@example.com");
});

describe("a failure", () => {
  test("of a provider that refuses the message is 200 with its reason", async () => {
    const h = world();
    h.ses.failNext({
      kind: "answer",
      ...sesError(400, "MessageRejected", "Email contains disallowed content."),
    });
    const { id } = await givenReader(h);
    expect(await send(h, id)).toMatchObject({
      status: 200,
      body: { success: false, message: "The e-mail provider rejected the message.", message_id: null },
    });
  });

  test("of a user without an address is 200 with the reason, and asks no provider", async () => {
    const h = world();
    const answer = await send(h, mint("usr"));
    expect(answer).toMatchObject({
      status: 200,
      body: { success: false, message: "The user has no email address", message_id: null },
    });
    expect(h.ses.requests).toEqual([]);
  });

  test.each([
    ["cannot be reached", { kind: "drop" }],
    ["is broken", { kind: "html", status: 502 }],
    ["does not let us send", { kind: "answer", ...sesError(400, "SendingPausedException", "Paused") }],
  ] as const)("of a provider that %s is a 500 problem, and nothing is sent later", async (_, fault) => {
    const h = world();
    const { id } = await givenReader(h);
    h.ses.failNext(fault);
    const answer = await send(h, id);
    expect(answer).toMatchObject({ status: 500, body: { code: "email_service_error" } });
    expect(answer.headers.get("content-type")).toMatch(/problem\+json/);
    h.clock.advance(45_000);
    await h.drain();
    await h.tick();
    await h.drain();
    expect(h.ses.accepted).toEqual([]);
    expect(await rows("SELECT status, wake_at FROM dispatches WHERE user_id = ?", id)).toEqual([
      { status: "failed", wake_at: null },
    ]);
  });
});

test("five an hour are allowed, and the answer to the sixth says when to retry", async () => {
  const h = world();
  const { id } = await givenReader(h);
  for (let i = 0; i < 5; i++) expect((await send(h, id)).status).toBe(200);
  const refused = await send(h, id);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await send(h, (await givenReader(h)).id)).status).toBe(200);
  h.clock.advance(3_600_000);
  expect((await send(h, id)).status).toBe(200);
});

test("a test that D1 did not take costs none of the five", async () => {
  const h = world();
  const { id } = await givenReader(h);
  for (let i = 0; i < 6; i++) {
    h.meter.failNext("before", "D1_ERROR: no such table");
    expect((await send(h, id)).status).toBe(500);
  }
  expect((await send(h, id)).status).toBe(200);
});

test("a test that no provider was asked for costs none of the five, one that the address refuses does", async () => {
  const h = world();
  const { id } = await givenReader(h);
  await h.ctx.gates("email", "ses").report({ kind: "throttled", afterMs: 600_000 });
  for (let i = 0; i < 6; i++) expect((await send(h, id)).status).toBe(500);
  expect(await h.ctx.limiters.of(id).usage(TEST_BUDGET)).toMatchObject({ used: 0 });
  const other = world();
  const nowhere = await givenReader(other, { email: null });
  for (let i = 0; i < 5; i++) expect((await send(other, nowhere.id)).body).toMatchObject({ success: false });
  expect((await send(other, nowhere.id)).status).toBe(429);
});

describe("with an Idempotency-Key", () => {
  const keyed = () => ({ headers: { "idempotency-key": crypto.randomUUID() } });

  test("a repeat sends nothing, another body is refused", async () => {
    const h = world();
    const { id } = await givenReader(h);
    const options = keyed();
    const first = await send(h, id, options);
    const repeat = await send(h, id, options);
    expect(repeat.body).toEqual(first.body);
    expect(repeat.headers.get("idempotency-replayed")).toBe("true");
    expect(h.ses.accepted).toHaveLength(1);
    expect((await send(h, id, { ...options, body: { email_type: "welcome" } })).status).toBe(422);
  });

  test("a repeat while the first is under way is a conflict", async () => {
    const h = world();
    const { id } = await givenReader(h);
    const options = keyed();
    const stopped = h.interrupts.stopAtNext("fetch", "before");
    const first = send(h, id, options);
    await stopped.reached;
    expect(await send(h, id, options)).toMatchObject({ status: 409, body: { code: "in_progress" } });
    stopped.release();
    expect((await first).body).toMatchObject({ success: true });
  });

  test("nor does it cost anything of the budget, however close it comes", async () => {
    const h = world();
    const { id } = await givenReader(h);
    const options = keyed();
    const late = h.interrupts.stopAtNext("d1", "after");
    const second = send(h, id, options);
    await late.reached;
    const underway = h.interrupts.stopAtNext("fetch", "before");
    const first = send(h, id, options);
    await underway.reached;
    late.release();
    expect(await second).toMatchObject({ status: 409, body: { code: "in_progress" } });
    expect(await h.ctx.limiters.of(id).usage(TEST_BUDGET)).toMatchObject({ used: 1 });
    underway.release();
    expect((await first).status).toBe(200);
  });

  test("a test that no provider looked at can be tried again with the same key", async () => {
    const h = world();
    const { id } = await givenReader(h);
    const options = keyed();
    h.ses.failNext({ kind: "drop" });
    expect((await send(h, id, options)).status).toBe(500);
    expect((await send(h, id, options)).body).toMatchObject({ success: true });
  });
});

test("nobody gets in without a token", async () => {
  expect((await world().request("POST", PATH, { as: null })).status).toBe(401);
});
