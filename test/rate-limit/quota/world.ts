import { env } from "cloudflare:workers";
import { DAY } from "../../../src/lib/clock.ts";
import { createQuotas } from "../../../src/rate-limit/quota/quotas.ts";
import { mint } from "../../support/harness.ts";
import { manualClock } from "../world.ts";

/** Isolates that share the quota of organizations that no other test knows. */
export function givenIsolates(count: number, limit: number) {
  const clock = manualClock(DAY * 20_000);
  const isolates = Array.from({ length: count }, () => createQuotas(env.ORG_QUOTA, clock, limit));
  const org = mint("org");
  return { clock, org, isolates, object: env.ORG_QUOTA.getByName(`org/${org}`) };
}
