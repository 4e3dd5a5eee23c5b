import { SITE } from "../../content/sample.ts";
import { defineType } from "../../content/type.ts";
import { DAY } from "../../lib/clock.ts";
import { REMINDER_KEYS } from "./dedupe-key.ts";
import { email } from "./email.ts";
import { lateBound } from "./late-bound.ts";
import { certificationReminderPayload } from "./payload.ts";
import { words } from "./words.ts";

/** A user's certificates that expire soon or have expired. */
export const certificationReminder = defineType({
  id: "certification_reminder",
  category: "certifications",
  channels: ["email"],
  fallback: null,
  critical: false,
  transactional: null,
  preference: null,
  dedupe: REMINDER_KEYS,
  goodForMs: null,
  supersedes: true,
  ownBudget: false,
  chargedOnRequest: false,
  linkCode: 1,
  payload: certificationReminderPayload,
  words,
  email,
  sample: (now) => ({
    certifications: [
      { name: "Peer Support, Level 2", expires_at: now + 30 * DAY },
      { name: "First Aid", expires_at: now + 7 * DAY },
      { name: "Safeguarding", expires_at: now - 3 * DAY },
    ],
    url: `${SITE}/certifications`,
  }),
  lateBound,
});
