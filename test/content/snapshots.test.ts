import { describe, expect, test } from "vitest";
import { EMAIL_TYPES, type EmailRecipient, renderEmail, sampleContent } from "../../src/content/index.ts";

const NOW = Date.UTC(2026, 2, 20, 8);
const LINKS = {
  unsubscribe: "https://tidings.test/unsubscribe/token",
  preferences: "https://app.test/preferences",
  home: "https://app.test",
};
const ENGLISH: EmailRecipient = { name: "Ada Lovelace", locale: "en", timezone: "UTC" };
const ARABIC: EmailRecipient = { name: "فاطمة الفهرية", locale: "ar-EG", timezone: "Africa/Cairo" };

describe("each template renders as it did", () => {
  test.each(EMAIL_TYPES)("%s", async (type) => {
    const mail = renderEmail(sampleContent(type, NOW), ENGLISH, LINKS, NOW);
    await expect(mail.html).toMatchFileSnapshot(`__snapshots__/${type}.html.snap`);
    await expect(`Subject: ${mail.subject}\n\n${mail.text}`).toMatchFileSnapshot(`__snapshots__/${type}.txt`);
  });

  test.each(["stats_summary", "weekly_digest"] as const)("%s, from right to left", async (type) => {
    const mail = renderEmail(sampleContent(type, NOW), ARABIC, LINKS, NOW);
    await expect(mail.html).toMatchFileSnapshot(`__snapshots__/${type}.ar.html.snap`);
    await expect(`Subject: ${mail.subject}\n\n${mail.text}`).toMatchFileSnapshot(
      `__snapshots__/${type}.ar.txt`,
    );
  });

  test("every type has a sample of its own type", () => {
    for (const type of EMAIL_TYPES) expect(sampleContent(type, NOW).type).toBe(type);
    expect(EMAIL_TYPES).toHaveLength(11);
  });
});
