import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { Harness } from "../../support/harness.ts";
import { errorsOf, live } from "../../support/pipeline.ts";
import {
  type Coordinator,
  createPauseWorld,
  givenCoordinator,
  givenMentor,
  type Mentor,
  messagesOf,
  recordOf,
  RECORDS,
  type RecordAnswer,
} from "./world.ts";
import { givenChoices } from "../../support/preferences.ts";

const FELL_BACK = "Email fallback triggered due to push failure";

/** A mentor with such a coordinator has paused; nothing has been sent yet. */
async function givenPause(
  h: Harness,
  reachable: Parameters<typeof givenCoordinator>[1] = {},
): Promise<{ mentor: Mentor; coordinator: Coordinator }> {
  const coordinator = await givenCoordinator(h, reachable);
  const mentor = await givenMentor(h, { coordinator_id: coordinator.id });
  await mentor.put({ current_status: "paused", pause_reason: "Personal leave" });
  return { mentor, coordinator };
}

/** `channel status` of each message of a record. */
const outcomes = async (record: RecordAnswer) =>
  (await messagesOf(record)).map(({ channel, status }) => `${channel} ${status}`);

/** What a webhook of an e-mail provider would say later. */
const setStatus = (channel: string, userId: string, status: string, error: string | null = null) =>
  env.DB.prepare("UPDATE dispatches SET status = ?, error = ? WHERE channel = ? AND user_id = ?")
    .bind(status, error, channel, userId)
    .run();

test("without a device an e-mail follows by itself: the record gains it, has no push, and says why", async () => {
  const h = createPauseWorld();
  const { mentor, coordinator } = await givenPause(h, { devices: 0 });
  await h.drain();
  const record = await recordOf(h, mentor);
  expect(record).toMatchObject({ channels_notified: ["in_app", "email"], notes: FELL_BACK });
  expect(await outcomes(record)).toEqual(["push failed", "in_app delivered", "email sent"]);
  expect(h.resend.accepted).toMatchObject([
    { to: expect.stringContaining(coordinator.email), subject: "Kari Nordmann is taking a pause" },
  ]);
  expect(h.resend.accepted[0]?.text).toContain("Personal leave");
  expect(errorsOf(h)).toEqual([]);
});

test("when the push service knows the device no more, an e-mail follows", async () => {
  const h = createPauseWorld();
  const { mentor, coordinator } = await givenPause(h);
  for (const token of coordinator.tokens) h.expo.settings.ticketErrors.set(token, "DeviceNotRegistered");
  await h.drain();
  expect(await recordOf(h, mentor)).toMatchObject({
    channels_notified: ["in_app", "email"],
    notes: FELL_BACK,
  });
});

test("a push that its receipts disprove is taken back, and the e-mail takes its place", async () => {
  const h = createPauseWorld();
  const { mentor, coordinator } = await givenPause(h);
  for (const token of coordinator.tokens) h.expo.settings.receiptErrors.set(token, "DeviceNotRegistered");
  await h.drain();
  expect(await recordOf(h, mentor)).toMatchObject({ channels_notified: ["push", "in_app"], notes: null });
  h.clock.advance(20 * 60_000);
  await h.tick();
  await h.drain();
  const record = await recordOf(h, mentor);
  expect(record).toMatchObject({ channels_notified: ["in_app", "email"], notes: FELL_BACK });
  expect(await outcomes(record)).toEqual(["push failed", "in_app delivered", "email sent"]);
});

test("while the push is being tried again nothing is claimed; when it gives up the e-mail follows", async () => {
  const h = createPauseWorld();
  const { mentor, coordinator } = await givenPause(h);
  h.expo.settings.ticketErrors.set(coordinator.tokens[0] ?? "", "MessageRateExceeded");
  await live(h, 60);
  expect(await recordOf(h, mentor)).toMatchObject({ channels_notified: ["in_app"], notes: null });
  await live(h, 120);
  expect(await recordOf(h, mentor)).toMatchObject({
    channels_notified: ["in_app", "email"],
    notes: FELL_BACK,
  });
});

test("a push that one of two devices took has worked, although the other is tried again", async () => {
  const h = createPauseWorld();
  const { mentor, coordinator } = await givenPause(h, { devices: 2 });
  h.expo.settings.ticketErrors.set(coordinator.tokens[1] ?? "", "MessageRateExceeded");
  await h.drain();
  const record = await recordOf(h, mentor);
  expect(record).toMatchObject({ channels_notified: ["push", "in_app"], notes: null });
  expect(await outcomes(record)).toEqual(["push queued", "in_app delivered"]);
});

test("an e-mail on its way is named as soon as it is sent", async () => {
  const h = createPauseWorld();
  const { mentor } = await givenPause(h, { devices: 0 });
  await h.queues.drain(h.clock.now(), async (batch) => {
    if (batch.queue === "tidings-push") await h.consume(batch);
    else for (const message of batch.messages) message.retry();
  });
  const waiting = await recordOf(h, mentor);
  expect(await outcomes(waiting)).toEqual(["push failed", "in_app delivered", "email queued"]);
  expect(waiting).toMatchObject({ channels_notified: ["in_app"], notes: FELL_BACK });
  await h.drain();
  expect(await recordOf(h, mentor)).toMatchObject({ channels_notified: ["in_app", "email"] });
});

test("a coordinator with neither device nor address has the in-app message, and the record says so", async () => {
  const h = createPauseWorld();
  const { mentor } = await givenPause(h, { devices: 0, address: false });
  await h.drain();
  expect(await recordOf(h, mentor)).toMatchObject({
    channels_notified: ["in_app"],
    notes: `${FELL_BACK}, but not delivered either: The user has no email address`,
  });
});

test("an e-mail that its provider refuses does not count", async () => {
  const h = createPauseWorld();
  const { mentor, coordinator } = await givenPause(h, { devices: 0 });
  h.resend.settings.invalid.add(coordinator.email);
  await h.drain();
  const record = await recordOf(h, mentor);
  expect(await outcomes(record)).toEqual(["push failed", "in_app delivered", "email failed"]);
  expect(record.channels_notified).toEqual(["in_app"]);
  expect(record.notes).toMatch(new RegExp(`^${FELL_BACK}, but not delivered either: .+`));
});

test("an e-mail that bounces later does not count any more", async () => {
  const h = createPauseWorld();
  const { mentor, coordinator } = await givenPause(h, { devices: 0 });
  await h.drain();
  await setStatus("email", coordinator.id, "bounced", "The mailbox does not exist");
  expect(await recordOf(h, mentor)).toMatchObject({
    channels_notified: ["in_app"],
    notes: `${FELL_BACK}, but not delivered either: The mailbox does not exist`,
  });
});

test("a coordinator who wants no such e-mail gets none", async () => {
  const h = createPauseWorld();
  const { mentor, coordinator } = await givenPause(h, { devices: 0 });
  await givenChoices(coordinator.id, { cells: { mentors: { email: false } } });
  await h.drain();
  const record = await recordOf(h, mentor);
  expect(await outcomes(record)).toEqual(["push failed", "in_app delivered", "email cancelled"]);
  expect(record).toMatchObject({
    channels_notified: ["in_app"],
    notes: `${FELL_BACK}, but not delivered either: The user has switched this off`,
  });
});

test("a push that an admin cancels is followed by nothing, and the record says so", async () => {
  const h = createPauseWorld();
  const { mentor } = await givenPause(h);
  const [push] = (await recordOf(h, mentor)).dispatch_ids;
  await h.request("DELETE", `/api/v1/admin/notifications/${push}`);
  await h.drain();
  expect(await recordOf(h, mentor)).toMatchObject({
    channels_notified: ["in_app"],
    notes: "Push not delivered: cancelled",
  });
});

test("a push that an admin retries with success joins the e-mail", async () => {
  const h = createPauseWorld();
  const { mentor, coordinator } = await givenPause(h, { devices: 0 });
  await h.drain();
  const [push] = (await recordOf(h, mentor)).dispatch_ids;
  const token = `ExponentPushToken[${coordinator.id}-new]`;
  await h.request("POST", "/api/v1/notifications/device-tokens", {
    body: { user_id: coordinator.id, token, platform: "ios" },
  });
  await h.request("PUT", `/api/v1/admin/notifications/${push}`, { body: { action: "retry" } });
  await h.drain();
  expect(await recordOf(h, mentor)).toMatchObject({
    channels_notified: ["push", "in_app", "email"],
    notes: FELL_BACK,
  });
});

test("a PUT overrides: from then on the record follows nothing", async () => {
  const h = createPauseWorld();
  const { mentor } = await givenPause(h, { devices: 0 });
  const { id } = await recordOf(h, mentor);
  const put = await h.request("PUT", `${RECORDS}/${id}`, { body: { channels_notified: ["push"] } });
  expect(put.body).toMatchObject({ channels_notified: ["push"], notes: null });
  await h.drain();
  const record = await recordOf(h, mentor);
  expect(record).toMatchObject({ channels_notified: ["push"], notes: null });
  // Which messages there are is still a fact.
  expect(await outcomes(record)).toEqual(["push failed", "in_app delivered", "email sent"]);
});

test("a note of a person stays, while the channels go on following", async () => {
  const h = createPauseWorld();
  const { mentor } = await givenPause(h, { devices: 0 });
  const { id } = await recordOf(h, mentor);
  await h.request("PUT", `${RECORDS}/${id}`, { body: { notes: "Called by phone" } });
  await h.drain();
  expect(await recordOf(h, mentor)).toMatchObject({
    channels_notified: ["in_app", "email"],
    notes: "Called by phone",
  });
});

test("overriding the channels keeps the note that there was", async () => {
  const h = createPauseWorld();
  const { mentor } = await givenPause(h, { devices: 0 });
  await h.drain();
  const { id } = await recordOf(h, mentor);
  const body = { channels_notified: ["in_app", "email"] };
  expect((await h.request("PUT", `${RECORDS}/${id}`, { body })).body).toMatchObject({
    ...body,
    notes: FELL_BACK,
  });
});

test("the list and the history follow in the same way", async () => {
  const h = createPauseWorld();
  const { mentor } = await givenPause(h, { devices: 0 });
  await h.drain();
  const list = await h.request("GET", `${RECORDS}?peer_mentor_id=${mentor.id}`);
  const history = await h.request("GET", `${RECORDS}/history/${mentor.id}`);
  expect(list.body.data[0].channels_notified).toEqual(["in_app", "email"]);
  expect(history.body.history[0].channels_notified).toEqual(["in_app", "email"]);
});
