import type { Context } from "hono";
import { spendQuota } from "../rate-limit/quota/spend.ts";
import type { AppEnv } from "./app-env.ts";

/**
 * Counts a call that makes a row for each time that it is repeated, such as an entry in the audit log: in the day of the
 * caller's organization.
 * @throws 429 over its quota
 */
export async function countChange(c: Context<AppEnv>): Promise<void> {
  const principal = c.get("principal");
  await spendQuota(c.get("ctx"), [{ org_id: principal.kind === "token" ? principal.orgId : null }]);
}
