import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ALL } from "../../src/preferences/cells.ts";
import { choiceOf, type Facts, holdOf, wanted } from "../../src/preferences/decide.ts";
import type { OrgSettings } from "../../src/preferences/org-settings.ts";

const anOrg = (
  orgId: string,
  cell?: { on: boolean; locked?: boolean },
  category = "orders",
): OrgSettings => ({
  orgId,
  name: null,
  defaults: cell === undefined ? {} : { [category]: { email: cell } },
  quietHours: null,
  locale: null,
  country: null,
  brand: null,
});

const nullable = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: undefined });
const cell = nullable(fc.record({ on: fc.boolean(), locked: fc.boolean() }));

test("a cell is decided by the highest lock, then the user, then the nearest organization, then it is on", () => {
  fc.assert(
    fc.property(nullable(fc.boolean()), fc.array(cell, { maxLength: 5 }), (own, line) => {
      const cells = own === undefined ? {} : { orders: { email: own } };
      const orgs = line.map((one, i) => anOrg(`org_${i}`, one));
      const locked = line.findLast((one) => one?.locked === true);
      const nearest = line.find((one) => one !== undefined);
      const { on } = choiceOf(cells, orgs, "orders", "email");
      expect(on).toBe(locked?.on ?? own ?? nearest?.on ?? true);
    }),
  );
});

test("a channel that is off as a whole is off for each category, and on says nothing of them", () => {
  const off = { [ALL]: { email: false }, orders: { email: true } };
  expect(wanted(off, [], "orders", "email")).toEqual({ by: "user", on: false });
  expect(wanted({ [ALL]: { email: true }, orders: { email: false } }, [], "orders", "email").on).toBe(false);
  expect(wanted(off, [], "orders", "push").on).toBe(true);
});

describe("the decision", () => {
  const quiet = { enabled: true, start: "22:00", end: "07:00", days: [0, 1, 2, 3, 4, 5, 6] };
  const facts: Facts = {
    reader: { cells: {}, quietHours: quiet, timezone: "UTC" },
    reach: [],
    type: { category: "orders", critical: false },
    channel: "email",
    earlier: null,
    orgs: [],
    now: Date.parse("2026-03-27T23:00:00Z"),
  };
  const off = { cells: { orders: { email: false } }, quietHours: quiet, timezone: "UTC" };

  test.each<[string, Partial<Facts>, string | null]>([
    ["waits in quiet hours", {}, "quiet_hours"],
    ["lets in-app messages through quiet hours", { channel: "in_app" }, null],
    ["lets critical types through quiet hours", { type: { category: "orders", critical: true } }, null],
    ["skips what is switched off", { reader: off }, "unsubscribed"],
    [
      "sends critical types that are switched off",
      { reader: off, type: { category: "orders", critical: true } },
      null,
    ],
    [
      "sends critical types to no address that does not exist",
      {
        reach: [{ rule: "suppressed", verdict: "reject", code: "suppressed", message: "No" }],
        type: { category: "orders", critical: true },
      },
      "suppressed",
    ],
    [
      "takes the organization's hours where the user has none",
      { reader: { ...off, cells: {}, quietHours: null }, orgs: [{ ...anOrg("o"), quietHours: quiet }] },
      "quiet_hours",
    ],
    [
      "skips what an earlier message has made needless",
      { earlier: { reached: true, openUntil: facts.now, dueAt: facts.now } },
      "reached_before",
    ],
    [
      "waits while an earlier message is under way",
      { earlier: { reached: false, openUntil: facts.now + 86_400_000, dueAt: facts.now } },
      "earlier_open",
    ],
    [
      "says that it waits for quiet hours once nothing else keeps it",
      { earlier: { reached: false, openUntil: null, dueAt: facts.now } },
      "quiet_hours",
    ],
    ["sends nothing to nobody", { reader: null }, "no_recipient"],
    [
      "lets a user's own hours hold, and not the organization's",
      {
        reader: { ...off, cells: {}, quietHours: { ...quiet, start: "08:00", end: "09:00" } },
        orgs: [{ ...anOrg("o"), quietHours: quiet }],
      },
      null,
    ],
    [
      "takes the hours of the nearest organization that has some",
      {
        reader: { ...off, cells: {}, quietHours: null },
        orgs: [
          anOrg("none"),
          { ...anOrg("near"), quietHours: { ...quiet, enabled: false } },
          { ...anOrg("far"), quietHours: quiet },
        ],
      },
      null,
    ],
    [
      "lets a user switch the organization's hours off",
      {
        reader: { ...off, cells: {}, quietHours: { ...quiet, enabled: false } },
        orgs: [{ ...anOrg("o"), quietHours: quiet }],
      },
      null,
    ],
  ])("%s", (_, change, code) => {
    expect(holdOf({ ...facts, ...change })?.code ?? null).toBe(code);
  });

  test("says until when it waits, and who has switched it off", () => {
    expect(holdOf(facts)).toMatchObject({ verdict: "wait", until: Date.parse("2026-03-28T07:00:00Z") });
    const open = { reached: false, openUntil: facts.now, dueAt: facts.now };
    expect(holdOf({ ...facts, channel: "in_app", earlier: open })).toMatchObject({
      verdict: "wait",
      until: facts.now + 60_000,
    });
    expect(holdOf({ ...facts, reader: off })).toMatchObject({
      verdict: "skip",
      message: "The user has switched this off",
    });
    const orgs = [anOrg("o", { on: false })];
    expect(holdOf({ ...facts, orgs })).toMatchObject({
      verdict: "skip",
      message: "The organization has switched this off",
      details: { by: "org", org_id: "o", locked: false },
    });
  });
});
