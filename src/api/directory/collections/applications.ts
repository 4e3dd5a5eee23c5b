import { z } from "@hono/zod-openapi";
import {
  type Application,
  type ApplicationFacts,
  applications as collection,
} from "../../../directory/applications.ts";
import { directoryId, printedTime } from "../../../http/schemas.ts";
import { iso } from "../../../lib/clock.ts";
import { entityId } from "../schemas.ts";
import type { WireCollection } from "../wire.ts";

const fields = {
  user_id: directoryId.openapi({ description: "Who has applied." }),
  grant_id: directoryId.openapi({ description: "For which grant. It may come later." }),
  status: z
    .string()
    .regex(/^[a-z_]{1,64}$/, "must be 1 to 64 of a-z and _")
    .openapi({ description: "Any word, such as `under_review`." }),
};

const facts = { user_id: "usr_4bc8d2", grant_id: "grant_b1c2d3", status: "under_review" };
const example = { id: "app_551e84", ...facts };

export const applications: WireCollection<ApplicationFacts, Application> = {
  collection,
  body: z.strictObject(fields).openapi("ApplicationFacts", { example: facts }),
  item: z.strictObject({ id: entityId, ...fields }).openapi("ApplicationItem", { example }),
  printed: z
    .object({
      id: z.string(),
      user_id: z.string(),
      grant_id: z.string(),
      status: z.string(),
      updated_at: printedTime.openapi({ description: "When something about it last changed." }),
    })
    .openapi("Application", { example: { ...example, updated_at: "2026-03-26T08:00:00.000Z" } }),
  print: ({ id, user_id, grant_id, status, updated_at }) => ({
    id,
    user_id,
    grant_id,
    status,
    updated_at: iso(updated_at),
  }),
  about:
    "Applications are what users send in for grants. Each change of `status` sends one `application_status`, unless `notify=false`. A new application sends none. There are no reminders of the grant's deadline for an application whose status is `withdrawn`.",
  deletion: "Nobody hears of it any more.",
  exampleId: example.id,
};
