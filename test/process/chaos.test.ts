import { beforeAll, expect, test } from "vitest";
import { PROVIDERS } from "../proof/chaos/faults.ts";
import { judge } from "../proof/chaos/judge.ts";
import { brokenPromises, evidence } from "../proof/chaos/report.ts";
import { runChaos } from "../proof/chaos/run.ts";
import { build } from "../proof/production.ts";

// The short run of `npm run chaos`: the same promises, a kill or two, always the same plan.

const SIZE = { users: 30, mentors: 4, orgs: 2 };

beforeAll(build, 120_000);

test("killed and failed at random, it loses nothing, doubles nothing without a reason, and counts right", async () => {
  const run = await runChaos({ seed: 20_260_326, dispatches: 120, kills: 1, size: SIZE });
  try {
    const findings = await judge(run);
    for (const [promise, broken] of Object.entries(brokenPromises(run, findings)))
      expect(broken, `${promise}\n${evidence(run, findings)}`).toEqual([]);
    // Enough has happened for the run to mean something.
    expect(run.service.strikes.length).toBeGreaterThanOrEqual(1);
    expect(run.service.ledger.acceptances.length).toBeGreaterThan(100);
    const asked = new Set(run.service.ledger.acceptances.map(({ request }) => request.provider));
    // Each of the second ones only where the first one has failed for long.
    for (const name of PROVIDERS) if (name !== "resend" && name !== "vonage") expect(asked).toContain(name);
    expect(run.service.reports.counts.handed).toBeGreaterThan(0);
  } finally {
    await run.service.stop();
  }
}, 240_000);
