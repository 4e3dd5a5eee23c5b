import { SITE } from "../../content/sample.ts";
import { defineType } from "../../content/type.ts";
import { STATUS_KEYS } from "./dedupe-key.ts";
import { email } from "./email.ts";
import { lateBound } from "./late-bound.ts";
import { applicationStatusPayload } from "./payload.ts";
import { words } from "./words.ts";

/** An application's new status. */
export const applicationStatus = defineType({
  id: "application_status",
  category: "applications",
  channels: ["email"],
  fallback: null,
  critical: false,
  transactional: null,
  preference: "application_status_notifications",
  dedupe: STATUS_KEYS,
  goodForMs: null,
  supersedes: false,
  ownBudget: false,
  chargedOnRequest: false,
  linkCode: 6,
  payload: applicationStatusPayload,
  words,
  email,
  sample: () => ({
    grant_title: "Coastal Restoration Grant",
    status: "under_review",
    previous_status: "submitted",
    url: `${SITE}/applications/1`,
  }),
  lateBound,
});
