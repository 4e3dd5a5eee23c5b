import type { Context } from "hono";
import { scopeOf } from "../auth/scope.ts";
import { HOUR } from "../lib/clock.ts";
import { reserveSlot } from "../rate-limit/budgets.ts";
import type { Budget } from "../rate-limit/limiter.ts";
import { spendQuota } from "../rate-limit/quota/quota.ts";
import type { AppEnv } from "./app-env.ts";

/** Such changes of what is a person's own. */
const OWN_CHANGES: Budget = { name: "change", limit: 120, periodMs: HOUR };

/**
 * Counts a call that writes a row each time it is repeated, such as an entry of the audit log: an admin's against the daily
 * quota of the caller's organization, a person's own in a budget of the person, who could use up the organization's otherwise.
 * @throws 429 over it
 */
export async function countChange(c: Context<AppEnv>): Promise<void> {
  const principal = c.get("principal");
  const scope = scopeOf(principal);
  const ctx = c.get("ctx");
  if (scope.kind === "own") {
    await using slot = await reserveSlot(ctx, OWN_CHANGES, { id: ctx.ids.uuid(), user_id: scope.userId });
    slot?.keep();
    return;
  }
  await spendQuota(ctx, [{ org_id: principal.kind === "token" ? principal.orgId : null }]);
}
