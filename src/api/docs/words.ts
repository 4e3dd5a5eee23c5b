import { z } from "@hono/zod-openapi";
import examples from "./words/examples.jsonc";
import properties from "./words/properties.jsonc";
import places from "./words/places.jsonc";
import tags from "./words/tags.jsonc";

const texts = z.record(z.string(), z.string());

/** The words and examples of the document: they would make the first request of each endpoint slower if they stood in its schemas. */
export const readWords = () => ({
  /** What a tag is about. */
  tags: texts.parse(JSON.parse(tags)),
  /** What a property or a parameter of this name means, wherever it stands. */
  properties: texts.parse(JSON.parse(properties)),
  /** What it means at one place: `PushSent.failed_count`, or `listPushes.user_id` for a parameter. */
  places: texts.parse(JSON.parse(places)),
  /** An example of a schema by its name, or of an operation's body, such as `putUsers.body`. */
  examples: z.record(z.string(), z.unknown()).parse(JSON.parse(examples)),
});

export type Words = ReturnType<typeof readWords>;
