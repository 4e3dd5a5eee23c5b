import type { z } from "@hono/zod-openapi";
import type { Suppression } from "../../channels/email/suppressions.ts";
import { iso, isoOrNull } from "../../lib/clock.ts";
import { printId } from "../../lib/ids.ts";
import type * as schemas from "./schemas.ts";

/** No address is without an @. */
const isNumber = (address: string): boolean => !address.includes("@");

export const view = (found: Suppression): z.infer<typeof schemas.suppression> => ({
  id: printId("sup", found.id),
  email: isNumber(found.email) ? null : found.email,
  phone: isNumber(found.email) ? found.email : null,
  reason: found.reason,
  created_at: iso(found.created_at),
  expires_at: isoOrNull(found.expires_at),
});
