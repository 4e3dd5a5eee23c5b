import { z } from "@hono/zod-openapi";
import { idPagination } from "../../../http/id-cursor.ts";
import { searchText } from "../../../http/schemas.ts";

const person = z
  .object({
    id: z.string(),
    org_id: z.string().nullable(),
    name: z.string().nullable(),
    email: z.string().nullable(),
    email_verified: z.boolean(),
  })
  .openapi("FoundUser");

export const body = z
  .strictObject({
    query: searchText.openapi({
      description:
        "How an id, a name, the last word of a name, or an address begins, in any case (ids: as they are). Empty: everybody.",
    }),
    limit: z.int().min(1).max(100).default(20),
    cursor: z
      .string()
      .max(4_000)
      .optional()
      .openapi({ description: "`next_cursor` of the page before. It belongs to its query and its caller." }),
  })
  .openapi("UserSearch", { example: { query: "nordm" } });

export const found = z.object({ data: z.array(person), pagination: idPagination }).openapi("FoundUsers", {
  example: {
    data: [
      {
        id: "usr_4bc8d2",
        org_id: "org_9c1d4e",
        name: "Kari Nordmann",
        email: "kari@example.com",
        email_verified: true,
      },
    ],
    pagination: { limit: 20 },
  },
});
