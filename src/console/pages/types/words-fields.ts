import type { WordingChannel } from "../../../db/schema/index.ts";
import type { Fields } from "../../fields.ts";

/** A field of some words, in a form. */
export interface WordsField {
  name: string;
  label: string;
  hint: string;
  /** Lines of a text; left out: a single one. */
  rows?: number;
  isOptional?: true;
}

const TITLE = { name: "title", label: "Title", hint: "One line." };
const BODY = { name: "body", label: "Text", hint: "Liquid: {{ data.… }}, {% if … %}.", rows: 6 };

/** The fields of each channel, in the order in which people fill them. */
const WORDS_FIELDS = {
  push: [TITLE, BODY],
  in_app: [
    TITLE,
    BODY,
    { name: "action_url", label: "Where it leads", hint: "An address. May be empty.", isOptional: true },
  ],
  email: [
    { name: "subject", label: "Subject", hint: "One line." },
    {
      name: "preheader",
      label: "Preheader",
      hint: "What clients show after the subject. May be empty.",
      isOptional: true,
    },
    {
      name: "body",
      label: "Text",
      hint: "Markdown and Liquid: {{ data.… }}, {% if … %}. A first line with # is the title; [Open]({{ data.url }}){button} is a button.",
      rows: 18,
    },
  ],
  chat: [
    TITLE,
    { name: "body", label: "Text", hint: "Markdown and Liquid: {{ data.… }}, {% if … %}.", rows: 8 },
    { name: "action_label", label: "Link", hint: "The text of the link. May be empty.", isOptional: true },
    { name: "action_url", label: "Where it leads", hint: "An address. May be empty.", isOptional: true },
  ],
  sms: [{ name: "text", label: "Text", hint: "Liquid.", rows: 4 }],
} as const satisfies Record<WordingChannel, readonly WordsField[]>;

/** The fields of a channel. */
export const wordsFieldsOf = (channel: WordingChannel): readonly WordsField[] => WORDS_FIELDS[channel];

/** What was typed, as the API gets it: an optional field without a text is left out. */
export const wordsTyped = (channel: WordingChannel, typed: Fields): Record<string, string> =>
  Object.fromEntries(
    wordsFieldsOf(channel).flatMap(({ name, isOptional }) => {
      const text = typed(name);
      return isOptional === true && text.trim() === "" ? [] : [[name, text] as const];
    }),
  );

/** Whether nothing was typed: then the words are inherited. */
export const isBlank = (channel: WordingChannel, typed: Fields): boolean =>
  wordsFieldsOf(channel).every(({ name }) => typed(name).trim() === "");
