import * as fc from "fast-check";
import { expect, test } from "vitest";
import { DAY } from "../../src/lib/clock.ts";
import { dueStep, nextStepAt } from "../../src/schedules/ladder.ts";
import type { Ladder } from "../../src/schedules/ladder.ts";
import { anyHour, anyZoneAndInstant, SLOW, stepInstants } from "./oracle.ts";

const utc = (text: string): number => Date.parse(`${text}:00Z`);
const printed = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString().slice(0, 16));

const certificate: Ladder = {
  deadline: utc("2026-04-10T15:00"),
  steps: [30, 14, 7, 1],
  zone: "Europe/Berlin",
  hour: 8,
};
const grant = (deadline: string, zone: string): Ladder => ({
  deadline: utc(deadline),
  steps: [7, 3, 1, 0],
  zone,
  hour: 8,
});

test("each step is at the local hour, whatever the clocks do in between", () => {
  expect(stepInstants(certificate).map(({ step, at }) => [step, printed(at)])).toEqual([
    [30, "2026-03-11T07:00"],
    [14, "2026-03-27T07:00"],
    [7, "2026-04-03T06:00"],
    [1, "2026-04-09T06:00"],
  ]);
});

test("steps may come in any order and more than once", () => {
  expect(stepInstants({ ...certificate, steps: [1, 14, 7, 14, 30, 1] })).toEqual(stepInstants(certificate));
  expect(dueStep({ ...certificate, steps: [30, 1, 7, 14] }, utc("2026-04-05T00:00"))?.step).toBe(7);
  expect(printed(nextStepAt({ ...certificate, steps: [1, 7, 30, 14] }, utc("2026-04-05T00:00")))).toBe(
    "2026-04-09T06:00",
  );
});

test.each([
  ["before the first step nothing is due", "2026-03-11T06:59", null, "2026-03-11T07:00"],
  ["at its instant the first step is due", "2026-03-11T07:00", 30, "2026-03-27T07:00"],
  ["it stays due until the next", "2026-03-27T06:59", 30, "2026-03-27T07:00"],
  ["steps that an outage missed collapse into the nearest", "2026-04-05T00:00", 7, "2026-04-09T06:00"],
  ["after the last step there is no next", "2026-04-10T14:59", 1, null],
  ["at the deadline nothing is due", "2026-04-10T15:00", null, null],
  ["after the deadline nothing is due", "2026-05-01T00:00", null, null],
])("%s", (_, now, step, next) => {
  expect(dueStep(certificate, utc(now))?.step ?? null).toBe(step);
  expect(printed(nextStepAt(certificate, utc(now)))).toBe(next);
});

test("the day itself is a step when its hour comes before the deadline", () => {
  const evening = grant("2026-05-10T17:00", "Europe/Berlin");
  expect(stepInstants(evening).map(({ step }) => step)).toEqual([7, 3, 1, 0]);
  expect(dueStep(evening, utc("2026-05-10T06:00"))).toEqual({ step: 0, at: utc("2026-05-10T06:00") });

  const earlyMorning = grant("2026-05-10T06:00", "Europe/Berlin");
  expect(stepInstants(earlyMorning).map(({ step }) => step)).toEqual([7, 3, 1]);
  expect(nextStepAt(earlyMorning, utc("2026-05-09T12:00"))).toBeNull();
  expect(dueStep(earlyMorning, utc("2026-05-10T05:59"))?.step).toBe(1);
});

const datesOf = (zone: string) =>
  stepInstants(grant("2026-05-10T00:00", zone)).map(({ step, at }) => `${step}: ${printed(at)}`);

test("a bare date is the instant at which it begins in UTC, so its local date depends on the zone", () => {
  expect(datesOf("America/New_York").at(-1)).toBe("0: 2026-05-09T12:00");
  expect(datesOf("Asia/Tokyo").at(-1)).toBe("0: 2026-05-09T23:00");
  expect(datesOf("Europe/Berlin").at(-1)).toBe("1: 2026-05-09T06:00");
});

test("a certificate for ever has no step now, and one to come", () => {
  const forEver = { ...certificate, deadline: utc("9999-12-31T00:00") };
  expect(dueStep(forEver, utc("2026-05-01T00:00"))).toBeNull();
  expect(printed(nextStepAt(forEver, utc("2026-05-01T00:00")))).toBe("9999-12-01T07:00");
});

const anyLadder = fc
  .record({
    place: anyZoneAndInstant,
    steps: fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 5 }),
    hour: anyHour,
  })
  .map(({ place, steps, hour }): Ladder & { zone: string } => ({
    deadline: place.ms,
    steps,
    zone: place.zone,
    hour,
  }));

test(
  "asking whenever it says finds each step once, in order, where Intl says, and stops before the deadline",
  () => {
    fc.assert(
      fc.property(anyLadder, (ladder) => {
        const found = [];
        let at = nextStepAt(ladder, ladder.deadline - 40 * DAY);
        while (at !== null) {
          expect(at).toBeLessThan(ladder.deadline);
          found.push(dueStep(ladder, at));
          at = nextStepAt(ladder, at);
        }
        expect(found).toEqual(stepInstants(ladder));
      }),
      { numRuns: 1_000 },
    );
  },
  SLOW,
);

test(
  "asking late at any moment finds the latest step that has come, and never one after the deadline",
  () => {
    fc.assert(
      fc.property(anyLadder, fc.integer({ min: -35 * DAY, max: 2 * DAY }), (ladder, late) => {
        const now = ladder.deadline + late;
        const come = late < 0 ? stepInstants(ladder).filter(({ at }) => at <= now) : [];
        expect(dueStep(ladder, now)).toEqual(come.at(-1) ?? null);
      }),
      { numRuns: 1_000 },
    );
  },
  SLOW,
);
