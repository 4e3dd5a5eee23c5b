import type { z } from "@hono/zod-openapi";
import { isOfNumber, type Suppression } from "../../channels/email/suppressions.ts";
import { iso, isoOrNull } from "../../lib/clock.ts";
import { printId } from "../../lib/ids.ts";
import type * as schemas from "./schemas.ts";

export const view = (found: Suppression): z.infer<typeof schemas.suppression> => ({
  id: printId("sup", found.id),
  email: isOfNumber(found) ? null : found.email,
  phone: isOfNumber(found) ? found.email : null,
  reason: found.reason,
  created_at: iso(found.created_at),
  expires_at: isoOrNull(found.expires_at),
});
