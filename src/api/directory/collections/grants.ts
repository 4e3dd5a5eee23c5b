import { z } from "@hono/zod-openapi";
import { type Grant, type GrantFacts, grants as collection } from "../../../directory/grants.ts";
import { instant, printedTime, webUrl } from "../../../http/schemas.ts";
import { plainText } from "../../../lib/text.ts";
import { isoOrNull } from "../../../lib/clock.ts";
import { entityId } from "../schemas.ts";
import type { WireCollection } from "../wire.ts";

const fields = {
  title: plainText(200),
  url: webUrl.nullable().default(null).openapi({ description: "Where to read more: what messages link to." }),
  deadline: instant
    .nullable()
    .default(null)
    .openapi({
      type: ["string", "null"],
      format: "date-time",
      description: "Until when one can apply. A new deadline is a new reason for reminders.",
    }),
};

const facts = {
  title: "Clean Energy Innovation Fund",
  url: "https://grants.example.com/clean-energy",
  deadline: "2026-09-30T15:00:00.000Z",
};
const example = { id: "grant_b1c2d3", ...facts };

export const grants: WireCollection<GrantFacts, Grant> = {
  collection,
  body: z.strictObject(fields).openapi("GrantFacts", { example: facts }),
  item: z.strictObject({ id: entityId, ...fields }).openapi("GrantItem", { example }),
  printed: z
    .object({
      id: z.string(),
      title: z.string(),
      url: z.string().nullable(),
      deadline: printedTime.nullable(),
    })
    .openapi("Grant", { example }),
  print: ({ id, title, url, deadline }) => ({ id, title, url, deadline: isoOrNull(deadline) }),
  about:
    "Users match grants and apply for them, and are reminded of their deadlines. If a match arrives before its grant, the user is notified when the grant arrives.",
  deletion: "Nobody hears of it any more. Its matches and applications stay.",
  exampleId: example.id,
};
