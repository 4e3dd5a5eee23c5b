import { createRoute, z } from "@hono/zod-openapi";
import type { App } from "../../http/app-env.ts";
import { problems } from "../../http/schemas.ts";
import { UNSUBSCRIBE_ACTIONS } from "../../preferences/unsubscribe-page.ts";

const { 400: invalid, 413: tooLarge, 429: tooMany, 500: wrong, 503: unavailable } = problems(413);

const page = (description: string) => ({
  description,
  content: { "text/html": { schema: z.string() } },
});

const shared = {
  tags: ["Unsubscribing"],
  path: "/unsubscribe/{token}",
  security: [],
  responses: {
    200: page("The page, as things are now"),
    404: page("A page that says that the link is not valid"),
    429: tooMany,
    500: wrong,
    503: unavailable,
  },
};

const params = z.object({
  token: z.string().openapi({
    param: { name: "token", in: "path" },
    description: "Of the link in an e-mail: it names the user and the type, and is signed.",
  }),
});

const show = createRoute({
  ...shared,
  method: "get",
  operationId: "showUnsubscribePage",
  summary: "Show the page that a link in an e-mail leads to",
  description: "It changes nothing, since programs follow links, too.",
  request: { params },
});

const change = createRoute({
  ...shared,
  method: "post",
  operationId: "unsubscribe",
  summary: "Unsubscribe the holder of a link, or undo it",
  description:
    "What a mail program sends by itself (RFC 8058, one click), and what the page's forms send: a form, without any token but that of the link.",
  request: {
    params,
    body: {
      content: {
        "application/x-www-form-urlencoded": {
          schema: z.object({
            action: z.enum(UNSUBSCRIBE_ACTIONS).optional().openapi({
              description:
                "Left out, as in a mail program's click: `unsubscribe`, from the type of the e-mail.",
            }),
            "List-Unsubscribe": z
              .string()
              .optional()
              .openapi({ description: "`One-Click`, from a mail program.", example: "One-Click" }),
          }),
        },
      },
    },
  },
  responses: { ...shared.responses, 400: invalid, 413: tooLarge },
});

/** Describes the pages behind the links in our e-mails. They are for people, and for their mail programs. */
export function describeUnsubscribing({ openAPIRegistry }: App): void {
  for (const route of [show, change]) openAPIRegistry.registerPath(route);
}
