import type { Block, Message } from "../content/blocks.ts";
import { SUBJECT_MAX, cut, isolate, oneLine, stripIsolates } from "../content/clean.ts";
import { directionOf, languageOf, resolveLocale } from "../content/locale.ts";
import type { WordingChannel } from "../db/schema/index.ts";
import { safeUrl } from "../lib/web-url.ts";
import { type Escape, Rendering, liquid } from "./engine.ts";
import { blocksOf } from "./markdown.ts";
import { WordingError } from "./fault.ts";
import { type ParsedWording, faultOf } from "./parse.ts";
import { shield, unshieldUrl } from "./shield.ts";
import type { Variables, WordingReader } from "./variables.ts";

const TITLE_MAX = 200;
const TEXT_MAX = 4_000;
/** Ten parts of a long SMS, in GSM-7. */
const SMS_MAX = 1_530;
/** So that no mail grows beyond what Gmail shows (102 KB of HTML). */
const BODY_MAX = 40_000;
const PREHEADER_MAX = 140;
/** Of what leads somewhere: Slack cuts the text of a link there. */
const LABEL_MAX = 75;

/** What each channel gets. */
export interface RenderedWording {
  push: { title: string; body: string };
  in_app: { title: string; body: string; actionUrl: string | null };
  email: Message;
  sms: { text: string };
  chat: { title: string; blocks: readonly Block[]; action: { label: string; url: string } | null };
}

/** Renders one field; `""` for one that the words do not have. */
type Print = (field: string, place?: "text" | "markdown" | "url") => string;

/**
 * Renders words for one reader: a pure function. Numbers and dates are in the reader's region, if the reader has the words'
 * language. A text may come out empty: the channel decides what is shown then.
 * @throws WordingError for what is only known with these variables: too much work, an unknown date style
 */
export function renderWording<C extends WordingChannel>(
  parsed: ParsedWording<C>,
  variables: Variables,
  reader: WordingReader,
): RenderedWording[C] {
  const own = resolveLocale(reader.locale);
  const locale = languageOf(own) === languageOf(parsed.locale) ? own : parsed.locale;
  const direction = directionOf(parsed.locale);
  const isolated = (value: string) => (value === "" ? value : isolate(value, direction));
  const escapes = {
    text: isolated,
    markdown: (value) => isolated(shield(value)),
    url: shield,
  } satisfies Record<string, Escape>;
  return RENDERERS[parsed.channel]((field, place = "text") => {
    const templates = parsed.templates.get(field);
    if (templates === undefined) return "";
    const rendering = new Rendering(variables, { ...reader, locale }, escapes[place]);
    try {
      return String(liquid.renderSync([...templates], rendering));
    } catch (error) {
      throw new WordingError([faultOf(field, error)]);
    }
  });
}

const RENDERERS: { [C in WordingChannel]: (print: Print) => RenderedWording[C] } = {
  push: (print) => ({ title: oneLine(print("title"), TITLE_MAX), body: textOf(print("body"), TEXT_MAX) }),
  in_app: (print) => ({
    title: oneLine(print("title"), TITLE_MAX),
    body: textOf(print("body"), TEXT_MAX),
    actionUrl: safeUrl(unshieldUrl(print("action_url", "url").trim())),
  }),
  email: (print) => {
    const [first, ...others] = bodyOf(print("body", "markdown"));
    const isTitle = first?.kind === "heading";
    return {
      subject: oneLine(print("subject"), SUBJECT_MAX),
      preheader: oneLine(print("preheader"), PREHEADER_MAX),
      title: isTitle ? first.text : "",
      blocks: isTitle || first === undefined ? others : [first, ...others],
    };
  },
  chat: (print) => {
    const url = safeUrl(unshieldUrl(print("action_url", "url").trim()));
    const label = oneLine(stripIsolates(print("action_label")), LABEL_MAX);
    return {
      title: oneLine(stripIsolates(print("title")), TITLE_MAX),
      blocks: bodyOf(print("body", "markdown")),
      action: url === null ? null : { label: label === "" ? new URL(url).host : label, url },
    };
  },
  sms: (print) => ({ text: textOf(print("text"), SMS_MAX) }),
};

function bodyOf(markdown: string): Block[] {
  try {
    return blocksOf(cut(markdown, BODY_MAX));
  } catch (error) {
    throw new WordingError([faultOf("body", error)]);
  }
}

/** A text of several lines, without more than one empty line together: tags leave them behind. */
const textOf = (text: string, max: number): string =>
  cut(
    text
      .replace(/[ \t]+\n/gu, "\n")
      .replace(/\n{3,}/gu, "\n\n")
      .trim(),
    max,
  );
