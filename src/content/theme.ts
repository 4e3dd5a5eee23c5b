import { cached } from "../lib/cached.ts";
import { contrast, lighter } from "./contrast.ts";

/** The product's name in messages. */
export const BRAND = "Tidings";

interface Paint {
  color?: string;
  background?: string;
  border?: string;
}

/**
 * The colours of a mail, by role. Light ones are inlined; dark ones go into a media query, for clients that support it.
 * Text has a contrast of at least 4.5:1 (WCAG 2.2, 1.4.3); a test checks that.
 */
export const THEME = {
  page: {
    light: { color: "#1f2933", background: "#f1f4f7" },
    dark: { color: "#e6e9ed", background: "#14171a" },
  },
  card: {
    light: { background: "#ffffff", border: "#dfe4ea" },
    dark: { background: "#1d2125", border: "#343b42" },
  },
  text: { light: { color: "#1f2933" }, dark: { color: "#e6e9ed" } },
  muted: { light: { color: "#52606d" }, dark: { color: "#aeb8c2" } },
  link: { light: { color: "#0b5cad" }, dark: { color: "#8fc1f5" } },
  line: { light: { border: "#dfe4ea" }, dark: { border: "#343b42" } },
  button: {
    light: { color: "#ffffff", background: "#0b5cad" },
    dark: { color: "#ffffff", background: "#1f6dc0" },
  },
  danger: {
    light: { color: "#9b1c1c", background: "#fde8e8" },
    dark: { color: "#ffc2c2", background: "#551f1f" },
  },
  warning: {
    light: { color: "#744700", background: "#fdf1d3" },
    dark: { color: "#f7dc94", background: "#4a390f" },
  },
  calm: {
    light: { color: "#0b4a8f", background: "#e5f0fb" },
    dark: { color: "#b4d4f7", background: "#1a3753" },
  },
  bar: { light: { background: "#0b5cad" }, dark: { background: "#5c9fe3" } },
  faint: { light: { background: "#9db4cc" }, dark: { background: "#5d6b79" } },
} as const satisfies Record<string, { light: Paint; dark: Paint }>;

export type Role = keyof typeof THEME;
export type Theme = Readonly<Record<Role, { readonly light: Paint; readonly dark: Paint }>>;

/** The least contrast of text (WCAG 2.2, 1.4.3, level AA). */
export const MIN_CONTRAST = 4.5;
const WHITE = "#ffffff";

/** The least contrast of a colour as a link or a button, on light ground. */
export const contrastOf = (colour: string): number =>
  Math.min(...[WHITE, THEME.page.light.background].map((ground) => contrast(colour, ground)));

/** The same colour for text on dark ground: as much lighter as it must be. */
export function forDarkGround(colour: string): string {
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = lighter(colour, share);
    if (contrast(mixed, THEME.card.dark.background) >= MIN_CONTRAST) return mixed;
  }
  return WHITE;
}

/** The theme with a brand's colour for links, buttons and bars; null: ours. */
export const themeOf = cached(64, (colour: string | null): Theme => {
  if (colour === null) return THEME;
  const dark = forDarkGround(colour);
  return {
    ...THEME,
    link: { light: { color: colour }, dark: { color: dark } },
    // White text keeps its contrast on the colour itself, whatever is around the button.
    button: { light: { color: WHITE, background: colour }, dark: { color: WHITE, background: colour } },
    bar: { light: { background: colour }, dark: { background: dark } },
  };
});

function css(paint: Paint, suffix = ""): string {
  const rules: string[] = [];
  if (paint.color !== undefined) rules.push(`color:${paint.color}${suffix}`);
  if (paint.background !== undefined) rules.push(`background-color:${paint.background}${suffix}`);
  if (paint.border !== undefined) rules.push(`border-color:${paint.border}${suffix}`);
  return rules.join(";");
}

/** The light colours of a role, as an inline style. */
export const inlineColours = (theme: Theme, role: Role): string => css(theme[role].light);

/** The dark colours, for the media query and for the attributes that Outlook's apps set instead (`data-ogsc`, `data-ogsb`). */
export function darkCss(theme: Theme): string {
  const roles = Object.entries(theme);
  const media = roles.map(([role, { dark }]) => `.t-${role}{${css(dark, "!important")}}`);
  const outlook = roles.map(
    ([role, { dark }]) => `[data-ogsc] .t-${role},[data-ogsb] .t-${role}{${css(dark, "!important")}}`,
  );
  return `@media (prefers-color-scheme:dark){${media.join("")}}${outlook.join("")}`;
}
