import { expect, test } from "vitest";
import { createHarness, mint } from "../support/harness.ts";
import { givenOrg, givenUser } from "../support/world.ts";
const DAY = 86_400_000;
test("scratch", async () => {
  const h = createHarness({ vars: { EMAIL_PROVIDERS: "log" } });
  const org = await givenOrg(h);
  const u = await givenUser(h, { org, email: "kari@example.com" });
  const u2 = await givenUser(h, { org });
  for (const x of [u, u2]) {
    const c = await h.request("PUT", `/api/v1/directory/certifications/${mint("cert")}`, {
      body: {
        user_id: x.id,
        name: "First aid",
        expires_at: new Date(h.clock.now() + 10 * DAY).toISOString(),
      },
    });
    console.log(c.status, JSON.stringify(c.body));
  }
  const one = await h.request("POST", "/api/v1/admin/notifications/certification-reminder", {
    body: { user_id: u.id },
  });
  console.log(one.status, JSON.stringify(one.body));
  h.meter.reset();
  const bulk = await h.request("POST", "/api/v1/admin/notifications/bulk-certification-reminders", {
    body: { org_id: org, days_threshold: 30, include_sub_orgs: true },
  });
  console.log(bulk.status, JSON.stringify(bulk.body), h.meter.trips);
  await h.drain();
  const log = await h.request("GET", `/api/v1/admin/notifications?org_id=${org}&include_sub_orgs=true`);
  console.log(JSON.stringify(log.body, null, 1));
  const failed = log.body.data.find((d: { status: string }) => d.status === "failed");
  const r = await h.request("PUT", `/api/v1/admin/notifications/${failed.dispatch_id}`, {
    body: { action: "retry" },
  });
  console.log(r.status, JSON.stringify(r.body));
  const r2 = await h.request("PUT", `/api/v1/admin/notifications/${failed.dispatch_id}`, {
    body: { action: "update", note: "hm" },
  });
  console.log(r2.status, JSON.stringify(r2.body));
  const d = await h.request("DELETE", `/api/v1/admin/notifications/${failed.dispatch_id}`);
  console.log(d.status, JSON.stringify(d.body));
  const d2 = await h.request("DELETE", `/api/v1/admin/notifications/${failed.dispatch_id}`);
  console.log(d2.status, JSON.stringify(d2.body));
  console.log(JSON.stringify((await h.deps.bindings.DB.prepare("select * from audit_log").all()).results));
  h.clock.advance(3 * DAY + 3600_000);
  await h.tick();
  await h.drain();
  const log2 = await h.request("GET", `/api/v1/admin/notifications?recipient_user_id=${u.id}`);
  console.log(JSON.stringify(log2.body, null, 1));
  console.log((await h.deps.bindings.DB.prepare("select * from user_schedules").all()).results);
  expect(1).toBe(1);
  console.log(h.logged.filter((l) => l.includes("error")).join("\n"));
});
