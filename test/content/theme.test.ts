import { expect, test } from "vitest";
import { THEME } from "../../src/content/theme.ts";

/** Relative luminance and contrast as WCAG 2.2 defines them. */
function luminance(colour: string): number {
  const channel = (at: number) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}
function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

test.each(["light", "dark"] as const)("%s text keeps 4.5:1 against what is behind it", (scheme) => {
  const grounds = [THEME.page[scheme].background, THEME.card[scheme].background];
  for (const ground of grounds)
    for (const role of ["text", "muted", "link"] as const)
      expect(contrast(THEME[role][scheme].color, ground), role).toBeGreaterThanOrEqual(4.5);
  for (const role of ["button", "danger", "warning", "calm", "page"] as const)
    expect(contrast(THEME[role][scheme].color, THEME[role][scheme].background), role).toBeGreaterThanOrEqual(
      4.5,
    );
});

test.each(["light", "dark"] as const)("a %s chart's bar keeps 3:1 against the card", (scheme) => {
  expect(contrast(THEME.bar[scheme].background, THEME.card[scheme].background)).toBeGreaterThanOrEqual(3);
});
