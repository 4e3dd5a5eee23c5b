import { expect, test } from "vitest";
import { builtInTypes } from "../../src/notifications/registry.ts";
import { ALL } from "../../src/preferences/cells.ts";
import { OrgLines, SERVICE } from "../../src/preferences/org-settings.ts";
import { traitsAmong } from "../../src/preferences/traits.ts";

const row = (id: string, parent_id: string | null, preferences: string | null = null) => ({
  id,
  parent_id,
  name: null,
  preferences,
  quiet_hours: null,
  locale: null,
  country: null,
  brand: null,
});
const idsOf = (lines: OrgLines, org: string | null) => lines.of(org).map(({ orgId }) => orgId);

test("a line is an organization, those above it, and the service", () => {
  const lines = new OrgLines([
    row(SERVICE, null),
    row("top", null),
    row("a", "top"),
    row("b", "a"),
    row("c", "top"),
  ]);
  expect(idsOf(lines, "b")).toEqual(["b", "a", "top", SERVICE]);
  expect(idsOf(lines, "c")).toEqual(["c", "top", SERVICE]);
  expect(idsOf(lines, null)).toEqual([SERVICE]);
  expect(idsOf(lines, "unknown")).toEqual([SERVICE]);
  expect(lines.of("b")).toBe(lines.of("b"));
  expect(idsOf(new OrgLines([row("b", "gone")]), "b")).toEqual(["b"]);
});

test("a circle of organizations, which the directory does not take, ends", () => {
  expect(idsOf(new OrgLines([row("a", "b"), row("b", "a")]), "a")).toEqual(["a", "b"]);
});

test.each([
  ["nothing", null, {}],
  ["what cannot be read", '{"orders":', {}],
  ["what is no matrix", '{"orders":{"push":true}}', {}],
  ["a matrix", '{"orders":{"push":{"on":false}}}', { orders: { push: { on: false } } }],
])("of %s the defaults are %j", (_, preferences, defaults) => {
  const [settings] = new OrgLines([row("a", null, preferences)]).of("a");
  expect(settings?.defaults).toEqual(defaults);
});

test("a type that this version does not know obeys the switch of the channel, and is not critical", () => {
  const traitsOf = traitsAmong(builtInTypes);
  expect(traitsOf({ type: "of_tomorrow" })).toEqual({ category: ALL, critical: false });
  expect(traitsOf({ type: "weekly_digest" })).toMatchObject({ category: "digest", critical: false });
});
