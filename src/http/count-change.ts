import type { Context } from "hono";
import { spendQuota } from "../rate-limit/quota/quota.ts";
import type { AppEnv } from "./app-env.ts";

/**
 * Counts a call that writes a row each time it is repeated, such as an entry of the audit log, against the daily quota of
 * the caller's organization.
 * @throws 429 over its quota
 */
export async function countChange(c: Context<AppEnv>): Promise<void> {
  const principal = c.get("principal");
  await spendQuota(c.get("ctx"), [{ org_id: principal.kind === "token" ? principal.orgId : null }]);
}
