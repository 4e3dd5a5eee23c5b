import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { DAY, HOUR } from "../../../src/lib/clock.ts";
import { createMailWorld, givenMails, givenReader, mailNow } from "../../support/mail.ts";
import { dispatchOf } from "../../support/pipeline.ts";
import { givenOrg } from "../../support/world.ts";

test("what the system sends one by one counts in its organization's quota, each once", async () => {
  const h = createMailWorld("resend", { ORG_DAILY_QUOTA: "2" });
  const orgId = await givenOrg(h);
  const statuses = [];
  for (let i = 0; i < 3; i++) {
    const reader = await givenReader(h, { org: orgId });
    const [id = ""] = await givenMails(h, [reader.id], { orgId, slotTaken: false });
    await mailNow(h, [id]);
    statuses.push((await dispatchOf(id)).status);
  }
  expect(statuses).toEqual(["sent", "sent", "queued"]);
});

test("what would expire before the next day ends at once, and its fallback still comes in time", async () => {
  const h = createMailWorld("resend", { ORG_DAILY_QUOTA: "1" });
  const orgId = await givenOrg(h);
  const send = async (more: Parameters<typeof givenMails>[2]) => {
    const reader = await givenReader(h, { org: orgId });
    const [id = ""] = await givenMails(h, [reader.id], {
      orgId,
      slotTaken: false,
      fallback: "in_app",
      ...more,
    });
    await mailNow(h, [id]);
    const { results } = await env.DB.prepare(
      "SELECT channel, status, error_code FROM dispatches WHERE user_id = ? ORDER BY id",
    )
      .bind(reader.id)
      .all();
    return results;
  };
  await send({});
  const now = h.clock.now();
  expect(await send({ expiresAt: now + HOUR })).toEqual([
    { channel: "email", status: "failed", error_code: "expired" },
    { channel: "in_app", status: "queued", error_code: null },
  ]);
  expect(await send({ expiresAt: now + 2 * DAY })).toEqual([
    { channel: "email", status: "queued", error_code: null },
  ]);
});
