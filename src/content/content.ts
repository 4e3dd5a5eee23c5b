import { z } from "zod";
import { safeUrl } from "../lib/web-url.ts";
import { cleanLine, cleanText, cut } from "./clean.ts";

// Strings are made harmless where they come in, and only there: everything behind these schemas may print them.
// Their lengths are bounded, too, so that no mail grows beyond what Gmail shows (102 KB).
const line = z.string().overwrite((value) => cut(cleanLine(value), 200));
const text = z.string().overwrite((value) => cut(cleanText(value), 5_000));
/** Only http(s) gets through; anything else is dropped, and the mail goes without the link. */
const link = z
  .string()
  .nullish()
  .overwrite((url) => safeUrl(url));
/** Epoch ms, in the years 1970 to 9999. */
const time = z.int().min(0).max(253_402_300_799_999);

/** `score` is 0–100. */
const match = z.object({ title: line, score: z.number(), deadline: time.nullish(), url: link });
const deadline = z.object({
  title: line,
  deadline: time,
  url: link,
  /** Why the recipient hears of this grant. */
  reason: z.enum(["matched", "applied"]).nullish(),
});
const totals = z.object({
  total_activities: z.number(),
  completed_activities: z.number(),
  hours_logged: z.number(),
});
/** How many there are in all, where the list holds only the first. */
const total = z.int().min(0).nullish();
const pause = { mentor_name: line, effective_date: time.nullish(), reason: text.nullish(), url: link };

/** What each type of e-mail tells, as it lies in a dispatch's `payload`: plain JSON, times as epoch ms. */
export const EMAIL_CONTENT = {
  certification_reminder: z.object({
    type: z.literal("certification_reminder"),
    certifications: z.array(z.object({ name: line, expires_at: time })).min(1),
    total,
    url: link,
  }),
  welcome: z.object({ type: z.literal("welcome"), org_name: line.nullish(), url: link }),
  new_match: z.object({ type: z.literal("new_match"), matches: z.array(match).min(1), total, url: link }),
  deadline_reminder: z.object({
    type: z.literal("deadline_reminder"),
    deadlines: z.array(deadline).min(1),
    total,
    url: link,
  }),
  weekly_digest: z.object({
    type: z.literal("weekly_digest"),
    matches: z.array(match),
    matches_total: total,
    deadlines: z.array(deadline),
    deadlines_total: total,
    url: link,
  }),
  application_status: z.object({
    type: z.literal("application_status"),
    grant_title: line,
    /** The application's own word for it, such as `under_review`. */
    status: line,
    previous_status: line.nullish(),
    note: text.nullish(),
    url: link,
  }),
  test: z.object({ type: z.literal("test") }),
  pause_activated: z.object({ type: z.literal("pause_activated"), ...pause }),
  pause_deactivated: z.object({ type: z.literal("pause_deactivated"), ...pause }),
  stats_summary: z.object({
    type: z.literal("stats_summary"),
    time_window: z.enum(["weekly", "monthly", "quarterly", "yearly"]),
    /** The window that closed: its first instant, and the first after it. */
    from: time,
    to: time,
    totals,
    /** The window before. */
    previous: totals.nullish(),
    /** Parts of the window (days, weeks, months) for the chart; without them it compares the two windows. */
    series: z
      .array(z.object({ from: time, to: time, hours_logged: z.number() }))
      .max(31)
      .nullish(),
    url: link,
  }),
  /** An API push that reached no device and goes on as e-mail: the subject is its title, the text its body. */
  push: z.object({ type: z.literal("push"), title: line, body: text, url: link }),
};

export type EmailType = keyof typeof EMAIL_CONTENT;
export type ContentOf<T extends EmailType> = z.output<(typeof EMAIL_CONTENT)[T]>;
/** One e-mail's content, told apart by `type`. */
export type EmailContent = { [T in EmailType]: ContentOf<T> }[EmailType];

const isEmailType = (type: string): type is EmailType => Object.hasOwn(EMAIL_CONTENT, type);
/** Every type that can be sent as e-mail. */
export const EMAIL_TYPES: readonly EmailType[] = Object.keys(EMAIL_CONTENT).filter(isEmailType);

/** The content of a dispatch from its `type` and its parsed `payload`; null when they do not make an e-mail. */
export function parseEmailContent(type: string, payload: unknown): EmailContent | null {
  if (!isEmailType(type) || typeof payload !== "object" || payload === null) return null;
  const parsed = EMAIL_CONTENT[type].safeParse({ ...payload, type });
  return parsed.success ? parsed.data : null;
}
