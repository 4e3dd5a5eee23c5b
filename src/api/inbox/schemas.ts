import { z } from "@hono/zod-openapi";
import { pageQuery } from "../../http/pagination.ts";
import { anyDispatchId, flag, jsonObject, printedTime } from "../../http/schemas.ts";
import { plainText } from "../../lib/text.ts";
import { CURSOR, MAX_CHANGES, MAX_FRAME_BYTES } from "../../inbox/live/protocol.ts";
import { UNREAD_CAP } from "../../inbox/queries.ts";

const messageId = z.string().openapi({ example: "notif_01jq8z3k5te8v9m4p2r7x6w1yd" });

const cursor = z.string().openapi({
  example: "1774512000000",
  description: "How much of the inbox's changes this has seen; for `after`. Later ones are greater.",
});

const unreadCount = z.int().openapi({
  example: 3,
  description: `Unread messages, archived ones not counted; ${UNREAD_CAP} stands for as many or more.`,
});

const message = {
  id: messageId,
  type: z.string().openapi({ example: "pause_activated" }),
  title: z.string(),
  body: z.string(),
  data: jsonObject.nullable(),
  sent_at: printedTime.openapi({ description: "When it came to the inbox." }),
  expires_at: printedTime.nullable().openapi({
    description: "Until when its sender meant it. The message stays; a client may show it as out of date.",
  }),
  read_at: printedTime.nullable(),
  archived_at: printedTime.nullable(),
  updated_at: printedTime.openapi({ description: "When it last changed." }),
};

const inboxMessage = z.object(message).openapi("InboxMessage");

export const listQuery = z.object({
  limit: pageQuery.limit,
  cursor: pageQuery.cursor.openapi({ description: "`next_cursor` of the page before." }),
  unread: flag.optional().openapi({
    type: "string",
    enum: ["true", "false"],
    description: "Only unread messages, or only read ones.",
  }),
  archived: flag.default(false).openapi({
    type: "string",
    enum: ["true", "false"],
    description: "Only archived messages; without it only the others.",
  }),
  type: plainText(64).optional().openapi({ example: "pause_activated" }),
});

export const list = z
  .object({
    data: z.array(inboxMessage),
    unread_count: unreadCount,
    live_cursor: cursor.openapi({
      description: "Connect with this as `after`, and nothing is missed in between.",
    }),
    pagination: z.object({
      limit: z.int(),
      next_cursor: z.string().optional().openapi({ description: "Present when there is more." }),
    }),
  })
  .openapi("Inbox");

export const idParam = z.object({ id: anyDispatchId.openapi({ param: { name: "id", in: "path" } }) });

export const changed = z.object({ ...message, unread_count: unreadCount }).openapi("InboxMessageChanged");

export const allRead = z
  .object({
    updated: z.int().openapi({ description: "Messages marked by this call." }),
    unread_count: unreadCount,
  })
  .openapi("InboxAllRead");

export const ticket = z
  .object({
    ticket: z.string(),
    expires_at: printedTime,
    url: z.string().openapi({
      description: "For `new WebSocket(…)`, the ticket included; add `&after=` and a cursor.",
      example: "wss://tidings.example.com/api/v1/inbox/live?ticket=…",
    }),
  })
  .openapi("InboxTicket");

export const liveQuery = z.object({
  ticket: z.string().max(200),
  after: z.string().regex(CURSOR, "is not a cursor of ours").transform(Number).optional().openapi({
    type: "string",
    description:
      "The last `cursor` that the client has seen. Without it only what comes from now on is sent.",
  }),
});

const ack = z.string().optional().openapi({
  description:
    "Send it back as `InboxAck` once the frame is read. Frames carry one now and then; a connection that never does so is closed after a while.",
});

/** A frame that the server sends on a live connection. */
export const frame = z
  .discriminatedUnion("type", [
    z.object({
      type: z.literal("changes"),
      cursor,
      unread_count: unreadCount,
      messages: z.array(inboxMessage).openapi({
        description: "What came or changed since the cursor before, as it is now, oldest change first.",
      }),
      ack,
    }),
    z.object({ type: z.literal("reset"), ack }),
  ])
  .openapi("InboxFrame", {
    description: `\`changes\` comes once the connection is open, and whenever there are some. \`reset\` stands for more than ${MAX_CHANGES}, or ${MAX_FRAME_BYTES / 1024} KB: list the inbox again and send \`sync\` with the list's cursor.`,
  });

/** A message that a client may send on a live connection. */
const said = z
  .object({ type: z.literal("sync"), after: z.string().optional() })
  .openapi("InboxSync", { description: "Asks what is new; with `after`, what is new since that cursor." });

const acknowledged = z
  .object({ type: z.literal("ack"), ack: z.string() })
  .openapi("InboxAck", { description: "Everything up to the frame with this `ack` is read." });

/** What goes over a live connection, as texts with one JSON object each. */
export const socket = z
  .object({
    from_server: frame,
    from_client: z.union([said, acknowledged]).openapi({ description: "What the client may send." }),
  })
  .openapi("InboxSocket");
