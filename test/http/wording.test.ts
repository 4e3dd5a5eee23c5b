import { describe, expect, test } from "vitest";
import { createHarness } from "../support/harness.ts";
import { openApi } from "../support/openapi.ts";
import { operationsOf } from "../support/requests.ts";
import { aPush, givenUser } from "../support/world.ts";

const BASE = "/api/v1/notifications";
const YEAR = 365 * 86_400_000;

/** What is wrong, by where. */
async function errorsOf(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const options = { headers, ...(body !== undefined && { body }) };
  const answer = await createHarness().request(method, path, options);
  expect([answer.status, answer.body.code]).toEqual([400, "invalid_request"]);
  const errors: { pointer: string; detail: string }[] = answer.body.errors;
  return Object.fromEntries(errors.map(({ pointer, detail }) => [pointer, detail]));
}

describe("what is wrong is said in words for people who write clients", () => {
  test("what is missing is required", async () => {
    expect(await errorsOf("POST", BASE, {})).toEqual({
      "/user_id": "is required",
      "/title": "is required",
      "/body": "is required",
    });
    expect(await errorsOf("PUT", "/api/v1/directory/certifications/c", {})).toEqual({
      "/user_id": "is required",
      "/name": "is required",
      "/expires_at": "is required",
    });
    expect(await errorsOf("PUT", "/api/v1/admin/notifications/x", {})).toEqual({
      "/action": "is required",
    });
  });

  test("what is of another type says of which it must be", async () => {
    expect(
      await errorsOf("POST", BASE, { user_id: 1, title: [], body: null, data: 7, channels: "push" }),
    ).toEqual({
      "/user_id": "must be a string",
      "/title": "must be a string",
      "/body": "must be a string",
      "/data": "must be an object",
      "/channels": "must be a list",
    });
    expect(
      await errorsOf("PATCH", `${BASE}/preferences`, {
        match_threshold: 1.5,
        weekly_digest_day: "x",
        new_match_notifications: "yes",
        notification_frequency: "hourly",
        deadline_reminder_days: [31],
      }),
    ).toEqual({
      "/match_threshold": "must be a whole number",
      "/weekly_digest_day": "must be a number",
      "/new_match_notifications": "must be true or false",
      "/notification_frequency": "must be one of `immediate`, `daily`, `weekly`",
      "/deadline_reminder_days/0": "must be at most 30",
    });
  });

  test("sizes and choices are named", async () => {
    expect(
      await errorsOf("POST", BASE, { user_id: "u", title: "", body: "x".repeat(4_097), fallback: "pigeon" }),
    ).toEqual({
      "/title": "must not be empty",
      "/body": "must have at most 4096 characters",
      "/fallback": "must be one of `push`, `email`, `in_app`, `sms`, `chat`",
    });
    expect(await errorsOf("PUT", "/api/v1/admin/notifications/x", { action: "dance" })).toEqual({
      "/action": "must be one of `retry`, `update`",
    });
  });

  test("an empty body, where one is needed, is reported once", async () => {
    for (const { method, path, body } of operationsOf(await openApi())) {
      if (body === undefined || path.endsWith("/test")) continue;
      const at = path.replaceAll(/\{[^}]+\}/g, "x");
      for (const given of [undefined, ""])
        expect([path, await errorsOf(method, at, given)]).toEqual([path, { "": "is required" }]);
    }
  });

  test("no operation answers an empty or a wholly wrong object with words of the validator's", async () => {
    const fields = Object.fromEntries(
      [
        "user_id",
        "title",
        "body",
        "items",
        "targets",
        "email",
        "org_id",
        "status",
        "action",
        "time_window",
      ].map((name) => [name, { odd: [1] }]),
    );
    for (const { method, path, body } of operationsOf(await openApi())) {
      if (body === undefined) continue;
      const at = path.replaceAll(/\{[^}]+\}/g, "x");
      for (const given of [fields, [], 1]) {
        const answer = await createHarness().request(method, at, { body: given });
        expect(JSON.stringify(answer.body)).not.toMatch(
          /Invalid|expected|received|Too (big|small)|Unrecognized/,
        );
      }
    }
  });
});

describe("refused as well", () => {
  test.each([" ", "\t\n", "\u00a0\u2003", "\u200b\u200d\ufeff", "\u202e"])(
    "a blank text: %j",
    async (blank) => {
      expect(await errorsOf("POST", BASE, { user_id: "u", title: blank, body: blank })).toEqual({
        "/title": "must not be blank",
        "/body": "must not be blank",
      });
      expect(await errorsOf("PUT", "/api/v1/directory/orgs/o", { name: blank })).toEqual({
        "/name": "must not be blank",
      });
    },
  );

  test("a time to send at that is more than a year ahead", async () => {
    const h = createHarness();
    const user = await givenUser(h);
    const at = async (ms: number) => {
      const send_at = new Date(h.clock.now() + ms).toISOString();
      return h.request("POST", BASE, { body: aPush(user.id, { send_at }) });
    };
    expect((await at(YEAR)).status).toBe(202);
    const late = await at(YEAR + 1_000);
    expect([late.status, late.body.errors]).toEqual([
      400,
      [{ pointer: "/send_at", detail: "must be within 365 days from now" }],
    ]);
  });

  test.each([BASE, "/api/v1/admin/notifications", "/api/v1/notification-records"])(
    "`from` after `to` in %s",
    async (path) => {
      const range = (from: string, to: string) =>
        `${path}?from=2026-03-${from}T00:00:00Z&to=2026-03-${to}T00:00:00Z`;
      expect(await errorsOf("GET", range("02", "01"))).toEqual({ to: "must not be before `from`" });
      expect((await createHarness().request("GET", range("01", "01"))).status).toBe(200);
    },
  );

  test.each([
    "wait",
    "wait=",
    "wait=abc",
    "wait=-1",
    "wait=1.5",
    'wait="x"',
    "respond-async; ;;=",
    "=",
    ",",
    "respond-async,,",
    "respond async",
    'a="b',
    "(x)",
    ";".repeat(5_000),
    `a;${" ;".repeat(5_000)}=`,
  ])("a Prefer header that cannot be read: %j", async (prefer) => {
    const errors = await errorsOf("POST", BASE, aPush("nobody"), { prefer });
    expect(Object.keys(errors)).toEqual(["Prefer"]);
  });

  test.each([
    "respond-async",
    "wait=0",
    'respond-async, WAIT="3"; x=y',
    "handling=lenient, return=minimal;foo",
    'odd="a, b; c=\\"d", wait = 1',
    "wait=99999999999999999999",
  ])("but a Prefer header that can be read is not: %s", async (prefer) => {
    const h = createHarness();
    const user = await givenUser(h);
    const answer = await h.request("POST", BASE, { body: aPush(user.id), headers: { prefer } });
    expect([201, 202]).toContain(answer.status);
  });

  const bytes = (...parts: (string | number)[]) =>
    new Blob(parts.map((part) => (typeof part === "string" ? part : new Uint8Array([part])))).stream();

  test.each([
    ["a byte alone", ['{"user_id":"u","title":"', 0xff, '","body":"b"}']],
    ["half a letter", ['{"user_id":"u","title":"', 0xc3, '","body":"b"}']],
    ["Latin-1", ['{"user_id":"u","title":"Bj', 0xf8, 'rn","body":"b"}']],
  ] as [string, (string | number)[]][])("a body that is not UTF-8: %s", async (_, parts) => {
    const answer = await createHarness().request("POST", BASE, { body: bytes(...parts) });
    expect([answer.status, answer.body.code, answer.body.detail]).toEqual([
      400,
      "malformed_json",
      "The body is not valid UTF-8.",
    ]);
  });

  test("but not one that starts with a byte order mark, or holds U+FFFD itself", async () => {
    const h = createHarness();
    const user = await givenUser(h);
    const body = `\ufeff${JSON.stringify(aPush(user.id, { title: "\ufffd" }))}`;
    const answer = await h.request("POST", BASE, { body });
    expect([answer.status, answer.body.title]).toEqual([201, "\ufffd"]);
  });

  test.each(["iso-8859-1", "utf-16", "utf-8; charset=latin1", '"windows-1252"', "us-ascii", "UTF-7"])(
    "another charset: %s",
    async (charset) => {
      const headers = { "content-type": `application/json; charset=${charset}` };
      const answer = await createHarness().request("POST", BASE, { body: {}, headers });
      expect([answer.status, answer.body.detail]).toEqual([415, "Send the body in UTF-8."]);
    },
  );
});
