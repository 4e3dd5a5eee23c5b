import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createExpoProvider } from "../../../src/channels/push/providers/expo/index.ts";
import { createExpoSandbox } from "../../support/sandbox/expo.ts";
import { createWorld, NOW, pushes, tokenOf } from "./expo-fixture.ts";

const kinds = (report: { outcomes: { kind: string }[] }) => report.outcomes.map(({ kind }) => kind);

describe("messages for several Expo projects", () => {
  test("are sent again in a request for each project", async () => {
    const { sandbox, provider } = createWorld();
    for (const index of [1, 4]) sandbox.settings.projects.set(tokenOf(index), "@tidings/beta");
    const report = await provider.send(pushes(6));
    expect(kinds(report)).toEqual(Array(6).fill("accepted"));
    expect(sandbox.requests.map(({ size }) => size)).toEqual([6, 4, 2]);
    for (const [index, outcome] of report.outcomes.entries()) {
      const push = sandbox.accepted.find(({ token }) => token === tokenOf(index));
      expect(outcome).toMatchObject({ messageId: push?.ticket });
    }
  });

  test("make a group of their own where Expo does not say whose they are", async () => {
    const { sandbox, provider } = createWorld();
    const details = { "@a/a": [tokenOf(0)], "@b/b": [tokenOf(2)] };
    const errors = [{ code: "PUSH_TOO_MANY_EXPERIENCE_IDS", message: "mixed", details }];
    sandbox.failNext({ kind: "answer", status: 400, body: JSON.stringify({ errors }) });
    expect(kinds(await provider.send(pushes(4)))).toEqual(Array(4).fill("accepted"));
    expect(sandbox.requests.map(({ size }) => size)).toEqual([4, 1, 2, 1]);
  });

  test("are sent in halves when Expo does not say which project is whose", async () => {
    const { sandbox, provider } = createWorld();
    sandbox.failNext({ kind: "status", status: 400, code: "PUSH_TOO_MANY_EXPERIENCE_IDS" });
    expect(kinds(await provider.send(pushes(4)))).toEqual(Array(4).fill("accepted"));
    expect(sandbox.requests.map(({ size }) => size)).toEqual([4, 2, 2]);
  });
});

test("more messages than Expo takes at once are halved until they fit", async () => {
  const { sandbox, provider } = createWorld();
  sandbox.settings.recipientLimit = 30;
  expect(kinds(await provider.send(pushes(100)))).toEqual(Array(100).fill("accepted"));
  expect(sandbox.requests.map(({ size }) => size)).toEqual([100, 50, 25, 25, 50, 25, 25]);
});

test("a refusal that makes no sense for a single message is retried", async () => {
  const { sandbox, provider } = createWorld();
  sandbox.failNext({ kind: "status", status: 400, code: "PUSH_TOO_MANY_NOTIFICATIONS" });
  const report = await provider.send(pushes(1));
  expect(report.outcomes).toMatchObject([{ kind: "retry", code: "expo_bad_response" }]);
  expect(report.health).toEqual({ kind: "error" });
});

describe("a malformed message", () => {
  test.each([0, 49, 50, 99])("at place %i among a hundred is found and rejected alone", async (bad) => {
    const { sandbox, provider } = createWorld();
    sandbox.settings.malformed.add(tokenOf(bad));
    const report = await provider.send(pushes(100));
    expect(report.outcomes[bad]).toMatchObject({ kind: "rejected", code: "expo_invalid_message" });
    expect(kinds(report).filter((kind) => kind === "accepted")).toHaveLength(99);
    expect(report.health).toEqual({ kind: "ok" });
    expect(sandbox.requests.length).toBeLessThanOrEqual(15);
  });

  test("among many of its kind costs a bounded number of requests, and the rest waits without an attempt", async () => {
    const { sandbox, provider } = createWorld();
    for (let index = 0; index < 100; index++) sandbox.settings.malformed.add(tokenOf(index));
    const report = await provider.send(pushes(100));
    expect(sandbox.requests).toHaveLength(15);
    expect(new Set(kinds(report))).toEqual(new Set(["rejected", "deferred"]));
    expect(report.outcomes.at(-1)).toMatchObject({ kind: "deferred", code: "expo_unfinished" });
  });

  test("keeps no other message from being delivered exactly once, wherever they stand", async () => {
    const places = fc.uniqueArray(fc.nat(39), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), places, async (count, bad) => {
        const { sandbox, provider } = createWorld();
        for (const index of bad) sandbox.settings.malformed.add(tokenOf(index));
        const settled = new Map<string, string>();
        let waiting = pushes(count);
        for (let round = 0; waiting.length > 0; round++) {
          expect(round).toBeLessThanOrEqual(count);
          const { outcomes } = await provider.send(waiting);
          for (const [at, message] of waiting.entries()) {
            const kind = outcomes[at]?.kind ?? "missing";
            if (kind !== "deferred") settled.set(message.token, kind);
          }
          waiting = waiting.filter(({ token }) => !settled.has(token));
        }
        for (const { token, collapseId } of pushes(count)) {
          const malformed = sandbox.settings.malformed.has(token);
          expect(settled.get(token)).toBe(malformed ? "rejected" : "accepted");
          expect(sandbox.timesGiven(collapseId, token)).toBe(malformed ? 0 : 1);
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe("a failure in the middle of a split ends the round", () => {
  test("what was accepted stays so, what was not sent shares the failure", async () => {
    const { sandbox, provider } = createWorld();
    sandbox.failNext({ kind: "status", status: 400, code: "VALIDATION_ERROR" });
    sandbox.failNext({ kind: "slow", ms: 0 });
    sandbox.failNext({ kind: "status", status: 500 });
    const report = await provider.send(pushes(4));
    expect(kinds(report)).toEqual(["accepted", "accepted", "retry", "retry"]);
    expect(report.health).toEqual({ kind: "error" });
  });

  test("a request to slow down is not followed by more requests", async () => {
    const { sandbox, provider } = createWorld();
    sandbox.failNext({ kind: "status", status: 400, code: "VALIDATION_ERROR" });
    sandbox.failNext({ kind: "throttle", retryAfter: "5" });
    const report = await provider.send(pushes(8));
    expect(kinds(report)).toEqual(Array(8).fill("deferred"));
    expect(report.health).toEqual({ kind: "throttled", afterMs: 5_000 });
    expect(sandbox.requests).toHaveLength(2);
  });

  test("no further request is begun when Expo has taken too long", async () => {
    let now = NOW;
    const sandbox = createExpoSandbox({ now: () => now });
    const provider = createExpoProvider({
      fetch: (url, init) => {
        now += 9_000;
        return sandbox.fetch(url, init);
      },
      baseUrl: "https://expo.test",
      clock: { now: () => now },
    });
    sandbox.settings.malformed.add(tokenOf(0));
    const report = await provider.send(pushes(100));
    expect(sandbox.requests).toHaveLength(3);
    // Nothing was settled, so that an attempt is spent: otherwise this could go on for ever.
    expect(new Set(kinds(report))).toEqual(new Set(["retry"]));
    expect(report.outcomes[99]).toMatchObject({ code: "expo_unfinished" });
  });
});
