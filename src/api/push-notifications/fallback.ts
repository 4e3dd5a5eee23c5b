import { z } from "@hono/zod-openapi";
import { CHANNELS } from "../../db/schema/index.ts";
import type { Ctx } from "../../ctx.ts";
import type { FieldError } from "../../lib/failure.ts";
import { unconfigured } from "../../types/configured.ts";
import { type ChainStep, MAX_AFTER_SECONDS, MAX_STEPS } from "../../outbox/chain.ts";

const channel = z.enum(CHANNELS);

const step = z.strictObject({ channel, after: z.int().min(0).max(MAX_AFTER_SECONDS).optional() });

/** Channels whose messages are read, and do not fail. */
const READ: readonly string[] = ["in_app"];

type Issue = Pick<z.core.$ZodIssue, "message" | "path">;

/** Zod's issues about one step, each with the field that it is about. */
const issuesOf = ({ issues }: z.core.$ZodError, place: readonly PropertyKey[]): Issue[] =>
  issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => ({ message: "is not a known field", path: [...place, ...issue.path, key] }))
      : [{ message: issue.message, path: [...place, ...issue.path] }],
  );

/** Reads a step: the name of a channel, or an object. */
function readStep(given: unknown, place: readonly PropertyKey[]): ChainStep | Issue[] {
  const name = channel.safeParse(given);
  if (name.success) return { channel: name.data };
  if (typeof given !== "object") return issuesOf(name.error, place);
  const { success, data, error } = step.safeParse(given);
  return success ? data : issuesOf(error, place);
}

/** A step in the OpenAPI document. */
const STEP = [
  { type: "string" as const, enum: [...CHANNELS] },
  {
    type: "object" as const,
    properties: {
      channel: { type: "string" as const, enum: [...CHANNELS] },
      after: {
        type: "integer" as const,
        minimum: 0,
        maximum: MAX_AFTER_SECONDS,
        description: "Seconds that the message before has to reach its user.",
      },
    },
    required: ["channel"],
    additionalProperties: false,
  },
];

/** The channels that follow, in order: one, or a list. Always read as a list. */
export const fallback = z
  .unknown()
  .transform((given, context): ChainStep[] => {
    const isList = Array.isArray(given);
    const steps: readonly unknown[] = isList ? given : [given];
    const refuse = ({ message, path }: Issue) =>
      context.addIssue({ code: "custom", message, path: [...path], input: given });
    if (steps.length === 0 || steps.length > MAX_STEPS) {
      refuse({ message: `must have one to ${MAX_STEPS} steps`, path: [] });
      return [];
    }
    return steps.flatMap((one, i) => {
      const read = readStep(one, isList ? [i] : []);
      if (!Array.isArray(read)) return [read];
      for (const issue of read) refuse(issue);
      return [];
    });
  })
  .openapi({
    description:
      "What follows, in order, where the message has not reached its user: a channel, a step, or up to four of either. A message has reached its user when an in-app message is read (or archived), or another one is taken by its provider. A step follows when the one before fails, or bounces later; with `after` also when that has not reached the user so many seconds after it was due. It is looked for each minute. Each step asks the user's preferences, quiet hours and budgets for itself.",
    example: [{ channel: "in_app", after: 600 }, "email"],
    anyOf: [...STEP, { type: "array", items: { anyOf: [...STEP] }, minItems: 1, maxItems: MAX_STEPS }],
  });

/** What is wrong with a chain on these channels: where in it, and why. */
export function* chainFaults(
  channels: readonly string[],
  steps: readonly ChainStep[],
): Generator<{ step: number; message: string }> {
  let before = channels;
  const seen = new Set(channels);
  for (const [i, { channel: name, after }] of steps.entries()) {
    if (seen.has(name)) yield { step: i, message: "is sent to anyway" };
    else if (after === undefined && before.every((one) => READ.includes(one)))
      yield { step: i, message: "needs `after`: an in-app message before it does not fail, it is not read" };
    seen.add(name);
    before = [name];
  }
}

/** Channels that are not configured here: refused before sending, when the caller can still be told. */
export const missingChannels = (
  ctx: Pick<Ctx, "channels">,
  {
    channels = [],
    fallback: steps = [],
  }: { channels?: readonly string[] | undefined; fallback?: readonly ChainStep[] | undefined },
): FieldError[] => [
  ...unconfigured(ctx, channels, (i) => `/channels/${i}`),
  ...unconfigured(
    ctx,
    steps.map(({ channel }) => channel),
    (i) => (steps.length === 1 ? "/fallback" : `/fallback/${i}`),
  ),
];
