import { beforeEach, expect, test } from "vitest";
import { createMailWorld, givenMailsTo, mailNow, mailsOf } from "../../../support/mail.ts";
import { dispatchOf, emptyTables, live } from "../../../support/pipeline.ts";

beforeEach(emptyTables);

const SLOW_DOWN = {
  kind: "answer",
  status: 429,
  body: { message: "Maximum sending rate exceeded." },
  headers: { "retry-after": "600" },
} as const;

test("a mail that a throttled provider did not take goes to the next one, long before the pause is over", async () => {
  const h = createMailWorld("ses,resend");
  h.ses.failNext(SLOW_DOWN, 10_000);
  const [id = "", other = ""] = await givenMailsTo(h, 2);
  await mailNow(h, [id]);
  // At once: nothing waits for the pause, and the gate has heard of it before the mail comes again.
  expect((await dispatchOf(id)).due_at).toBeLessThanOrEqual(h.clock.now());
  expect((await h.ctx.gates("email", "ses").peek()).restsUntil).not.toBeNull();
  await mailNow(h, [id, other]);
  await live(h, 1);
  expect([mailsOf(h, id).length, mailsOf(h, other).length]).toEqual([1, 1]);
  expect(h.ses.requests).toHaveLength(1);
  expect(await dispatchOf(id)).toMatchObject({ status: "sent", provider: "resend", attempts: 1 });
});
