import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { HOUR, MINUTE } from "../../src/lib/clock.ts";
import { printId } from "../../src/lib/ids.ts";
import { type Caller } from "../support/harness.ts";
import {
  createWorld,
  deliverNow,
  dispatchOf,
  emptyTables,
  givenDispatches,
  givenPushes,
} from "../support/pipeline.ts";
import { givenUser } from "../support/world.ts";
import { signIn, textOf } from "./browser.ts";
import { cardOf, formsOf, pathOf, post } from "./message-page.ts";

const ADMIN: Caller = { role: "global_admin", sub: "adm" };

beforeEach(emptyTables);

describe("somebody got no push", () => {
  test("an admin finds it among those that failed, sees why, mends it, retries it, and sees it sent", async () => {
    const h = createWorld();
    const { id: user } = await givenUser(h, { devices: 0 });
    const [id = ""] = await givenDispatches(h, [user], { title: "Your order is on its way" });
    await deliverNow(h, [id]);
    const browser = await signIn(h, ADMIN);
    const list = await browser.get("/console/messages?status=unsent");
    expect(list.body).toContain(`href="${pathOf(id)}"`);

    const failed = await browser.get(pathOf(id));
    expect(failed.status).toBe(200);
    expect(cardOf(failed.body, "What happened")).toContain("The user has no registered device");
    const rules = cardOf(failed.body, "What the rules say now");
    expect(rules).toContain("If it were sent once more now, it could not be sent");
    expect(rules).toContain("Device refused The user has no registered device.");
    expect(rules).toContain("The app registers a device when the user allows notifications.");
    expect(failed.body).toContain(`href="/console/people/${user}"`);

    const refused = await browser.post(`${pathOf(id)}/retry`);
    expect(refused.status).toBe(409);
    expect(textOf(refused.body)).toContain("It could not be sent: The user has no registered device.");
    expect((await dispatchOf(id)).status).toBe("failed");

    await env.DB.prepare(
      "INSERT INTO device_tokens (token, user_id, provider, platform, registered_at, last_used_at) VALUES (?1, ?2, 'expo', 'ios', 1, 1)",
    )
      .bind(`ExponentPushToken[${user}]`, user)
      .run();
    const mended = await browser.get(pathOf(id));
    expect(cardOf(mended.body, "What the rules say now")).toContain(
      "If it were sent once more now, it would be sent",
    );
    const queued = await post(browser, `${pathOf(id)}/retry`);
    expect(textOf(queued.body)).toContain("It is in the queue again.");
    expect(formsOf(queued.body)).toEqual(["cancel", "note"]);

    await deliverNow(h, [id]);
    const sent = await browser.get(pathOf(id));
    const told = cardOf(sent.body, "What happened");
    expect(told).toContain("Put back into the queue by global_admin:adm, after no_device.");
    expect(told).toContain("Attempt 1: expo accepted it");
    expect(cardOf(sent.body, "Devices")).toContain("accepted expo");
    expect(formsOf(sent.body)).toEqual(["note"]);
  });

  test("it can be marked as resolved instead, and a note tells others why", async () => {
    const h = createWorld();
    const { id: user } = await givenUser(h, { devices: 0 });
    const [id = ""] = await givenDispatches(h, [user]);
    await deliverNow(h, [id]);
    const browser = await signIn(h, ADMIN);
    const resolved = await post(browser, `${pathOf(id)}/resolve`);
    expect(cardOf(resolved.body, "Facts")).toContain("failed resolved");
    expect(formsOf(resolved.body)).toEqual(["retry", "note"]);
    const noted = await post(browser, `${pathOf(id)}/note`, { note: "We have called them." });
    expect(textOf(noted.body)).toContain("The note is kept.");
    expect(cardOf(noted.body, "Note")).toContain("We have called them.");
    expect(cardOf(noted.body, "What happened")).toContain("global_admin:adm has written a note.");
  });
});

test.each([
  ["", "is missing"],
  [" \n ", "must not be blank"],
  ["x".repeat(2_001), "2000"],
])("the note %j is not kept, and the form says why", async (note, why) => {
  const h = createWorld();
  const { id: user } = await givenUser(h);
  const [id = ""] = await givenDispatches(h, [user]);
  const browser = await signIn(h, ADMIN);
  const { status, body } = await browser.post(`${pathOf(id)}/note`, { note });
  expect(status).toBe(400);
  expect(cardOf(body, "Note")).toContain(why);
  expect(body).toContain('aria-invalid="true"');
  expect((await dispatchOf(id)).note).toBeNull();
});

test("a queued message can be cancelled, and put back", async () => {
  const h = createWorld();
  const { id: user } = await givenUser(h);
  const at = h.clock.now() + HOUR;
  const [id = ""] = await givenDispatches(h, [user], { sendAt: at });
  const browser = await signIn(h, ADMIN);
  const planned = await browser.get(pathOf(id));
  expect(cardOf(planned.body, "What the rules say now")).toContain("It waits Until 26 Mar");
  const cancelled = await post(browser, `${pathOf(id)}/cancel`);
  expect(textOf(cancelled.body)).toContain("It is cancelled.");
  expect(formsOf(cancelled.body)).toEqual(["retry", "resolve", "note"]);
  const again = await browser.post(`${pathOf(id)}/cancel`);
  expect(again.status).toBe(409);
  expect(textOf(again.body)).toContain("Only what is queued can be cancelled; it is cancelled.");
  expect((await browser.post(`${pathOf(id)}/retry`)).status).toBe(303);
  expect((await dispatchOf(id)).status).toBe("queued");
});

test("times are those of the viewer's zone, and each tells how long after the one before it it came", async () => {
  const h = createWorld();
  h.clock.set(Date.parse("2026-03-26T08:00:00Z"));
  const [id = ""] = (await givenPushes(h)).ids;
  h.clock.advance(5 * MINUTE + 20_000);
  await deliverNow(h, [id]);
  const browser = await signIn(h, ADMIN);
  const { body } = await browser.get(pathOf(id), { cookie: `${browser.cookie}; tidings-zone=Europe%2FOslo` });
  const told = cardOf(body, "What happened");
  expect(told).toContain("26 Mar 2026, 09:00:00");
  expect(told).toContain("26 Mar 2026, 09:05:20 , 5 min 20 s later");
});

test("while a message is being sent, what happened is asked for again, alone and in one round trip", async () => {
  const h = createWorld();
  const [id = ""] = (await givenPushes(h)).ids;
  const browser = await signIn(h, ADMIN);
  const asking = `hx-get="${pathOf(id)}/happened"`;
  expect((await browser.get(pathOf(id))).body).toContain(asking);
  h.meter.reset();
  const meanwhile = await browser.get(`${pathOf(id)}/happened`);
  expect([meanwhile.status, h.meter.trips]).toEqual([200, 1]);
  expect(meanwhile.body).toContain(asking);
  expect(meanwhile.body).not.toContain("<html");
  // Nobody knows how long it waits: then it is left alone.
  h.clock.advance(3 * MINUTE);
  expect((await browser.get(pathOf(id))).body).not.toContain(asking);
  await deliverNow(h, [id]);
  const after = await browser.get(`${pathOf(id)}/happened`);
  expect(after.body).not.toContain("hx-get");
  expect(textOf(after.body)).toContain("Load the page anew");
  expect(textOf(after.body)).toContain("expo accepted it");
  expect(textOf((await browser.get(pathOf(id))).body)).not.toContain("Load the page anew");
});

test("every printed form of the id leads to the message, and no other text does", async () => {
  const h = createWorld();
  const [id = ""] = (await givenPushes(h)).ids;
  const browser = await signIn(h, ADMIN);
  for (const form of [id, printId("dsp", id), printId("notif", id)])
    expect((await browser.get(`/console/messages/${form}`)).status).toBe(200);
  for (const form of [printId("evt", id), "1", h.deps.ids.uuid()])
    expect((await browser.get(`/console/messages/${form}`)).status).toBe(404);
});
