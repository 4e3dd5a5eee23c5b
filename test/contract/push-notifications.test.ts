import { expect, test } from "vitest";
import { createHarness } from "../support/harness.ts";
import { aPush, givenUser } from "../support/world.ts";

test("a push goes through outbox, queue, consumer and provider", async () => {
  const h = createHarness();
  const user = await givenUser(h);
  h.meter.reset();
  const sent = await h.request("POST", "/api/v1/notifications", { body: aPush(user.id) });
  console.log(JSON.stringify(sent.body), h.meter.trips, h.meter.rowsRead, h.meter.rowsWritten);
  console.log(h.logged.join("\n"));
  expect(sent.status).toBe(201);
  const list = await h.request("GET", `/api/v1/notifications?user_id=${user.id}`);
  console.log(JSON.stringify(list.body));
  const one = await h.request("GET", `/api/v1/notifications/${sent.body.id}`);
  console.log(JSON.stringify(one.body));
  const batch = await h.request("POST", `/api/v1/notifications/batch`, {
    body: { targets: [aPush(user.id), aPush("nobody")] },
  });
  console.log(batch.status, JSON.stringify(batch.body));
  const hz = await h.request("GET", `/healthz`);
  console.log(hz.status, JSON.stringify(hz.body));
  const oa = await h.request("GET", `/openapi.json`);
  console.log(oa.status, JSON.stringify(oa.body).slice(0, 300));
  const dt = await h.request("GET", `/api/v1/notifications/device-tokens?user_id=${user.id}`);
  console.log(dt.status, JSON.stringify(dt.body));
  const bad = await h.request("POST", `/api/v1/notifications`, { body: { foo: 1, title: "" } });
  console.log(bad.status, JSON.stringify(bad.body));
  await h.tick();
  console.log(h.logged.join("\n"));
});
