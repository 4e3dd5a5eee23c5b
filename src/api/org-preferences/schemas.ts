import { z } from "@hono/zod-openapi";
import { languageTag } from "../../http/schemas.ts";
import { MAX_DEFAULTS } from "../../preferences/org-preferences.ts";
import { changesByCategory } from "../preferences/categories.ts";
import { hoursInput } from "../preferences/schemas.ts";

const ORDERS = {
  orders: { email: { enabled: false, locked: false }, push: { enabled: true, locked: true } },
};
const NIGHT = { enabled: true, start: "22:00", end: "07:00", days: [0, 1, 2, 3, 4, 5, 6] };

const cellInput = z
  .strictObject({
    enabled: z.boolean(),
    locked: z
      .boolean()
      .default(false)
      .openapi({ description: "Users and organizations below cannot change it." }),
  })
  .nullable()
  .optional()
  .openapi({ description: "Null: no default of its own." });

const changedCells = z.strictObject({
  push: cellInput,
  email: cellInput,
  in_app: cellInput,
  sms: cellInput,
  chat: cellInput,
});

export const change = z
  .strictObject({
    categories: changesByCategory(changedCells, MAX_DEFAULTS)
      .optional()
      .openapi({ description: "`all` is the whole channel: off is off for each category." }),
    quiet_hours: hoursInput.nullable().optional().openapi({ description: "Null: as those above have them." }),
    locale: languageTag.nullable().optional().openapi({
      description: "The language of users who have none. Null: as those above have it.",
      example: "nb-NO",
    }),
  })
  .openapi("OrgPreferencesChange", {
    example: { categories: { ...ORDERS, deadlines: { push: null } }, quiet_hours: NIGHT, locale: "nb-NO" },
  });

const cell = z.object({ enabled: z.boolean(), locked: z.boolean() });
const row = <T extends z.ZodType>(member: T) => {
  const cell = member.optional();
  return z.record(z.string(), z.object({ push: cell, email: cell, in_app: cell, sms: cell, chat: cell }));
};

const hours = z.object({
  enabled: z.boolean(),
  start: z.string(),
  end: z.string(),
  days: z.array(z.int()),
});

const from = { org_id: z.string().nullable().openapi({ description: "Whose it is. Null: the service's." }) };

export const settings = z
  .object({
    org_id: z.string().nullable().openapi({ description: "Null: the service." }),
    categories: row(cell),
    quiet_hours: hours.nullable(),
    locale: z.string().nullable(),
    inherited: z.object({
      categories: row(cell.extend(from)),
      quiet_hours: hours.extend(from).nullable(),
      locale: z.object({ locale: z.string(), ...from }).nullable(),
    }),
  })
  .openapi("OrgPreferences", {
    example: {
      org_id: "org_ab12",
      categories: ORDERS,
      quiet_hours: NIGHT,
      locale: "nb-NO",
      inherited: {
        categories: { digest: { email: { enabled: false, locked: false, org_id: "org_top" } } },
        quiet_hours: null,
        locale: { locale: "en", org_id: null },
      },
    },
  });
