import { z } from "@hono/zod-openapi";
import {
  type Certification,
  type CertificationFacts,
  certifications as collection,
} from "../../../directory/certifications.ts";
import { directoryId, instant, printedTime } from "../../../http/schemas.ts";
import { plainText } from "../../../lib/text.ts";
import { iso } from "../../../lib/clock.ts";
import { entityId, idOrNull } from "../schemas.ts";
import type { WireCollection } from "../wire.ts";

const fields = {
  user_id: directoryId.openapi({ description: "Whose it is." }),
  org_id: idOrNull.openapi({ description: "Who asks for it." }),
  name: plainText(200),
  expires_at: instant.openapi({
    type: "string",
    format: "date-time",
    description: "A new expiry is a new reason for reminders.",
  }),
};

const facts = {
  user_id: "usr_4bc8d2",
  org_id: "org_9c1d4e",
  name: "First aid",
  expires_at: "2026-09-30T00:00:00.000Z",
};
const example = { id: "cert_7e2f9a", ...facts };

export const certifications: WireCollection<CertificationFacts, Certification> = {
  collection,
  body: z.strictObject(fields).openapi("CertificationFacts", { example: facts }),
  item: z.strictObject({ id: entityId, ...fields }).openapi("CertificationItem", { example }),
  printed: z
    .object({
      id: z.string(),
      user_id: z.string(),
      org_id: z.string().nullable(),
      name: z.string(),
      expires_at: printedTime,
    })
    .openapi("Certification", { example }),
  print: ({ id, user_id, org_id, name, expires_at }) => ({
    id,
    user_id,
    org_id,
    name,
    expires_at: iso(expires_at),
  }),
  about: "Certifications expire, and their owners are reminded before they do.",
  deletion: "Nobody is reminded of it any more.",
  exampleId: example.id,
};
