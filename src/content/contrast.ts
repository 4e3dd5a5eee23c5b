/** Relative luminance of `#rrggbb` (WCAG 2.2). */
function luminance(colour: string): number {
  const channel = (at: number) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

/** The contrast of two colours, 1 to 21 (WCAG 2.2). */
export function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

/** A colour, mixed with white. @param share of white, 0 to 1 */
export const lighter = (colour: string, share: number): string =>
  `#${[1, 3, 5]
    .map((at) => {
      const value = Number.parseInt(colour.slice(at, at + 2), 16);
      return Math.round(value + (255 - value) * share)
        .toString(16)
        .padStart(2, "0");
    })
    .join("")}`;
