import { SITE } from "../../content/sample.ts";
import { defineType } from "../../content/type.ts";
import { DAY } from "../../lib/clock.ts";
import { sampleDeadlines, sampleMatches } from "../grants/items.ts";
import { DIGEST_KEYS } from "./dedupe-key.ts";
import { email } from "./email.ts";
import { lateBound } from "./late-bound.ts";
import { weeklyDigestPayload } from "./payload.ts";
import { words } from "./words.ts";

/** The week's matches and the deadlines ahead. */
export const weeklyDigest = defineType({
  id: "weekly_digest",
  category: "digest",
  channels: ["email"],
  fallback: null,
  critical: false,
  transactional: null,
  preference: "weekly_digest_enabled",
  dedupe: DIGEST_KEYS,
  // Until the next one comes.
  goodForMs: 7 * DAY,
  supersedes: true,
  ownBudget: false,
  chargedOnRequest: false,
  linkCode: 5,
  payload: weeklyDigestPayload,
  words,
  email,
  sample: (now) => ({ matches: sampleMatches(now), deadlines: sampleDeadlines(now), url: `${SITE}/digest` }),
  lateBound,
});
