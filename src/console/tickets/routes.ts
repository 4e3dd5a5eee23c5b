import { createRoute, z } from "@hono/zod-openapi";
import { access, ADMIN_ROLES } from "../../http/access.ts";
import { json, problems } from "../../http/schemas.ts";

const ticket = z
  .object({
    url: z.url().openapi({ description: "Open it in a browser: it signs in, once" }),
    expires_at: z.iso.datetime().openapi({ description: "Until when the link is valid" }),
  })
  .openapi("ConsoleTicket", {
    example: {
      url: "https://notifications.example.com/console/sign-in?ticket=eyJhbGciOiJIUzI1NiJ9.e30.c2ln",
      expires_at: "2026-03-26T08:05:00.000Z",
    },
  });

export const issue = createRoute({
  tags: ["Console"],
  middleware: access(null, ADMIN_ROLES),
  method: "post",
  path: "/api/v1/console/tickets",
  operationId: "createConsoleTicket",
  summary: "Get a link that signs in to the console",
  description:
    "It signs in once, as the caller, within five minutes (on a development machine within twelve hours).",
  responses: { 201: json(ticket, "A link"), ...problems(403) },
});
