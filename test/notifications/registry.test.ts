import { describe, expect, test } from "vitest";
import { createTypes, renderEmail, traitsOf } from "../../src/content/index.ts";
import { COMMON_TYPE } from "../../src/db/schema/index.ts";
import { builtInTypes } from "../../src/notifications/registry.ts";

const NOW = Date.UTC(2026, 2, 20, 8);
const by = <T>(of: (type: (typeof builtInTypes.all)[number]) => T) =>
  Object.fromEntries(builtInTypes.all.map((type) => [type.id, of(type)]));

describe("the built-in types", () => {
  test("keep the codes that stand in the links of mails that were sent", () => {
    expect(by(({ linkCode }) => linkCode)).toEqual({
      certification_reminder: 1,
      welcome: 2,
      new_match: 3,
      deadline_reminder: 4,
      weekly_digest: 5,
      application_status: 6,
      test: 7,
      pause_activated: 8,
      pause_deactivated: 9,
      stats_summary: 10,
      push: 11,
    });
  });

  test("have the switches of the contract, and the list of opt-outs where there is none", () => {
    expect(by(({ preference }) => preference)).toMatchObject({
      new_match: "new_match_notifications",
      deadline_reminder: "deadline_notifications",
      weekly_digest: "weekly_digest_enabled",
      application_status: "application_status_notifications",
      certification_reminder: null,
      push: null,
    });
  });

  test.each(builtInTypes.all)("$id has a sample that is content of its own", ({ parse, sample }) => {
    expect(parse(JSON.parse(JSON.stringify(sample(NOW))))).not.toBeNull();
  });

  test.each(builtInTypes.all)("$id can be sent as e-mail, at first or in the end", (type) => {
    const { subject, text } = renderEmail(
      { type, content: type.sample(NOW) },
      { name: "Kari", locale: null, timezone: null },
      { unsubscribe: null, home: "https://t.test" },
      NOW,
    );
    expect([subject, text]).not.toContain("");
  });

  test("answer without an unsubscribe link only what was just done, in words that parse", () => {
    const transactional = builtInTypes.all.filter((type) => type.transactional !== null);
    expect(transactional.map(({ id }) => id)).toEqual(["welcome", "test"]);
    for (const type of transactional) expect(type.parse(type.transactional?.unverified)).toEqual({});
  });

  test("have dedupe keys of the kinds that deployed databases have, and say which of them name the user", () => {
    expect(by(({ dedupe }) => dedupe)).toEqual({
      certification_reminder: { kind: "cert", user: null },
      welcome: { kind: "welcome", user: "rest" },
      new_match: { kind: "match", user: null },
      deadline_reminder: { kind: "deadline", user: "part" },
      weekly_digest: { kind: "digest", user: "part" },
      application_status: { kind: "status:application", user: null },
      test: null,
      pause_activated: { kind: "status:peer-mentor", user: null },
      pause_deactivated: { kind: "status:peer-mentor", user: null },
      stats_summary: { kind: "summary", user: null },
      push: null,
    });
  });

  test("have among them the one that the index by type leaves out", () => {
    expect(builtInTypes.get(COMMON_TYPE)).toBeDefined();
  });

  test("tell the pipeline what it must know of them", () => {
    expect(traitsOf(builtInTypes)).toEqual({
      superseding: ["certification_reminder", "deadline_reminder", "weekly_digest"],
      ownBudget: ["test"],
      chargedOnRequest: ["push"],
      userKeys: [
        { kind: "welcome", user: "rest" },
        { kind: "deadline", user: "part" },
        { kind: "digest", user: "part" },
      ],
    });
  });

  test.each(["id", "linkCode"] as const)("differ in their %s", (key) => {
    const [first, second] = builtInTypes.all;
    if (first === undefined || second === undefined) throw new Error("There are two at least");
    expect(() => createTypes([first, { ...second, [key]: first[key] }])).toThrow("same id or link code");
  });

  test.each([0, 256, 1.5])("have no link code %d, which fits into no link", (linkCode) => {
    const [first] = builtInTypes.all;
    if (first === undefined) throw new Error("There is one at least");
    expect(() => createTypes([{ ...first, linkCode }])).toThrow("1 to 255");
  });
});
