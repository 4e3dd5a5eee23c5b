import { z } from "@hono/zod-openapi";
import { type Match, type MatchFacts, matches as collection } from "../../../directory/matches.ts";
import { directoryId, printedTime } from "../../../http/schemas.ts";
import { iso } from "../../../lib/clock.ts";
import { entityId } from "../schemas.ts";
import type { WireCollection } from "../wire.ts";

const fields = {
  user_id: directoryId.openapi({ description: "Whom the grant fits." }),
  grant_id: directoryId.openapi({ description: "The grant. It may come later." }),
  score: z.int().min(0).max(100).openapi({ description: "How well it fits." }),
};

const facts = { user_id: "usr_4bc8d2", grant_id: "grant_b1c2d3", score: 87 };
const example = { id: "match_d4e5f6", ...facts };

export const matches: WireCollection<MatchFacts, Match> = {
  collection,
  body: z.strictObject(fields).openapi("MatchFacts", { example: facts }),
  item: z.strictObject({ id: entityId, ...fields }).openapi("MatchItem", { example }),
  printed: z
    .object({
      id: z.string(),
      user_id: z.string(),
      grant_id: z.string(),
      score: z.int(),
      created_at: printedTime,
    })
    .openapi("Match", { example: { ...example, created_at: "2026-03-26T08:00:00.000Z" } }),
  print: ({ created_at, ...facts }) => ({ ...facts, created_at: iso(created_at) }),
  about:
    "Matches say which grants fit a user. A match that reaches the user's `match_threshold` is sent once, as `new_match`, at the user's `notification_frequency`, unless `notify=false`. If its grant or user is not known yet, it waits for them for up to seven days. A grant that has closed when the message is sent is left out.",
  deletion: "It is left out of messages that are sent later.",
  exampleId: example.id,
};
