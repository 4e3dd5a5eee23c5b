import { expect, test } from "vitest";
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
