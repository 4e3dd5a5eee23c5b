import { SITE } from "../../content/sample.ts";
import { defineType } from "../../content/type.ts";
import { WELCOME_KEYS } from "./dedupe-key.ts";
import { email } from "./email.ts";
import { lateBound } from "./late-bound.ts";
import { welcomePayload } from "./payload.ts";
import { words } from "./words.ts";

/** The first message to a new user, once. */
export const welcome = defineType({
  id: "welcome",
  category: "account",
  channels: ["email"],
  fallback: null,
  critical: false,
  transactional: { unverified: {} },
  preference: null,
  dedupe: WELCOME_KEYS,
  goodForMs: null,
  supersedes: false,
  ownBudget: false,
  chargedOnRequest: false,
  linkCode: 2,
  payload: welcomePayload,
  words,
  email,
  sample: () => ({ org_name: "Riverside Community Trust", url: SITE }),
  lateBound,
});
