import { z } from "zod";
import { isObject } from "../lib/objects.ts";
import type { WordingChannel } from "../db/schema/index.ts";

/** A template: at most `max` UTF-16 units. What it renders is limited again. */
const template = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((text) => text.isWellFormed() && !text.includes("\0"), "must be well-formed text");
const line = template(1_000).regex(/^[^\r\n]*$/, "must be one line");

/** The fields of a channel's words. All are Liquid; an e-mail's body is Markdown, too. */
export const WORDING_FIELDS = {
  push: z.strictObject({ title: line, body: template(4_000) }),
  in_app: z.strictObject({ title: line, body: template(4_000), action_url: line.nullish() }),
  email: z.strictObject({ subject: line, preheader: line.nullish(), body: template(20_000) }),
  chat: z.strictObject({
    title: line,
    body: template(8_000),
    action_label: line.nullish(),
    action_url: line.nullish(),
  }),
  sms: z.strictObject({ text: template(2_000) }),
} as const satisfies Record<WordingChannel, z.ZodType>;

export type WordingFields<C extends WordingChannel = WordingChannel> = {
  [K in C]: z.output<(typeof WORDING_FIELDS)[K]>;
}[C];

/** The fields that hold a template, with their names. */
export const templatesIn = (fields: WordingFields): [name: string, source: string][] =>
  isObject(fields)
    ? Object.entries(fields).filter((field): field is [string, string] => typeof field[1] === "string")
    : [];

/** Which words: those of a type on a channel, in a language, of an organization (`""`: the service). */
export interface WordingId {
  type: string;
  channel: WordingChannel;
  org_id: string;
  /** Canonical. */
  locale: string;
}
