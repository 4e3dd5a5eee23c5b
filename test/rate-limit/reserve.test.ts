import { describe, expect, test } from "vitest";
import { HOUR } from "../../src/lib/clock.ts";
import type { Budget } from "../../src/rate-limit/limiter.ts";
import { reserveQuota } from "../../src/rate-limit/quota/quota.ts";
import { reserveSlot } from "../../src/rate-limit/budgets.ts";
import { createHarness, mint } from "../support/harness.ts";

const PUSH: Budget = { name: "push", limit: 3, periodMs: HOUR };
const IN_APP: Budget = { name: "in_app", limit: 1, periodMs: HOUR };

function world() {
  const h = createHarness();
  const user_id = mint("usr");
  const used = async (budget: Budget) => (await h.ctx.limiters.of(user_id).usage(budget)).used;
  return { h, used, dispatch: () => ({ id: mint("dsp"), user_id }) };
}

describe("a slot", () => {
  test("is held while the block runs, and stays where it was kept", async () => {
    const { h, used, dispatch } = world();
    {
      await using slot = await reserveSlot(h.ctx, PUSH, dispatch());
      expect([await used(PUSH), slot?.result]).toMatchObject([1, { allowed: true, remaining: 2 }]);
      slot?.keep();
    }
    expect(await used(PUSH)).toBe(1);
  });

  test("goes back when the block ends without keeping it", async () => {
    const { h, used, dispatch } = world();
    {
      await using slot = await reserveSlot(h.ctx, PUSH, dispatch());
      expect([await used(PUSH), slot?.result.allowed]).toEqual([1, true]);
    }
    expect(await used(PUSH)).toBe(0);
  });

  test("goes back when a later slot of the same message is refused", async () => {
    const { h, used, dispatch } = world();
    const send = async () => {
      await using push = await reserveSlot(h.ctx, PUSH, dispatch());
      await using inApp = await reserveSlot(h.ctx, IN_APP, dispatch());
      push?.keep();
      inApp?.keep();
    };
    await send();
    await expect(send()).rejects.toMatchObject({ problem: "rate_limited" });
    expect([await used(PUSH), await used(IN_APP)]).toEqual([1, 1]);
  });

  test("that cannot be given back hides no error", async () => {
    const { h, dispatch } = world();
    const ctx = { ...h.ctx };
    const send = async () => {
      await using slot = await reserveSlot(ctx, PUSH, dispatch());
      expect(slot).not.toBeNull();
      ctx.limiters = {
        ...h.ctx.limiters,
        of: () => {
          throw new Error("the object is away");
        },
      };
      throw new Error("D1 is away");
    };
    await expect(send()).rejects.toThrow("D1 is away");
    expect(h.logged.some((line) => line.includes("limiter_failed"))).toBe(true);
  });

  test("is not asked for where there is no dispatch", async () => {
    const { h } = world();
    h.interrupts.reset();
    expect(await reserveSlot(h.ctx, PUSH, undefined)).toBeNull();
    expect(h.interrupts.calls).toEqual([]);
  });
});

test("units of a quota go back when the block ends without keeping them", async () => {
  const h = createHarness({ vars: { ORG_DAILY_QUOTA: "2" } });
  const org_id = mint("org");
  const rows = [{ org_id }, { org_id }];
  const spend = async (keeps: boolean) => {
    await using quota = await reserveQuota(h.ctx, rows);
    if (keeps) quota.keep();
  };
  await spend(false);
  await spend(true);
  await expect(spend(true)).rejects.toMatchObject({ options: { code: "org_quota" } });
});
