import { SITE } from "../../content/sample.ts";
import { defineType } from "../../content/type.ts";
import { sampleDeadlines } from "../grants/items.ts";
import { DEADLINE_KEYS } from "./dedupe-key.ts";
import { email } from "./email.ts";
import { lateBound } from "./late-bound.ts";
import { deadlineReminderPayload } from "./payload.ts";
import { words } from "./words.ts";

/** Deadlines of grants that a user matched or applied to, on the days before that the user has chosen. */
export const deadlineReminder = defineType({
  id: "deadline_reminder",
  category: "deadlines",
  channels: ["email"],
  fallback: null,
  critical: false,
  transactional: null,
  preference: "deadline_notifications",
  dedupe: DEADLINE_KEYS,
  goodForMs: null,
  supersedes: true,
  ownBudget: false,
  chargedOnRequest: false,
  linkCode: 4,
  payload: deadlineReminderPayload,
  words,
  email,
  sample: (now) => ({ deadlines: sampleDeadlines(now), url: `${SITE}/deadlines` }),
  lateBound,
});
