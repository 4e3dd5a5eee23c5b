import { z } from "@hono/zod-openapi";
import {
  type PeerMentor,
  type PeerMentorFacts,
  peerMentors as collection,
} from "../../../directory/peer-mentors.ts";
import { emailAddress, instant, printedTime } from "../../../http/schemas.ts";
import { plainText } from "../../../lib/text.ts";
import { iso, isoOrNull } from "../../../lib/clock.ts";
import { entityId, idOrNull } from "../schemas.ts";
import type { WireCollection } from "../wire.ts";

const fields = {
  full_name: plainText(200),
  email: emailAddress.nullable().default(null),
  phone: plainText(40).nullable().default(null),
  coordinator_id: idOrNull.openapi({
    description: "The user who is notified when the mentor pauses or returns.",
  }),
  org_id: idOrNull.openapi({ description: "The mentor's organization. It may come later." }),
  current_status: z
    .string()
    .regex(/^[a-z_]{1,32}$/, "must be 1 to 32 of a-z and _")
    .default("active")
    .openapi({ description: "`active`, `paused`, or any other word." }),
  pause_start_date: instant
    .nullable()
    .default(null)
    .openapi({
      type: ["string", "null"],
      format: "date-time",
      description: "When the pause takes effect; else at once.",
    }),
  pause_reason: plainText(1_000).nullable().default(null),
};

/** The table calls it `status`. */
const stored = <T extends { current_status: string }>({ current_status, ...rest }: T) => ({
  ...rest,
  status: current_status,
});

const facts = {
  full_name: "Kari Nordmann",
  email: "kari.nordmann@nhf-oslo.no",
  phone: "+47 900 12 345",
  coordinator_id: "coord_9f8e7d6c",
  org_id: "org_nhf_oslo",
  current_status: "paused",
  pause_start_date: "2026-03-20T00:00:00.000Z",
  pause_reason: "Personal leave",
};
const example = { id: "pm_551e8400", ...facts };

const printed = z
  .object({
    id: z.string(),
    full_name: z.string(),
    email: z.string().nullable(),
    phone: z.string().nullable(),
    coordinator_id: z.string().nullable(),
    org_id: z.string().nullable(),
    current_status: z.string(),
    pause_start_date: printedTime.nullable(),
    pause_reason: z.string().nullable(),
    updated_at: printedTime.openapi({ description: "When something about the mentor last changed." }),
  })
  .openapi("PeerMentor", { example: { ...example, updated_at: "2026-03-19T14:30:05.000Z" } });

export const peerMentors: WireCollection<PeerMentorFacts, PeerMentor> = {
  collection,
  body: z.strictObject(fields).openapi("PeerMentorFacts", { example: facts }).transform(stored),
  item: z
    .strictObject({ id: entityId, ...fields })
    .openapi("PeerMentorItem", { example })
    .transform(stored),
  printed,
  print: ({ id, full_name, email, phone, coordinator_id, org_id, status, ...rest }) => ({
    id,
    full_name,
    email,
    phone,
    coordinator_id,
    org_id,
    current_status: status,
    pause_start_date: isoOrNull(rest.pause_start_date),
    pause_reason: rest.pause_reason,
    updated_at: iso(rest.updated_at),
  }),
  about:
    "Peer mentors are looked after by a coordinator. When `current_status` changes to `paused`, or from `paused` to anything else, a notification record is written and the coordinator is notified by push (by e-mail if that fails) and in-app. A new mentor, or `notify=false`, leads to neither.",
  deletion: "The notification records about the mentor go with them.",
  exampleId: example.id,
};
