import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { MAX_ANNOUNCED } from "../../src/outbox/wake.ts";
import { MAX_ROUNDS, ROUND } from "../../src/delivery/deliver.ts";
import { MAX_SETTLEMENTS } from "../../src/delivery/consume.ts";
import { createMailWorld, givenMailsTo, mailNow } from "../support/mail.ts";
import { dispatchesOf, emptyTables } from "../support/pipeline.ts";

/** Its organization's quota, its limiter and its provider, or its limiter again; what follows it in-app is never bulk. */
const SUBREQUESTS_OF_A_DISPATCH = 3;

beforeEach(emptyTables);

test("no more is claimed at a time than the provider takes at once", async () => {
  const h = createMailWorld("ses", { SES_RATE_PER_SECOND: "5" });
  const ids = await givenMailsTo(h, 12);
  const host = "email.eu-west-1.amazonaws.com";
  const claimed: number[] = [];
  h.hosts.set(host, async (url, init) => {
    const { n } = (await env.DB.prepare(
      "SELECT count(*) AS n FROM dispatches WHERE status = 'sending'",
    ).first<{ n: number }>()) ?? { n: 0 };
    claimed.push(n);
    return h.ses.fetch(url, init);
  });
  await mailNow(h, ids);
  expect(claimed).toHaveLength(12);
  expect(Math.max(...claimed)).toBe(5);
  expect((await dispatchesOf(ids)).map(({ status }) => status)).toEqual(ids.map(() => "sent"));
});

test("a bulk batch of both channels stays inside an invocation's 10,000 subrequests", async () => {
  // A quota so small that each dispatch asks for its unit, and a provider that takes one e-mail a request.
  const h = createMailWorld("ses", { ORG_DAILY_QUOTA: "100", SES_RATE_PER_SECOND: "100" });
  const ids = await givenMailsTo(h, 12, { slotTaken: false });
  h.interrupts.reset();
  await mailNow(h, ids);
  const calls = h.interrupts.calls.filter((name) => /^(quota|limiter|fetch)/.test(name));
  // The limiters of several users may be in one object.
  expect(calls.filter((name) => !name.startsWith("limiter"))).toHaveLength(12 * 2);
  expect(calls.length).toBeLessThanOrEqual(12 * SUBREQUESTS_OF_A_DISPATCH);

  const channel = MAX_ROUNDS * ROUND * SUBREQUESTS_OF_A_DISPATCH;
  // A settlement is followed by up to two hundred calls.
  expect(2 * channel + MAX_ANNOUNCED + MAX_SETTLEMENTS * 200).toBeLessThan(10_000);
});
