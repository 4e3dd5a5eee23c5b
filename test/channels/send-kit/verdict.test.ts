import { describe, expect, test } from "vitest";
import { inTurn, accepted, lookUp, notTried, verdictsOf } from "../../../src/channels/send-kit/verdict.ts";
import { retryAfterMs } from "../../../src/channels/send-kit/http.ts";

const verdict = verdictsOf({
  down: { kind: "retry", health: "error", message: "Down" },
  busy: { kind: "retry", health: "ok", message: "Busy", waitMs: 60_000 },
  slow: { kind: "deferred", health: "throttled", message: "Slow", waitMs: 5_000 },
  bad: { kind: "rejected", health: "ok", message: "Bad" },
});

describe("a verdict", () => {
  test("waits as long as its table says, or as the provider asks", () => {
    expect(verdict("down").outcome).toEqual({ kind: "retry", code: "down", message: "Down" });
    expect(verdict("down", 7_000).outcome).toMatchObject({ afterMs: 7_000 });
    expect(verdict("busy").outcome).toMatchObject({ afterMs: 60_000 });
    expect(verdict("slow")).toMatchObject({
      outcome: { kind: "deferred", afterMs: 5_000 },
      health: { kind: "throttled", afterMs: 5_000 },
    });
    expect(verdict("slow", 9_000).health).toEqual({ kind: "throttled", afterMs: 9_000 });
    expect(verdict("bad", 9_000).outcome).toEqual({ kind: "rejected", code: "bad", message: "Bad" });
  });

  test("of a code that only a prototype has is not in a table", () => {
    expect(lookUp({ a: 1 }, "a")).toBe(1);
    expect(lookUp({ a: 1 }, "toString")).toBeUndefined();
  });
});

describe("messages sent one after another", () => {
  test("stop at the first answer that is not well: the others were not tried", async () => {
    const asked: string[] = [];
    const report = await inTurn(["a", "b", "c"], async (item) => {
      asked.push(item);
      return item === "b" ? verdict("slow", 30_000) : accepted(item);
    });
    expect(asked).toEqual(["a", "b"]);
    expect(report).toEqual({
      outcomes: [accepted("a").outcome, verdict("slow", 30_000).outcome, notTried(30_000).outcome],
      health: { kind: "throttled", afterMs: 30_000 },
    });
  });
});

test.each([
  [{ "retry-after": "7" }, 7_000],
  [{ "retry-after": "0" }, 1_000],
  [{ "retry-after": "1.5" }, 1_500],
  [{ "retry-after": "999999" }, 86_400_000],
  [{ "retry-after": "Thu, 01 Jan 1970 00:01:30 GMT" }, 60_000],
  [{ "retry-after": "Thu, 01 Jan 1970 00:00:00 GMT" }, 1_000],
  [{ "ratelimit-reset": "12" }, 12_000],
  [{ "retry-after": "3", "ratelimit-reset": "12" }, 3_000],
  [{ "retry-after": "soon" }, undefined],
  [{}, undefined],
])("the wait that %j asks for is %s ms", (headers, ms) => {
  expect(retryAfterMs(new Headers(Object.entries(headers)), 30_000)).toBe(ms);
});

test("a wait is at most what the caller can bear", () => {
  expect(retryAfterMs(new Headers({ "retry-after": "7200" }), 0, 3_600_000)).toBe(3_600_000);
});
