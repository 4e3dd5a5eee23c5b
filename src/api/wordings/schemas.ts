import { z } from "@hono/zod-openapi";
import { WORDING_CHANNELS } from "../../db/schema/index.ts";
import { idCursor, idPagination } from "../../http/id-cursor.ts";
import { ownerField } from "../../http/owner.ts";
import { pageQuery } from "../../http/pagination.ts";
import { directoryId, jsonObject, languageTag, memberErrors, printedTime } from "../../http/schemas.ts";

const typeId = z.string().max(64);

export const wordingParams = z.object({
  type: typeId.openapi({
    param: { name: "type", in: "path" },
    description: "An own type or a built-in one.",
    example: "order_shipped",
  }),
  channel: z.enum(WORDING_CHANNELS).openapi({ param: { name: "channel", in: "path" }, example: "email" }),
  locale: languageTag.openapi({
    param: { name: "locale", in: "path" },
    description:
      "The language of the words (BCP 47): `nb` for all of Norwegian Bokmål, `de-CH` for one region.",
    example: "en",
  }),
});

export const putQuery = z.object({
  ...ownerField,
  publish: z
    .enum(["true", "false"])
    .default("true")
    .transform((text) => text === "true")
    .openapi({
      type: "string",
      enum: ["true", "false"],
      default: "true",
      description: "`false`: the version is written, and what is in use stays.",
    }),
});

export const listQuery = z.object({
  ...ownerField,
  type: typeId.optional(),
  limit: pageQuery.limit,
  cursor: idCursor,
});

export const versionsQuery = z.object({ ...ownerField, limit: pageQuery.limit, cursor: idCursor });

const version = z.coerce.number().int().min(1).max(1_000_000_000);

export const diffQuery = z.object({
  ...ownerField,
  from: version.openapi({ type: "integer", description: "The older version.", example: 1 }),
  to: version.openapi({ type: "integer", description: "The newer version.", example: 2 }),
});

const text = (max: number, description: string) => z.string().max(max).optional().openapi({ description });
const textOrNull = (max: number, description: string) =>
  z.string().max(max).nullish().openapi({ description });

/** The fields of all channels. Which a channel has is checked afterwards, so that the fault has the field's name. */
const fields = {
  title: text(1_000, "push, in_app, chat"),
  body: text(20_000, "push, in_app; email, chat: in Markdown"),
  action_label: textOrNull(1_000, "chat: the text of the link"),
  action_url: textOrNull(1_000, "in_app, chat: where the message leads"),
  subject: text(1_000, "email"),
  preheader: textOrNull(1_000, "email: what clients show after the subject"),
  text: text(2_000, "sms"),
};

const exampleFields = {
  subject: "Order {{ data.order }} is on its way",
  preheader: "{{ data.items | plural: one: '# item', other: '# items' }}",
  body: "Hello {{ user.name | default: 'there' }},\n\nyour order **{{ data.order }}** left us.\n\n[Track it]({{ data.url }}){button}",
};

export const wordingBody = z.strictObject(fields).openapi("WordingBody", {
  description:
    "Liquid. push and in_app: `title`, `body` (in_app also `action_url`); email: `subject`, `preheader`, `body`; sms: `text`; chat: `title`, `body`, `action_label`, `action_url`.",
  example: exampleFields,
});

const printedFields = z.object(fields).openapi({ description: "Those of the channel." });

const head = {
  type: z.string(),
  channel: z.enum(WORDING_CHANNELS),
  locale: z.string(),
  org_id: z.string().nullable().openapi({ description: "Whose they are. Null: the service's." }),
  published: z
    .int()
    .nullable()
    .openapi({ description: "The version in use. Null: none, so that words are inherited." }),
  published_at: printedTime.nullable(),
  latest: z.int().openapi({ description: "The latest version." }),
  updated_at: printedTime,
};

const exampleHead = {
  type: "order_shipped",
  channel: "email" as const,
  locale: "en",
  org_id: "org_ab12",
  published: 2,
  published_at: "2026-03-26T08:00:00.000Z",
  latest: 2,
  updated_at: "2026-03-26T08:00:00.000Z",
};

const listed = z.object(head).openapi("WordingHead", { example: exampleHead });

export const list = z.object({ data: z.array(listed), pagination: idPagination }).openapi("WordingList");

const whole = {
  ...head,
  fields: printedFields.nullable().openapi({ description: "Of the version in use." }),
  latest_fields: printedFields,
};

export const wording = z
  .object(whole)
  .openapi("Wording", { example: { ...exampleHead, fields: exampleFields, latest_fields: exampleFields } });

export const written = z
  .object({
    ...whole,
    warnings: memberErrors.errors.unwrap().openapi({
      description:
        "What may be a mistake: variables that the type's schema does not have, a long subject, a large push.",
    }),
  })
  .openapi("WordingWritten", {
    example: {
      ...exampleHead,
      fields: exampleFields,
      latest_fields: exampleFields,
      warnings: [{ pointer: "/body", detail: "line 5, column 1: There is no variable data.url" }],
    },
  });

export const versions = z
  .object({
    data: z.array(
      z.object({
        version: z.int(),
        fields: printedFields,
        created_by: z.string().openapi({ description: "`role:id`" }),
        created_at: printedTime,
      }),
    ),
    pagination: idPagination,
  })
  .openapi("WordingVersions", {
    example: {
      data: [
        {
          version: 2,
          fields: exampleFields,
          created_by: "org_admin:usr_4bc8d2",
          created_at: "2026-03-26T08:00:00.000Z",
        },
      ],
      pagination: { limit: 20 },
    },
  });

export const publishBody = z
  .strictObject({ version: z.int().min(1).max(1_000_000_000) })
  .openapi("WordingPublish", { example: { version: 1 } });

export const diff = z
  .object({
    from: z.int(),
    to: z.int(),
    fields: z.array(
      z.object({
        field: z.string(),
        lines: z.array(z.string()).openapi({
          description: "Each with `+` (added), `-` (removed) or a space (the same) before it.",
        }),
      }),
    ),
  })
  .openapi("WordingDiff", {
    example: { from: 1, to: 2, fields: [{ field: "subject", lines: ["-It is sent", "+It is on its way"] }] },
  });

export const removed = z
  .object({ deleted: z.literal(true), type: z.string(), channel: z.string(), locale: z.string() })
  .openapi("WordingRemoved", {
    example: { deleted: true, type: "order_shipped", channel: "email", locale: "en" },
  });

/** What is shown. */
export const wanted = {
  data: jsonObject.optional().openapi({ description: "Without it: the type's sample." }),
  fields: wordingBody.optional().openapi({ description: "Words that are not written yet." }),
  version: z.int().min(1).max(1_000_000_000).optional(),
};
type Wanted = Partial<Record<"fields" | "version", unknown>>;

export const isEither = ({ fields: given, version: asked }: Wanted): boolean =>
  given === undefined || asked === undefined;
export const EITHER = { path: ["version"], error: "must not be given with `fields`" };

export const source = z.enum(["draft", "version", "inherited", "built_in"]).openapi({
  description:
    "Which words these are: the given ones, a version of the owner, those of an organization above, or the built-in ones.",
});

export const previewBody = z
  .strictObject({
    ...wanted,
    user_id: directoryId
      .optional()
      .openapi({ description: "Who reads it. Without it: somebody without a name." }),
  })
  .refine(isEither, EITHER)
  .openapi("WordingPreviewRequest", { example: { data: { order: "A-1042", items: 3 } } });

export const previewed = z
  .object({
    type: z.string(),
    channel: z.enum(WORDING_CHANNELS),
    locale: z.string(),
    source,
    version: z.int().nullable(),
    title: z.string().optional(),
    body: z.string().optional(),
    action_label: z.string().nullable().optional(),
    action_url: z.string().nullable().optional(),
    subject: z.string().optional(),
    html: z.string().optional(),
    text: z.string().optional(),
  })
  .openapi("WordingPreview", {
    example: {
      type: "order_shipped",
      channel: "push",
      locale: "en",
      source: "version",
      version: 2,
      title: "On its way",
      body: "Order A-1042",
    },
  });
