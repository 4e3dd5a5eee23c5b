import { SITE } from "../../content/sample.ts";
import { defineType } from "../../content/type.ts";
import { sampleMatches } from "../grants/items.ts";
import { MATCH_KEYS } from "./dedupe-key.ts";
import { email } from "./email.ts";
import { lateBound } from "./late-bound.ts";
import { newMatchPayload } from "./payload.ts";
import { words } from "./words.ts";

/** Grants that were found for a user: at once, or collected for a day or a week. */
export const newMatch = defineType({
  id: "new_match",
  category: "matches",
  channels: ["email"],
  fallback: null,
  critical: false,
  transactional: null,
  preference: "new_match_notifications",
  dedupe: MATCH_KEYS,
  goodForMs: null,
  supersedes: false,
  ownBudget: false,
  chargedOnRequest: false,
  linkCode: 3,
  payload: newMatchPayload,
  words,
  email,
  sample: (now) => ({ matches: sampleMatches(now), url: `${SITE}/matches` }),
  lateBound,
});
