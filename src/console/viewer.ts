import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import type { AppEnv } from "../http/app-env.ts";
import { resolveTimezone } from "../content/locale.ts";
import { cached } from "../lib/cached.ts";
import { atLocal } from "../schedules/local-time.ts";

/** How a person wants to see the console: cookies that the page's script sets. */
export interface Viewer {
  /** IANA name. UTC until the browser has said its own. */
  zone: string;
  /** Null: as the system is set. */
  theme: "light" | "dark" | null;
}

export function viewerOf(c: Context<AppEnv>): Viewer {
  const theme = getCookie(c, "tidings-theme");
  return {
    zone: resolveTimezone(getCookie(c, "tidings-zone") ?? null),
    theme: theme === "light" || theme === "dark" ? theme : null,
  };
}

const formatIn = cached(
  32,
  (timeZone: string) =>
    new Intl.DateTimeFormat("en-GB", {
      timeZone,
      year: "numeric",
      month: "short",
      day: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    }),
);

/** A time as the console prints it: 26 Mar 2026, 09:00:00. @param at epoch ms */
export const clockTime = (at: number, { zone }: Pick<Viewer, "zone">): string => formatIn(zone).format(at);

const TYPED = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::\d\d)?$/;

/** The time (epoch ms) that a field of the kind `datetime-local` holds, on the viewer's clock; null when it is none. */
export function typedTime(text: string, { zone }: Pick<Viewer, "zone">): number | null {
  const parts = TYPED.exec(text);
  if (parts === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = parts.slice(1).map(Number);
  try {
    return atLocal(zone, { year, month, day, hour, minute });
  } catch {
    return null;
  }
}

const typedIn = cached(
  32,
  // Swedish writes dates as ISO 8601 does.
  (timeZone: string) =>
    new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" }),
);

/** What a field of the kind `datetime-local` holds for a time (epoch ms): the minute on the viewer's clock. */
export const typedAs = (at: number, { zone }: Pick<Viewer, "zone">): string =>
  typedIn(zone).format(at).replace(" ", "T");

const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
] as const;

const relative = new Intl.RelativeTimeFormat("en", { numeric: "always" });

/** "5 minutes ago", "in 2 hours". Both epoch ms. */
export function ago(at: number, now: number): string {
  const [unit, size] = UNITS.find(([, size]) => Math.abs(at - now) >= size) ?? ["second", 1_000];
  // Minus zero is ago, too.
  return relative.format(Math.trunc((at - now) / size) || -0, unit);
}
