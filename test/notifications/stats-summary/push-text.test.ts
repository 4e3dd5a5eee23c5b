import { expect, test } from "vitest";
import { pushTextOf } from "../../../src/notifications/stats-summary/push-text.ts";
import { statsSummary } from "../../../src/notifications/stats-summary/type.ts";
import { statsSummaryPayload } from "../../../src/notifications/stats-summary/payload.ts";

test.each([
  ["ar-EG", "12 activities"],
  ["hi-u-nu-deva", "12 activities"],
  ["en", "12 activities"],
])("a push to %s has the numbers of the language that it is written in", (locale, text) => {
  const content = statsSummaryPayload.parse(statsSummary.sample(Date.UTC(2026, 2, 26)));
  const { body } = pushTextOf(content, { locale, timezone: null });
  expect(body.replaceAll(/\p{Cf}/gu, "")).toContain(text);
});
