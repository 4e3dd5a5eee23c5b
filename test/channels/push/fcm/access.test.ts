import { decodeJwt, decodeProtectedHeader } from "jose";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { codeOf, createWorld, NOW, pushTo, sendOne } from "./fixture.ts";

const asked = ({ requests }: ReturnType<typeof createWorld>["sandbox"]) =>
  requests.filter(({ endpoint }) => endpoint === "token");

const formSchema = z.object({ assertion: z.string() });

describe("an access token", () => {
  test("is given for an assertion of the account, for an hour, and for messaging alone", async () => {
    const { provider, sandbox } = createWorld();
    await sendOne(provider);
    const [first] = asked(sandbox);
    const assertion = formSchema.parse(first?.body).assertion;
    expect(first?.body).toMatchObject({ grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer" });
    expect(decodeProtectedHeader(assertion)).toEqual({ alg: "RS256", typ: "JWT", kid: "key-1" });
    expect(decodeJwt(assertion)).toEqual({
      iss: "sender@tidings-test.iam.gserviceaccount.com",
      aud: "https://oauth2.googleapis.com/token",
      scope: "https://www.googleapis.com/auth/firebase.messaging",
      iat: NOW / 1_000,
      exp: NOW / 1_000 + 3_600,
    });
  });

  test("is used for all messages; one that is refused is replaced once, and the message goes with the next", async () => {
    const { provider, sandbox } = createWorld();
    await provider.send([pushTo("a"), pushTo("b")]);
    expect(asked(sandbox)).toHaveLength(1);
    sandbox.revokeTokens();
    const { outcomes } = await provider.send([pushTo("c"), pushTo("d")]);
    expect(outcomes.map(codeOf)).toEqual(["accepted", "accepted"]);
    expect(asked(sandbox)).toHaveLength(2);
  });

  test("that is refused although it is new is the project's failure: nothing is asked again and again", async () => {
    const { provider, sandbox } = createWorld();
    sandbox.failNext({ kind: "status", status: 401 }, 10);
    const { outcomes, health } = await provider.send([pushTo("a"), pushTo("b")]);
    expect(outcomes.map(codeOf)).toEqual(["fcm_unauthorized", "not_tried"]);
    expect([health.kind, sandbox.requests.length]).toEqual(["error", 4]);
  });

  test("of another project than the account's is not enough", async () => {
    const { provider } = createWorld({ account: { project_id: "kiosk-test" } });
    expect(codeOf((await sendOne(provider)).outcome)).toBe("fcm_forbidden");
  });
});

describe("no access token is given", () => {
  test.each([
    [
      "to an account that is not known",
      { client_email: "gone@tidings-test.iam.gserviceaccount.com" },
      "fcm_refused_key",
    ],
    [
      "for a key that looks like one",
      { private_key: "-----BEGIN PRIVATE KEY-----\nTm90IGEga2V5\n-----END PRIVATE KEY-----\n" },
      "fcm_unusable_key",
    ],
  ])("%s: messages wait, and no device is blamed", async (_, account, code) => {
    const { provider, sandbox } = createWorld({ account });
    const { outcomes, health } = await provider.send([pushTo("a"), pushTo("b")]);
    expect(outcomes.map(codeOf)).toEqual([code, "not_tried"]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(["retry", "deferred"]);
    expect(health).toEqual({ kind: "error" });
    expect(sandbox.requests.filter(({ endpoint }) => endpoint === "send")).toEqual([]);
  });

  test.each([
    ["is silent", { kind: "hang" }, "fcm_token_timeout"],
    ["cannot be reached", { kind: "drop" }, "fcm_token_unreachable"],
    ["fails", { kind: "status", status: 503 }, "fcm_token_unreachable"],
    ["answers nonsense", { kind: "answer", body: "<html>" }, "fcm_token_unreachable"],
    [
      "gives one without its lifetime",
      { kind: "answer", body: '{"access_token":"x"}' },
      "fcm_token_unreachable",
    ],
    [
      "gives one that is over",
      { kind: "answer", body: '{"access_token":"x","expires_in":0}' },
      "fcm_token_unreachable",
    ],
  ] as const)("when Google's endpoint %s", async (_, fault, code) => {
    const { provider, sandbox } = createWorld();
    sandbox.failNext(fault, 1, "token");
    const { outcome, health } = await sendOne(provider);
    expect([codeOf(outcome), outcome.kind, health.kind]).toEqual([code, "retry", "error"]);
    expect(codeOf((await sendOne(provider)).outcome)).toBe("accepted");
  });

  test("when it throttles: that is a pause", async () => {
    const { provider, sandbox } = createWorld();
    sandbox.failNext({ kind: "status", status: 429, retryAfter: "9" }, 1, "token");
    expect(await sendOne(provider)).toMatchObject({
      outcome: { kind: "deferred", code: "fcm_throttled", afterMs: 9_000 },
      health: { kind: "throttled", afterMs: 9_000 },
    });
  });
});

describe("an access token that comes late", () => {
  const sendsTo = ({ requests }: ReturnType<typeof createWorld>["sandbox"]) =>
    requests.filter(({ endpoint }) => endpoint === "send").length;

  test("leaves no time for a request: the message goes with the next one", async () => {
    const { provider, sandbox } = createWorld({ delayMs: 100 });
    expect(codeOf((await sendOne(provider)).outcome)).toBe("not_tried");
    expect(sendsTo(sandbox)).toBe(0);
    expect(codeOf((await sendOne(provider)).outcome)).toBe("accepted");
  });

  test("in the place of one that was refused leaves none for a second request", async () => {
    const { provider, sandbox } = createWorld({ delayMs: 60 });
    expect(codeOf((await sendOne(provider)).outcome)).toBe("accepted");
    sandbox.revokeTokens();
    expect(codeOf((await sendOne(provider)).outcome)).toBe("not_tried");
    expect(sendsTo(sandbox)).toBe(2);
    expect(codeOf((await sendOne(provider)).outcome)).toBe("accepted");
  });
});
