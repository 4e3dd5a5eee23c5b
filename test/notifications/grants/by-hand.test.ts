import { expect, test } from "vitest";
import { createHarness, SERVICE } from "../../support/harness.ts";
import { givenReader } from "../../support/mail.ts";
import { createDigestWorld, givenGrant, givenMatch, mailsTo, messagesTo } from "./world.ts";

const run = (path: string) => `/dev/jobs/${path}`;

test("a job is run as if it were another time, and what it queues is sent now", async () => {
  const h = createDigestWorld("2026-03-26T12:00");
  const { id: user } = await givenReader(h, { timezone: "Etc/UTC" });
  await givenMatch(h, user, await givenGrant(h), 90, "m_by_hand", "?notify=false");
  const monday = encodeURIComponent("2026-03-30T08:00:00Z");
  const answer = await h.request("POST", run(`weekly_digest?at=${monday}`));
  expect(answer).toMatchObject({
    status: 200,
    body: { job: "weekly_digest", at: "2026-03-30T08:00:00.000Z", done: 1 },
  });
  await h.drain();
  expect(mailsTo(h, user)).toHaveLength(1);
  const now = h.clock.now();
  expect(await messagesTo(user, "weekly_digest")).toMatchObject([
    { status: "sent", created_at: now, sent_at: now },
  ]);
  expect((await h.request("POST", run(`weekly_digest?at=${monday}`))).body).toMatchObject({ done: 0 });
});

test("only a service may, only what there is, and only in development", async () => {
  const h = createHarness();
  expect((await h.request("POST", run("sweep"), { as: null })).status).toBe(401);
  expect((await h.request("POST", run("sweep"), { as: { role: "global_admin" } })).status).toBe(403);
  expect((await h.request("POST", run("nothing"), { as: SERVICE })).status).toBe(404);
  const wrong = await h.request("POST", run("sweep?at=yesterday&att=1"));
  expect([wrong.status, wrong.body.errors]).toEqual([
    400,
    [
      { pointer: "at", detail: expect.stringContaining("must be an ISO 8601 time") },
      { pointer: "att", detail: "is not a known parameter" },
    ],
  ]);
  const production = createHarness({ vars: { ENVIRONMENT: "production" } });
  for (const as of [SERVICE, null])
    expect((await production.request("POST", run("sweep"), { as })).status).toBe(404);
});
