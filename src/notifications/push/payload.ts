import { z } from "zod";
import { line, link, text } from "../../content/fields.ts";

/** The subject of the e-mail is the push's title, its text the push's body. */
export const pushPayload = z.object({ title: line, body: text, url: link });
export type PushedText = z.output<typeof pushPayload>;
