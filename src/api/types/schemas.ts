import { z } from "@hono/zod-openapi";
import { CHANNELS } from "../../db/schema/index.ts";
import { idCursor, idPagination } from "../../http/id-cursor.ts";
import { ownerField } from "../../http/owner.ts";
import { pageQuery } from "../../http/pagination.ts";
import { jsonObject, listOf, printedTime } from "../../http/schemas.ts";
import { plainText } from "../../lib/text.ts";
import { ALL, CATEGORY } from "../../preferences/cells.ts";
import { schemaFaults } from "../../types/json-schema/schema-faults.ts";

const DAY = 86_400;
const MAX_SAMPLE_CHARS = 16_384;

const NAME = "must be a letter, then up to 63 of a-z 0-9 _";
const typeId = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, NAME);

const step = z.strictObject({
  channel: z.enum(CHANNELS).openapi({ example: "in_app" }),
  wait: z
    .int()
    .min(0)
    .max(30 * DAY)
    .optional()
    .openapi({
      description:
        "Seconds after the channel before, or after the event where nothing waits before it. The message is then sent only if no channel before has reached the user: an in-app message that was read, a push or an e-mail that was sent. Without it, the message is sent at once.",
    }),
});

type Steps = readonly z.output<typeof step>[];

/** The rules for a type's channels that no single step can break. */
function checkSteps(steps: Steps, context: z.RefinementCtx): void {
  const seen = new Set<string>();
  for (const [i, { channel, wait }] of steps.entries()) {
    if (seen.has(channel))
      context.addIssue({ code: "custom", path: [i, "channel"], message: "stands twice" });
    if (i === 0 && wait !== undefined)
      context.addIssue({
        code: "custom",
        path: [i, "wait"],
        message: "must be left out: nothing comes before",
      });
    seen.add(channel);
  }
}

/** The parts of a JSON pointer (RFC 6901). */
const partsOf = (pointer: string): string[] =>
  pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));

/** Reported with the faults of the other fields. */
const payloadSchema = jsonObject.superRefine((given, context) => {
  for (const { pointer, detail } of schemaFaults(given))
    context.addIssue({ code: "custom", path: partsOf(pointer), message: detail });
});

const sample = jsonObject.refine((value) => JSON.stringify(value).length <= MAX_SAMPLE_CHARS, {
  error: `must have at most ${MAX_SAMPLE_CHARS} characters of JSON`,
});

const example = {
  name: "Order shipped",
  category: "orders",
  channels: [{ channel: "in_app" }, { channel: "email", wait: 600 }],
  critical: false,
  schema: {
    type: "object",
    properties: { order: { type: "string", maxLength: 40 }, items: { type: "integer", minimum: 1 } },
    required: ["order"],
  },
  sample: { order: "A-1042", items: 3 },
  dedupe: "event" as const,
  batch: { window: 600, key: "order" },
  throttle: { limit: 5, per: 3_600 },
  expires_after: DAY,
};

export const body = z
  .strictObject({
    name: plainText(200).openapi({ description: "For people who administer types." }),
    category: z
      .string()
      .regex(CATEGORY, NAME)
      .refine((category) => category !== ALL, `must not be ${ALL}`)
      .optional()
      .openapi({ description: "What users switch on and off. Without it: the type's id." }),
    channels: listOf(step, 6, { noun: "channels" })
      .superRefine((steps, context) => checkSteps(steps, context))
      .openapi({ description: "In the order in which they are tried, each once." }),
    critical: z.boolean().default(false).openapi({
      description:
        "Sent although the user has switched it off, and in quiet hours, but never to an address that is suppressed. Only service and global_admin may set it; an org_admin may keep it.",
    }),
    schema: payloadSchema.nullable().default(null).openapi({
      description:
        "JSON Schema (2020-12) of an event's data, at most 16,384 characters. `$ref` leads to this document only. `pattern` has no lookaround and no back reference, and repeats no group that repeats. Null: any object.",
    }),
    sample: sample
      .nullable()
      .default(null)
      .openapi({ description: "Data for previews. It fits the schema." }),
    dedupe: z.enum(["event", "recipient"]).default("event").openapi({
      description:
        "What an event's `key` is for. `event`: the same key is the same event. `recipient`: a new event, which notifies only those whom no event with this key has notified on the same channel.",
    }),
    batch: z
      .strictObject({
        window: z.int().min(10).max(DAY).openapi({ description: "Seconds." }),
        key: plainText(100).nullable().default(null).openapi({ description: "A field of the data." }),
      })
      .nullable()
      .default(null)
      .openapi({
        description:
          "Messages to a user with the same key that come within the window become one. Null: each is sent.",
      }),
    throttle: z
      .strictObject({
        limit: z.int().min(1).max(1_000),
        per: z
          .int()
          .min(1)
          .max(30 * DAY)
          .openapi({ description: "Seconds." }),
      })
      .nullable()
      .default(null)
      .openapi({ description: "At most so many messages to a user and channel; the others are skipped." }),
    expires_after: z
      .int()
      .min(60)
      .max(365 * DAY)
      .nullable()
      .default(null)
      .openapi({ description: "Seconds after the event was to be sent. Null: never." }),
  })
  .openapi("TypeBody", { example });

const printedObject = z.record(z.string(), z.unknown());

export const type = z
  .object({
    id: z.string(),
    org_id: z.string().nullable().openapi({ description: "Whose it is. Null: the service's." }),
    built_in: z.boolean().openapi({ description: "Part of Tidings: only its words can be changed." }),
    name: z.string(),
    category: z.string(),
    channels: z.array(z.object({ channel: z.enum(CHANNELS), wait: z.int().optional() })),
    fallback: z.enum(CHANNELS).nullable().openapi({
      description: "Of built-in types: the channel that is tried when the first has failed.",
    }),
    critical: z.boolean(),
    schema: printedObject
      .nullable()
      .openapi({ description: "What the data holds: the variables of its words." }),
    sample: printedObject.nullable(),
    dedupe: z.enum(["event", "recipient"]).nullable().openapi({ description: "Null: built in." }),
    batch: z.object({ window: z.int(), key: z.string().nullable() }).nullable(),
    throttle: z.object({ limit: z.int(), per: z.int() }).nullable(),
    expires_after: z.int().nullable(),
    created_at: printedTime.nullable().openapi({ description: "Null: built in." }),
    updated_at: printedTime.nullable(),
  })
  .openapi("Type", {
    example: {
      id: "order_shipped",
      org_id: "org_ab12",
      built_in: false,
      ...example,
      fallback: null,
      created_at: "2026-03-26T08:00:00.000Z",
      updated_at: "2026-03-26T08:00:00.000Z",
    },
  });

export const listQuery = z.object({ ...ownerField, limit: pageQuery.limit, cursor: idCursor });

export const list = z.object({ data: z.array(type), pagination: idPagination }).openapi("TypeList");

export const typeParam = z.object({
  type: typeId.openapi({ param: { name: "type", in: "path" }, example: "order_shipped" }),
});

export const deleted = z
  .object({ deleted: z.literal(true), type: z.string() })
  .openapi("TypeDeleted", { example: { deleted: true, type: "order_shipped" } });
