import { safeUrl } from "../lib/web-url.ts";
import { type MailDocument, paragraph } from "./blocks.ts";
import { type Brand, TIDINGS } from "./brand.ts";
import { cleanLine, cut, isolate, oneLine, toSubject } from "./clean.ts";
import { formatterFor, localeOfText } from "./format.ts";
import { directionOf, formatLocale, resolveLocale } from "./locale.ts";
import { renderHtml } from "./render-html.ts";
import { renderText } from "./render-text.ts";
import { BRAND } from "./theme.ts";
import type { Said } from "./type.ts";
import { sharedWording, wordingFor, wordsIn } from "./wording/index.ts";

const PREHEADER_MAX = 140;
const NAME_MAX = 60;

/** The reader. An unknown locale counts as "en", an unknown zone as UTC. */
export interface EmailRecipient {
  name: string | null;
  /** BCP 47. */
  locale: string | null;
  /** IANA. */
  timezone: string | null;
}

/** Links in header and footer. Only http(s) is kept. */
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

/** The name for the greeting. Null for a name that mail clients would turn into a link, such as "https://win.example". */
function greetingName(name: string | null): string | null {
  const clean = cleanLine(name ?? "");
  return clean === "" || /:\/\/|www\./iu.test(clean) ? null : cut(clean, NAME_MAX);
}

/**
 * Renders one e-mail: a pure function of its input. `now` is epoch ms.
 * Throws a ZodError when the content does not fit its type. Parse a stored payload with the type's `parse` first.
 */
export function renderEmail(
  { type, content, ownWords }: Said,
  recipient: EmailRecipient,
  links: EmailLinks,
  now: number,
  brand: Brand = TIDINGS,
): RenderedEmail {
  const locale = resolveLocale(recipient.locale);
  // What is around a customer's words is in their language, too, where there are texts in it.
  const say = ownWords === undefined ? wordingFor(locale, type.words) : sharedWording(ownWords.locale);
  const textDirection = directionOf(ownWords?.locale ?? say.language);
  const format = formatterFor(localeOfText(locale, say.language), recipient.timezone, textDirection);
  const inline = (value: string) => isolate(value, textDirection);
  const name = greetingName(recipient.name);
  const greeting = paragraph(say.greeting(name === null ? null : inline(name)));
  const { name: typeName } = wordsIn(type.words, say.language);
  const message =
    ownWords?.message(recipient) ??
    type.message(content, { say, format, locale: formatLocale(locale), now, greeting, inline });

  const unsubscribe = safeUrl(links.unsubscribe);
  const preferences = safeUrl(links.preferences);
  const mail: MailDocument = {
    ...message,
    subject: toSubject(message.subject) || brand.name,
    preheader: oneLine(message.preheader, PREHEADER_MAX),
    language: ownWords?.locale ?? say.language,
    colon: say.colon,
    textDirection,
    direction: ownWords === undefined ? directionOf(locale) : textDirection,
    brand: { ...brand, url: safeUrl(links.home) },
    footer: {
      reason:
        unsubscribe === null
          ? say.footer.service.replaceAll(BRAND, () => brand.name)
          : say.footer.subscribed(typeName),
      links: [
        ...(unsubscribe === null ? [] : [{ label: say.footer.unsubscribe(typeName), url: unsubscribe }]),
        ...(preferences === null ? [] : [{ label: say.footer.preferences, url: preferences }]),
      ],
    },
  };
  return { subject: mail.subject, html: renderHtml(mail), text: renderText(mail) };
}
