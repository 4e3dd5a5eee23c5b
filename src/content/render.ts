import type { z } from "zod";
import { safeUrl } from "../lib/web-url.ts";
import { type MailDocument, type Message, type TemplateContext, paragraph } from "./blocks.ts";
import { cleanLine, cut, isolate, oneLine, toSubject } from "./clean.ts";
import { EMAIL_CONTENT, type EmailContent, type EmailType } from "./content.ts";
import { formatterFor, localeOfText } from "./format.ts";
import { directionOf, formatLocale, resolveLocale } from "./locale.ts";
import { applicationStatus, push, test, welcome } from "../notifications/account-email.ts";
import { certificationReminder } from "../notifications/certification-reminder/email.ts";
import { deadlineReminder, newMatch, weeklyDigest } from "../notifications/grants/email.ts";
import { pause } from "../notifications/pause/email.ts";
import { statsSummary } from "../notifications/stats-summary/email.ts";
import { renderHtml } from "./render-html.ts";
import { renderText } from "./render-text.ts";
import { BRAND } from "./theme.ts";
import { wordingFor } from "./wording/index.ts";

const PREHEADER_MAX = 140;
const NAME_MAX = 60;

type Build = (input: EmailContent, context: TemplateContext) => Message;

/** Puts the schema, which makes strings harmless, in front of the template. */
const checked =
  <C>(schema: z.ZodType<C>, template: (content: C, context: TemplateContext) => Message): Build =>
  (input, context) =>
    template(schema.parse(input), context);

const TEMPLATES = {
  certification_reminder: checked(EMAIL_CONTENT.certification_reminder, certificationReminder),
  welcome: checked(EMAIL_CONTENT.welcome, welcome),
  new_match: checked(EMAIL_CONTENT.new_match, newMatch),
  deadline_reminder: checked(EMAIL_CONTENT.deadline_reminder, deadlineReminder),
  weekly_digest: checked(EMAIL_CONTENT.weekly_digest, weeklyDigest),
  application_status: checked(EMAIL_CONTENT.application_status, applicationStatus),
  test: checked(EMAIL_CONTENT.test, test),
  pause_activated: checked(EMAIL_CONTENT.pause_activated, pause),
  pause_deactivated: checked(EMAIL_CONTENT.pause_deactivated, pause),
  stats_summary: checked(EMAIL_CONTENT.stats_summary, statsSummary),
  push: checked(EMAIL_CONTENT.push, push),
} satisfies Record<EmailType, Build>;

/** Who reads it. An unknown locale is read as "en", an unknown zone as UTC. */
export interface EmailRecipient {
  name: string | null;
  /** BCP 47. */
  locale: string | null;
  /** IANA. */
  timezone: string | null;
}

/** Links of the frame. Anything but http(s) is dropped. */
export interface EmailLinks {
  /** The page that unsubscribes from this type; null on transactional mail. */
  unsubscribe: string | null;
  preferences?: string | null;
  home: string;
}

/** One e-mail, ready to be sent: the subject has no control characters and at most 200 UTF-16 units. */
export interface RenderedEmail {
  subject: string;
  html: string;
  text: string;
}

/** A name that is fit for a greeting: "https://win.example" would become a link in our good name. */
function greetingName(name: string | null): string | null {
  const clean = cleanLine(name ?? "");
  return clean === "" || /:\/\/|www\./iu.test(clean) ? null : cut(clean, NAME_MAX);
}

/**
 * Renders one e-mail: a pure function of its input. `now` is epoch ms.
 * Throws a ZodError when `input` is not what its type says; payloads from a column go through `parseEmailContent` first.
 */
export function renderEmail(
  input: EmailContent,
  recipient: EmailRecipient,
  links: EmailLinks,
  now: number,
): RenderedEmail {
  const locale = resolveLocale(recipient.locale);
  const say = wordingFor(locale);
  const textDirection = directionOf(say.language);
  const format = formatterFor(localeOfText(locale, say.language), recipient.timezone, textDirection);
  const inline = (value: string) => isolate(value, textDirection);
  const name = greetingName(recipient.name);
  const greeting = paragraph(say.greeting(name === null ? null : inline(name)));
  const message = TEMPLATES[input.type](input, {
    say,
    format,
    locale: formatLocale(locale),
    now,
    greeting,
    inline,
  });

  const unsubscribe = safeUrl(links.unsubscribe);
  const preferences = safeUrl(links.preferences);
  const mail: MailDocument = {
    ...message,
    subject: toSubject(message.subject) || BRAND,
    preheader: oneLine(message.preheader, PREHEADER_MAX),
    language: say.language,
    textDirection,
    direction: directionOf(locale),
    brand: { name: BRAND, url: safeUrl(links.home) },
    footer: {
      reason: unsubscribe === null ? say.footer.service : say.footer.subscribed(say.types[input.type]),
      links: [
        ...(unsubscribe === null
          ? []
          : [{ label: say.footer.unsubscribe(say.types[input.type]), url: unsubscribe }]),
        ...(preferences === null ? [] : [{ label: say.footer.preferences, url: preferences }]),
      ],
    },
  };
  return { subject: mail.subject, html: renderHtml(mail), text: renderText(mail) };
}
