import { createRoute } from "@hono/zod-openapi";
import { access, PERSONAL_ROLES } from "../../http/access.ts";
import { json, problems } from "../../http/schemas.ts";
import { MAX_SOCKETS, MAX_UNACKED_BYTES, SAYS } from "../../inbox/live/protocol.ts";
import * as schemas from "./schemas.ts";

/** The caller's own in-app messages, whatever the caller's role. */
export const BASE = "/api/v1/inbox";

const tags = ["Inbox"];
const signedIn = { tags, middleware: access(null, PERSONAL_ROLES) };

export const list = createRoute({
  ...signedIn,
  method: "get",
  path: BASE,
  operationId: "listInbox",
  summary: "The caller's messages, newest first",
  request: { query: schemas.listQuery },
  responses: { 200: json(schemas.list, "A page of messages"), ...problems(400, 410) },
});

export const readAll = createRoute({
  ...signedIn,
  method: "post",
  path: `${BASE}/read-all`,
  operationId: "markAllRead",
  summary: "Mark everything as read",
  description: "Archived messages stay as they are.",
  responses: { 200: json(schemas.allRead, "Marked"), ...problems() },
});

export const ticket = createRoute({
  ...signedIn,
  method: "post",
  path: `${BASE}/ticket`,
  operationId: "createInboxTicket",
  summary: "Get a ticket for a live connection",
  description: "It opens one connection within a minute, so that no token stands in a URL.",
  responses: { 201: json(schemas.ticket, "A ticket"), ...problems() },
});

export const live = createRoute({
  tags,
  // The ticket replaces the token.
  security: [],
  method: "get",
  path: `${BASE}/live`,
  operationId: "openInbox",
  summary: "Open a live connection (WebSocket)",
  description: `The server sends \`InboxFrame\`, the client \`ping\` (answered by \`pong\`), \`InboxSync\` or \`InboxAck\`; other messages are ignored. After a gap, connect again with the last \`cursor\` as \`after\`: nothing is missed, and nothing comes twice. A client is sent at most ${MAX_UNACKED_BYTES / 1024} KB that it has not acknowledged, and may send ${SAYS.burst} messages at once and then one a second. Beyond either limit the server closes with 1013 (connect again with a new ticket). It closes with 4000 after twelve hours (connect again with a new ticket), with 4001 when the user has more than ${MAX_SOCKETS} connections, and with 4002 when the user is erased. 429: too many closed connections of the user have not been removed yet.`,
  request: { query: schemas.liveQuery },
  responses: { 101: { description: "The connection is open" }, ...problems(400) },
});

const change = <Verb extends string>(verb: Verb, operationId: string, summary: string) =>
  createRoute({
    ...signedIn,
    method: "post",
    path: `${BASE}/{id}/${verb}`,
    operationId,
    summary,
    description: "Repeating it changes nothing. The caller's open connections hear of it.",
    request: { params: schemas.idParam },
    responses: { 200: json(schemas.changed, "The message as it is now"), ...problems(404) },
  });

/** What can be done with one message, by the last part of the path. */
export const changes = {
  read: change("read", "markRead", "Mark a message as read"),
  unread: change("unread", "markUnread", "Mark a message as unread"),
  archive: change("archive", "archiveMessage", "Archive a message"),
  unarchive: change("unarchive", "unarchiveMessage", "Bring an archived message back"),
} as const;
