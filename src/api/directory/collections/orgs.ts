import { z } from "@hono/zod-openapi";
import { type Org, orgs as collection } from "../../../directory/orgs.ts";
import { plainText } from "../../../lib/text.ts";
import { entityId, idOrNull } from "../schemas.ts";
import type { WireCollection } from "../wire.ts";

const fields = {
  name: plainText(200),
  parent_id: idOrNull.openapi({ description: "The organization above. It may come later." }),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, "must be a country of ISO 3166-1, such as NO")
    .nullable()
    .default(null)
    .openapi({
      description:
        "Where text messages to its users may go, unless the service says otherwise. Null: as those above have it.",
    }),
};

const facts = { name: "Oslo branch", parent_id: "org_4bc8d2", country: "NO" };
const example = { id: "org_9c1d4e", ...facts };

const body = z.strictObject(fields).openapi("OrganizationFacts", { example: facts });

const item = z.strictObject({ id: entityId, ...fields }).openapi("OrganizationItem", { example });

const printed = z
  .object({
    id: z.string(),
    name: z.string(),
    parent_id: z.string().nullable(),
    country: z.string().nullable(),
  })
  .openapi("Organization", { example });

export const orgs: WireCollection<Org> = {
  collection,
  body,
  item,
  printed,
  print: (row) => row,
  about: "Organizations form a tree. One cannot be below itself (`org_cycle`).",
  deletion:
    "Its own types, words and settings go with it; its running events go on. Refused with `org_not_empty` while it has users, branches or topics.",
  exampleId: example.id,
};
