import { z } from "@hono/zod-openapi";
import { CHAT_KINDS } from "../../db/schema/index.ts";
import { idCursor, idPagination } from "../../http/id-cursor.ts";
import { pageQuery } from "../../http/pagination.ts";
import { directoryId, printedTime } from "../../http/schemas.ts";
import { plainText } from "../../lib/text.ts";

export const idParam = z.object({
  id: z.string().openapi({
    param: { name: "id", in: "path" },
    description: "As this contract prints it.",
    example: "con_01jq8z3k5te8v9m4p2r7x6w1yd",
  }),
});

const owner = {
  user_id: directoryId.optional().openapi({
    description:
      "A user whose own messages come here. With neither: the caller, or an org_admin's own organization.",
    example: "usr_4bc8d2",
  }),
  org_id: directoryId.optional().openapi({
    description: "An organization: events name its connections as recipients.",
    example: "org_ab12",
  }),
};

const ONE_OWNER = { path: ["org_id"], error: "must not be given together with user_id" };
const hasOneOwner = ({ user_id, org_id }: { user_id?: string | undefined; org_id?: string | undefined }) =>
  user_id === undefined || org_id === undefined;

export const listQuery = z
  .object({ ...owner, limit: pageQuery.limit, cursor: idCursor })
  .refine(hasOneOwner, ONE_OWNER);

const address = {
  url: z.string().max(2_000).optional().openapi({
    description: "Of `slack_webhook`, `teams`, `discord`, `webhook`. It is a secret: never answered again.",
    example: "https://discord.com/api/webhooks/123456789012345678/a-token",
  }),
  token: z.string().max(300).optional().openapi({
    description: "Of `slack_bot`: a bot token with `chat:write`. Never answered again.",
  }),
  channel: z.string().max(40).optional().openapi({
    description: "Of `slack_bot`: the id of a channel, or of a user for a direct message.",
    example: "C024BE91L",
  }),
  signing_secret: z.string().max(200).optional().openapi({
    description: "Of `webhook`: what Standard Webhooks signs with. Left out: one is made, and answered once.",
  }),
};

const name = plainText(100).openapi({ example: "#ops" });

export const body = z
  .strictObject({ ...owner, kind: z.enum(CHAT_KINDS), name, ...address })
  .refine(hasOneOwner, ONE_OWNER)
  .openapi("ChatConnectionBody", {
    example: {
      org_id: "org_ab12",
      kind: "slack_bot",
      name: "#ops",
      token: "xoxb-a-bot-token-of-yours",
      channel: "C024BE91L",
    },
  });

export const change = z
  .strictObject({ name: name.optional(), paused: z.boolean().optional(), ...address })
  .refine((given) => Object.keys(given).length > 0, "must change something")
  .openapi("ChatConnectionChange", { example: { paused: true } });

const connection = z.object({
  id: z.string(),
  kind: z.enum(CHAT_KINDS),
  name: z.string(),
  user_id: z.string().nullable(),
  org_id: z.string().nullable(),
  channel: z.string().nullable(),
  hint: z.string().openapi({ description: "What the secret can be known by: never the secret." }),
  status: z.enum(["active", "paused", "broken"]),
  broken: z.object({ code: z.string(), message: z.string(), at: printedTime }).nullable().openapi({
    description: "Why nothing is sent to it until it is mended: by a new secret, or by a test that works.",
  }),
  created_at: printedTime,
  updated_at: printedTime,
});

const EXAMPLE = {
  id: "con_01jq8z3k5te8v9m4p2r7x6w1yd",
  kind: "slack_bot" as const,
  name: "#ops",
  user_id: null,
  org_id: "org_ab12",
  channel: "C024BE91L",
  hint: "xoxb-…ours",
  status: "active" as const,
  broken: null,
  created_at: "2026-03-26T08:00:00.000Z",
  updated_at: "2026-03-26T08:00:00.000Z",
};

export const shown = connection.openapi("ChatConnection", { example: EXAMPLE });

export const created = connection
  .extend({
    signing_secret: z.string().optional().openapi({
      description: "Of a `webhook` for which none was given: store it now.",
    }),
  })
  .openapi("ChatConnectionCreated", { example: EXAMPLE });

export const list = z
  .object({ data: z.array(shown), pagination: idPagination })
  .openapi("ChatConnectionList");

export const deleted = z
  .object({ deleted: z.literal(true), id: z.string() })
  .openapi("ChatConnectionDeleted", { example: { deleted: true, id: EXAMPLE.id } });

export const tested = z
  .object({
    outcome: z.enum(["accepted", "failed"]),
    code: z
      .string()
      .nullable()
      .openapi({ description: "Why it failed: `token_revoked`, `channel_gone`, `timeout` …" }),
    message: z.string().nullable(),
    connection: shown,
  })
  .openapi("ChatConnectionTested", {
    example: { outcome: "accepted", code: null, message: null, connection: EXAMPLE },
  });
