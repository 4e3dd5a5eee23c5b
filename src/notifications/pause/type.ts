import { midnight, SITE } from "../../content/sample.ts";
import { defineType } from "../../content/type.ts";
import { PAUSE_KEYS } from "./dedupe-key.ts";
import { email } from "./email.ts";
import { lateBound } from "./late-bound.ts";
import { pausePayload } from "./payload.ts";
import { activated, deactivated } from "./words.ts";

/** What both types have in common: they go to a mentor's coordinator, by push (or else e-mail) and in the app. */
const both = {
  category: "mentors",
  channels: ["push", "in_app"],
  fallback: "email",
  critical: false,
  transactional: null,
  preference: null,
  dedupe: PAUSE_KEYS,
  goodForMs: null,
  supersedes: false,
  ownBudget: false,
  chargedOnRequest: false,
  payload: pausePayload,
  email,
  lateBound,
} as const;

export const pauseActivated = defineType({
  ...both,
  id: "pause_activated",
  linkCode: 8,
  words: activated,
  sample: (now) => ({
    mentor_name: "Kari Nordmann",
    effective_date: midnight(now, 1),
    reason: "Personal leave",
    url: `${SITE}/mentors/kari`,
  }),
});

export const pauseDeactivated = defineType({
  ...both,
  id: "pause_deactivated",
  linkCode: 9,
  words: deactivated,
  sample: (now) => ({
    mentor_name: "Lars Eriksen",
    effective_date: midnight(now, 1),
    reason: null,
    url: `${SITE}/mentors/lars`,
  }),
});
