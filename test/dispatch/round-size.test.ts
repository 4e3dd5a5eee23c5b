import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { createMailWorld, givenMailsTo, mailNow } from "../support/mail.ts";
import { dispatchesOf, emptyTables } from "../support/pipeline.ts";

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
