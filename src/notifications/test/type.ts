import { z } from "zod";
import { defineType } from "../../content/type.ts";
import { MINUTE } from "../../lib/clock.ts";
import { email } from "./email.ts";
import { words } from "./words.ts";

/** The payload of a test that shows another type's sample. */
const shown = z.object({ sample: z.string() });

/** Shows its caller that mail arrives, with the sample of any type. */
export const test = defineType({
  id: "test",
  category: "account",
  channels: ["email"],
  fallback: null,
  critical: true,
  transactional: { unverified: {} },
  preference: null,
  dedupe: null,
  // A test that could not be sent at once is useless later.
  goodForMs: MINUTE,
  supersedes: false,
  ownBudget: true,
  chargedOnRequest: false,
  linkCode: 7,
  payload: z.object({}),
  words,
  email,
  sample: () => ({}),
  subjectOf: ({ title }) => title,
  shows({ payload }) {
    const asked = shown.safeParse(JSON.parse(payload ?? "{}"));
    return asked.success ? asked.data.sample : null;
  },
});
