import { describe, expect, test } from "vitest";
import type { EmailRecipient } from "../../src/content/index.ts";
import { TYPE_IDS } from "../../src/notifications/registry.ts";
import { renderSample } from "../support/content.ts";

const NOW = Date.UTC(2026, 2, 20, 8);
const LINKS = {
  unsubscribe: "https://tidings.test/unsubscribe/token",
  preferences: "https://app.test/preferences",
  home: "https://app.test",
};
const ENGLISH: EmailRecipient = { name: "Ada Lovelace", locale: "en", timezone: "UTC" };
const ARABIC: EmailRecipient = { name: "فاطمة الفهرية", locale: "ar-EG", timezone: "Africa/Cairo" };

describe("each template renders as it did", () => {
  test.each(TYPE_IDS)("%s", async (type) => {
    const mail = renderSample(type, ENGLISH, LINKS, NOW);
    await expect(mail.html).toMatchFileSnapshot(`__snapshots__/${type}.html.snap`);
    await expect(`Subject: ${mail.subject}\n\n${mail.text}`).toMatchFileSnapshot(`__snapshots__/${type}.txt`);
  });

  test.each(["stats_summary", "weekly_digest"] as const)("%s, from right to left", async (type) => {
    const mail = renderSample(type, ARABIC, LINKS, NOW);
    await expect(mail.html).toMatchFileSnapshot(`__snapshots__/${type}.ar.html.snap`);
    await expect(`Subject: ${mail.subject}\n\n${mail.text}`).toMatchFileSnapshot(
      `__snapshots__/${type}.ar.txt`,
    );
  });

  test.each(
    ["nb-NO", "de-DE", "fr-FR", "es-ES"].flatMap((locale) => TYPE_IDS.map((type) => [type, locale] as const)),
  )("%s in %s", async (type, locale) => {
    const { subject, text } = renderSample(type, { ...ENGLISH, locale }, LINKS, NOW);
    await expect(`Subject: ${subject}\n\n${text}`).toMatchFileSnapshot(
      `__snapshots__/${type}.${locale.slice(0, 2)}.txt`,
    );
  });

  test("there is one for every built-in type", () => {
    expect(TYPE_IDS).toHaveLength(11);
  });
});
