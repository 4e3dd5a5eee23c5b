import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { halves, type Left, sendInPieces, type Split } from "../../../src/channels/send-kit/split.ts";
import { accepted, notTried, type ProviderVerdict } from "../../../src/channels/send-kit/verdict.ts";

const LIMITS = { clock: { now: () => 0 }, requests: 1_000, timeoutMs: 500 };
const REFUSED: ProviderVerdict = {
  outcome: { kind: "rejected", code: "bad", message: "Bad" },
  health: { kind: "ok" },
};
const DOWN: ProviderVerdict = {
  outcome: { kind: "retry", code: "down", message: "Down" },
  health: { kind: "error" },
};

/** A provider that takes all of a request or none: it refuses one that holds an item of `bad`. */
function createStrict(bad: ReadonlySet<number>) {
  const requests: number[][] = [];
  const taken: number[] = [];
  const request = async (items: readonly number[]): Promise<Split<number>> => {
    requests.push([...items]);
    if (items.some((item) => bad.has(item)))
      return items.length > 1
        ? { kind: "split", pieces: halves(items) }
        : { kind: "settled", verdicts: [REFUSED] };
    taken.push(...items);
    return { kind: "settled", verdicts: items.map((item) => accepted(String(item))) };
  };
  return { requests, taken, request };
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

describe("messages that a provider wants in pieces", () => {
  test("each get the verdict of their own, wherever the bad ones stand", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(60), fc.uniqueArray(fc.nat(59)), async (count, bad) => {
        const provider = createStrict(new Set(bad));
        const verdicts = await sendInPieces(numbers(count), LIMITS, provider.request, () => notTried());
        expect(verdicts).toEqual(
          numbers(count).map((i) => (bad.includes(i) ? REFUSED : accepted(String(i)))),
        );
        expect(provider.taken).toHaveLength(new Set(provider.taken).size);
      }),
    );
  });

  test("may be in any groups, and the same message may be there twice", async () => {
    const pieces = [
      ["c", "a"],
      ["b", "a"],
    ];
    const verdicts = await sendInPieces(
      ["a", "b", "a", "c"],
      LIMITS,
      async (items): Promise<Split<string>> =>
        items.length === 4
          ? { kind: "split", pieces }
          : {
              kind: "settled",
              verdicts: items.map((item, at) => accepted(`${items.join("")} ${item}${at}`)),
            },
      () => notTried(),
    );
    expect(verdicts.map(({ outcome }) => "messageId" in outcome && outcome.messageId)).toEqual([
      "ca a1",
      "ba b0",
      "ba a1",
      "ca c0",
    ]);
  });

  test("cost no more requests than the limit", async () => {
    const counts = fc.integer({ min: 1, max: 60 });
    await fc.assert(
      fc.asyncProperty(counts, fc.integer({ min: 1, max: 12 }), async (count, most) => {
        const provider = createStrict(new Set(numbers(count)));
        const why: Left[] = [];
        const limits = { ...LIMITS, requests: most };
        const verdicts = await sendInPieces(numbers(count), limits, provider.request, (left) => {
          why.push(left);
          return notTried();
        });
        expect(provider.requests.length).toBeLessThanOrEqual(most);
        expect(verdicts).toHaveLength(count);
        const settled = verdicts.filter((verdict) => verdict === REFUSED).length;
        expect(why).toEqual([{ because: null, settled }]);
      }),
    );
  });

  test("are sent in one request at least, however short the time", async () => {
    const provider = createStrict(new Set([0]));
    const limits = { ...LIMITS, timeoutMs: 0 };
    await sendInPieces(numbers(2), limits, provider.request, () => notTried());
    expect(provider.requests).toEqual([[0, 1]]);
  });

  test("are not sent any more once the provider is not well", async () => {
    let made = 0;
    const verdicts = await sendInPieces(
      numbers(4),
      LIMITS,
      async (items): Promise<Split<number>> => {
        made += 1;
        return made === 1
          ? { kind: "split", pieces: halves(items) }
          : { kind: "settled", verdicts: items.map(() => DOWN) };
      },
      ({ because }) => because ?? notTried(),
    );
    expect(made).toBe(2);
    expect(verdicts).toEqual(numbers(4).map(() => DOWN));
  });

  test("are sent although an answer about one message could not be read", async () => {
    const verdicts = await sendInPieces(
      numbers(4),
      LIMITS,
      async (items): Promise<Split<number>> =>
        items.length > 2
          ? { kind: "split", pieces: halves(items) }
          : { kind: "settled", verdicts: items.map((item) => (item === 1 ? DOWN : accepted("id"))) },
      ({ because }) => because ?? notTried(),
    );
    expect(verdicts.map(({ outcome }) => outcome.kind)).toEqual([
      "accepted",
      "retry",
      "accepted",
      "accepted",
    ]);
  });

  test("keep a pause between two requests, and none before the first", async () => {
    const provider = createStrict(new Set([0]));
    const at: number[] = [];
    const pause = async () => void at.push(provider.requests.length);
    await sendInPieces(numbers(2), { ...LIMITS, pause }, provider.request, () => notTried());
    expect(at).toEqual([1, 2]);
  });
});
