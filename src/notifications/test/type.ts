import { z } from "zod";
import { defineType, type ShownType } from "../../content/type.ts";
import { MINUTE } from "../../lib/clock.ts";
import { email } from "./email.ts";
import { words } from "./words.ts";

/** The payload of a test that shows another type's sample, or words on trial. */
const shown = z.object({
  sample: z.string(),
  trial: z
    .object({
      locale: z.string(),
      fields: z.string().nullable(),
      data: z.record(z.string(), z.unknown()),
      own: z.string().nullable(),
    })
    .nullable()
    .default(null),
});

/** The payload of a test. */
export const testPayload = ({ id: sample, trial }: ShownType): z.input<typeof shown> => ({ sample, trial });

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
    return asked.success ? { id: asked.data.sample, trial: asked.data.trial } : null;
  },
});
