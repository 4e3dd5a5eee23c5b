import { z } from "@hono/zod-openapi";
import { type User, type UserFacts, users as collection } from "../../../directory/users.ts";
import { emailAddress, languageTag, printedTime, timeZone } from "../../../http/schemas.ts";
import { plainText } from "../../../lib/text.ts";
import { iso } from "../../../lib/clock.ts";
import { entityId, idOrNull } from "../schemas.ts";
import type { WireCollection } from "../wire.ts";

const fields = {
  org_id: idOrNull.openapi({ description: "The user's organization. It may come later." }),
  name: plainText(200).nullable().default(null),
  email: emailAddress.nullable().default(null).openapi({
    description:
      "Kept as it is, but for the domain: that is put in lower case, and in Punycode where it is not ASCII (`bücher.example` → `xn--bcher-kva.example`).",
  }),
  email_verified: z.boolean().default(false).openapi({
    description:
      "Only a verified address is written to, but for `welcome` and `test`: these say nothing of a caller's to an unverified one, neither names nor subjects.",
  }),
  phone: plainText(40).nullable().default(null).openapi({
    description:
      "A number in international form, from + on, is kept in E.164 (`+47 400 00 000` → `+4740000000`), and text messages can be sent to it. Any other text is kept as it is.",
  }),
  phone_verified: z
    .boolean()
    .default(false)
    .openapi({ description: "Only a verified number gets text messages." }),
  locale: languageTag
    .nullable()
    .default(null)
    .openapi({ description: "A BCP 47 tag: the language of messages. `nb_NO` is kept as `nb-NO`." }),
  timezone: timeZone.nullable().default(null).openapi({
    description: "An IANA name: when it is morning for this user, the time of reminders and digests.",
  }),
};

const facts = {
  org_id: "org_9c1d4e",
  name: "Kari Nordmann",
  email: "kari@example.com",
  email_verified: true,
  phone: "+4740000000",
  phone_verified: true,
  locale: "nb-NO",
  timezone: "Europe/Oslo",
};
const example = { id: "usr_4bc8d2", ...facts };
const times = {
  created_at: "2026-03-02T09:15:00.000Z",
  updated_at: "2026-03-26T08:00:00.000Z",
};

const body = z.strictObject(fields).openapi("UserFacts", { example: facts });

const item = z.strictObject({ id: entityId, ...fields }).openapi("UserItem", { example });

const printed = z
  .object({
    id: z.string(),
    org_id: z.string().nullable(),
    name: z.string().nullable(),
    email: z.string().nullable(),
    email_verified: z.boolean(),
    phone: z.string().nullable(),
    phone_verified: z.boolean(),
    locale: z.string().nullable(),
    timezone: z.string().nullable(),
    created_at: printedTime,
    updated_at: printedTime.openapi({ description: "When something about the user last changed." }),
  })
  .openapi("User", { example: { ...example, ...times } });

export const users: WireCollection<UserFacts, User> = {
  collection,
  body,
  item,
  printed,
  // What is printed can be put: the country is in the number.
  print: ({ phone_country: _, ...row }) => ({
    ...row,
    created_at: iso(row.created_at),
    updated_at: iso(row.updated_at),
  }),
  about:
    "Users are whom notifications go to. The first PUT of a user who has an address sends them `welcome`, once; with `notify=false`, or by a bulk, it does not.",
  deletion:
    "Erases the user's personal data everywhere: devices, messages, limits. Nothing is sent to them afterwards. It may be repeated.",
  exampleId: example.id,
};
