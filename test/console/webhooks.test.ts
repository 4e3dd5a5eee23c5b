import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MINUTE } from "../../src/lib/clock.ts";
import { type Caller, createHarness } from "../support/harness.ts";
import { emptyTables } from "../support/pipeline.ts";
import { aPush, givenOrg, givenUser } from "../support/world.ts";
import { createHookWorld, emptyEndpoints, givenEndpoint } from "../channels/webhook/world.ts";
import { type Browser, signIn, textOf } from "./browser.ts";
import { expectInert, payloads } from "./inert.ts";
import { bytesOf, expectAsText, PROBE } from "./probe.ts";

const PATH = "/console/webhooks";
const URL_OK = "https://hooks.example.com/tidings";

beforeEach(async () => {
  await emptyTables();
  await emptyEndpoints();
});
afterEach(emptyEndpoints);

const adminOf = (org: string): Caller => ({ role: "org_admin", sub: "adm_hooks", org });

async function createWorld({ autoDrain = false } = {}) {
  const world = await createHookWorld({ autoDrain });
  return { ...world, browser: await signIn(world.h, adminOf(world.org)) };
}

/** Where a page leads: a form's answer without what it tells. */
const ledTo = ({ headers }: { headers: Headers }): string =>
  (headers.get("location") ?? "").replace(/[?&]done=\w+$/u, "");

const secretIn = (body: unknown): string => /whsec_[A-Za-z0-9+/=]+/u.exec(String(body))?.[0] ?? "";

/** Makes an endpoint by the form. @returns the path of its page */
async function makes(browser: Browser, fields: Record<string, string | readonly string[]> = {}) {
  const made = await browser.post(`${PATH}/new`, { url: URL_OK, ...fields });
  expect(made.status).toBe(200);
  return { path: /data-address="([^"]+)"/u.exec(String(made.body))?.[1] ?? "", made };
}

test("an endpoint is made, its secret shown once, tried out, paused, enabled, mended and deleted", async () => {
  const { h, receiver, browser } = await createWorld();
  expect(textOf((await browser.get(PATH)).body)).toContain("No program hears of anything yet");
  h.meter.reset();
  const { path, made } = await makes(browser, {
    description: "Our CRM",
    wants: "some",
    types: ["message.failed", "message.sent"],
  });
  expect(h.meter.trips).toBe(1);
  const secret = secretIn(made.body);
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/u);
  expect(made.headers.get("cache-control")).toBe("no-store");

  const page = await browser.get(path);
  expect(String(page.body)).not.toContain("whsec_");
  expect(textOf(page.body)).toContain("Nothing was sent to it yet");
  expect(page.body).toMatch(/name="types" value="message.sent" checked/u);
  expect(page.body).not.toMatch(/name="types" value="message.read" checked/u);
  const list = textOf((await browser.get(PATH)).body);
  expect(list).toContain("Our CRM https://hooks.example.com/tidings nothing taken yet – – 0 2 of 11 types");

  const tested = await browser.post(`${path}/test`);
  const webhook = ledTo(tested);
  expect(webhook).toMatch(new RegExp(`^${path}/messages/whm_`, "u"));
  const waiting = await browser.get(webhook);
  expect(waiting.body).toContain(`hx-get="${webhook}/happened"`);
  expect(textOf(waiting.body)).toContain("No attempt yet");
  await h.drain();
  expect(receiver.received).toHaveLength(1);
  const sent = await browser.get(`${webhook}/happened`);
  expect(textOf(sent.body)).toMatch(
    /Attempts sent At Outcome Answer Took .* taken 200 \d+ ms Send it again/u,
  );
  expect(sent.body).not.toContain("hx-get");
  expect(textOf((await browser.get(PATH)).body)).toMatch(/works \d+ Mar 2026/u);

  expect(ledTo(await browser.post(`${path}/pause`))).toBe(path);
  expect(textOf((await browser.get(path)).body)).toContain("It is paused.");
  expect(ledTo(await browser.post(`${path}/enable`))).toBe(path);
  const renamed = await browser.post(path, { url: `${URL_OK}/new`, description: "", wants: "all" });
  expect(ledTo(renamed)).toBe(path);
  const changed = await browser.get(path);
  expect(changed.body).toContain(`value="${URL_OK}/new"`);
  expect(textOf(changed.body)).toContain("hooks.example.com");

  expect((await browser.post(`${path}/delete`)).headers.get("location")).toMatch(/^\/console\/webhooks\?/u);
  expect((await browser.get(path)).status).toBe(404);
});

test("a new secret is shown once, and the former one signs for as long as was chosen", async () => {
  const { h, receiver, browser } = await createWorld();
  const { path, made } = await makes(browser);
  const rotated = await browser.post(`${path}/rotate`, { overlap_hours: "1" });
  expect([rotated.status, secretIn(rotated.body) === secretIn(made.body)]).toEqual([200, false]);
  expect(textOf(rotated.body)).toContain("The former one signs, too, for an hour.");
  expect(textOf((await browser.get(path)).body)).toContain("Former secret signs until");
  await browser.post(`${path}/test`);
  await h.drain();
  expect(receiver.received[0]?.headers.get("webhook-signature")?.split(" ")).toHaveLength(2);
  for (const overlap_hours of ["169", "-1", "x"])
    expect((await browser.post(`${path}/rotate`, { overlap_hours })).status).toBe(400);
});

test("why a webhook was not taken is told, with what to do; mended, it is sent again", async () => {
  const { h, receiver, browser } = await createWorld();
  const { path } = await makes(browser);
  receiver.next({ kind: "answer", status: 404 });
  const webhook = ledTo(await browser.post(`${path}/test`));
  await h.drain();
  const failed = textOf((await browser.get(webhook)).body);
  expect(failed).toContain("The endpoint answered 404.");
  expect(failed).toContain("Nothing is at the path of this URL: mend the URL.");
  expect(failed).toMatch(/is tried again 404 \d+ ms Next attempt/u);
  const page = textOf((await browser.get(path)).body);
  expect(page).toContain("The receiver takes nothing.");
  expect(page).toMatch(/webhook.test queued 404 \d+ ms 1 \d+ Mar 2026/u);
  expect(textOf((await browser.get(PATH)).body)).toMatch(/failing – .* 1 everything/u);
  // It has not ended: it cannot be sent again yet.
  const early = await browser.post(`${webhook}/replay`);
  expect([early.status, textOf(early.body).includes("Only what is finished")]).toEqual([409, true]);

  receiver.next({ kind: "answer", status: 410 });
  h.clock.advance(MINUTE);
  await h.tick();
  await h.drain();
  expect(textOf((await browser.get(path)).body)).toContain("the receiver has answered 410");
  expect(textOf((await browser.get(path)).body)).toContain("Send again what it missed Enable it first.");
  await browser.post(`${path}/enable`);
  const since = "2026-03-20T00:00";
  h.meter.reset();
  const again = await browser.post(`${path}/replay`, { since });
  expect([ledTo(again), h.meter.trips <= 3]).toEqual([path, true]);
  await h.drain();
  expect(textOf((await browser.get(webhook)).body)).toMatch(/Attempts sent .* failed 410 .* taken 200/u);
  expect(ledTo(await browser.post(`${webhook}/replay`))).toBe(webhook);
  await h.drain();
  expect(receiver.received.map(({ headers }) => headers.get("webhook-id"))).toHaveLength(4);
});

test("what is sent again since a time goes on where a thousand are not enough", async () => {
  const { h, browser, org } = await createWorld();
  const { id } = await givenEndpoint(h, org, { types: ["message.sent"] });
  const page = await browser.get(
    `${PATH}/${id}?since=2026-03-20T00%3A00&include_sent=on&after=whm_01kmmbgh80f3zrr53mxg4hfzk0`,
  );
  expect(page.body).toContain('name="after" value="whm_01kmmbgh80f3zrr53mxg4hfzk0"');
  expect(page.body).toContain('value="2026-03-20T00:00"');
  expect(textOf(page.body)).toContain("Go on");
  const refused = await browser.post(`${PATH}/${id}/replay`, { since: "yesterday" });
  expect([refused.status, textOf(refused.body).includes("must be a date and a time")]).toEqual([400, true]);
});

test.each([
  [{ url: "" }, "url", "must not be empty"],
  [{ url: "http://hooks.example.com/" }, "url", "must begin with https"],
  [{ url: "https://10.0.0.1/x" }, "url", ""],
  [{ description: "x".repeat(201) }, "description", "must have at most 200"],
  [{ wants: "some" }, "types", ""],
  [{ wants: "some", types: ["message.lost"] }, "types", ""],
])("what is wrong with an endpoint is told at its field: %o", async (fields, field, fault) => {
  const { h, browser, org } = await createWorld();
  const { id } = await givenEndpoint(h, org);
  for (const path of [`${PATH}/new`, `${PATH}/${id}`]) {
    h.meter.reset();
    const { status, body } = await browser.post(path, { url: URL_OK, ...fields });
    expect([status, h.meter.trips <= 3, h.meter.rowsWritten]).toEqual([400, true, 0]);
    expect(body).toContain('aria-invalid="true"');
    const faults = [...String(body).matchAll(/<p class="fault">([^<]*)<\/p>/gu)].map(([, text]) => text);
    expect(faults).toEqual([expect.stringContaining(fault)]);
    if (field === "url") expect(body).toMatch(/<div id="f-url-about"><p class="fault">/u);
  }
});

test("an organization has at most twenty, and a service without SECRETS_KEY none", async () => {
  const { h, browser, org } = await createWorld();
  for (let i = 0; i < 20; i++) await givenEndpoint(h, org, { path: `/${"long".repeat(400)}${i}` });
  const full = await browser.post(`${PATH}/new`, { url: URL_OK });
  expect([full.status, textOf(full.body).includes("There are 20 endpoints already")]).toEqual([400, true]);
  h.meter.reset();
  const list = await browser.get(PATH);
  expect([h.meter.trips, h.meter.rowsWritten, bytesOf(list) < 60_000]).toEqual([2, 0, true]);

  const bare = createHarness({ vars: { SECRETS_KEY: "" }, autoDrain: false });
  const signedIn = await signIn(bare, adminOf(await givenOrg(bare)));
  expect(textOf((await signedIn.get(`${PATH}/new`)).body)).toContain("cannot store secrets yet");
  const refused = await signedIn.post(`${PATH}/new`, { url: URL_OK });
  expect([refused.status, textOf(refused.body).includes("must set SECRETS_KEY")]).toEqual([503, true]);
});

describe("the log of an endpoint", () => {
  test("is paged and filtered, costs three round trips, and is small", async () => {
    const { h, browser, org } = await createWorld({ autoDrain: true });
    const { id } = await givenEndpoint(h, org, { types: ["message.sent"] });
    const user = await givenUser(h, { org });
    for (let i = 0; i < 30; i++) {
      await h.request("POST", "/api/v1/notifications", { body: aPush(user.id) });
      h.clock.advance(MINUTE);
    }
    await h.drain();
    h.meter.reset();
    const first = await browser.get(`${PATH}/${id}`);
    expect([h.meter.trips, h.meter.rowsWritten, bytesOf(first) < 60_000]).toEqual([3, 0, true]);
    expect(textOf(first.body).match(/message\.sent sent 200/gu)).toHaveLength(25);
    const next = /href="([^"]+)" rel="next"/u.exec(String(first.body))?.[1] ?? "";
    expect(textOf((await browser.get(next)).body).match(/message\.sent sent 200/gu)).toHaveLength(5);
    const none = await browser.get(`${PATH}/${id}?status=failed`);
    expect(textOf(none.body)).toContain("None has this status");
    expect((await browser.get(`${PATH}/${id}?status=lost`)).status).toBe(400);
    expect(textOf(first.body)).toMatch(/State works Last success \d+ Mar 2026/u);
  });

  test("one webhook costs one round trip, and shows what was sent", async () => {
    const { h, browser, org } = await createWorld();
    const { id } = await givenEndpoint(h, org);
    const webhook = ledTo(await browser.post(`${PATH}/${id}/test`));
    h.meter.reset();
    const { body } = await browser.get(webhook);
    expect([h.meter.trips, h.meter.rowsWritten]).toEqual([1, 0]);
    expect(textOf(body)).toContain('"type": "webhook.test"');
  });
});

test("what others have written is only a text", async () => {
  const { h, browser, org } = await createWorld();
  const { id } = await givenEndpoint(h, org);
  for (const probe of [PROBE, ...payloads("canary")]) {
    await browser.post(`${PATH}/${id}`, {
      url: `${URL_OK}?${encodeURIComponent(probe)}`,
      description: probe,
    });
    for (const path of [PATH, `${PATH}/${id}`]) {
      const page = await browser.get(path);
      expect(page.status).toBe(200);
      await expectInert(page.body);
    }
    const refused = await browser.post(`${PATH}/new`, {
      url: probe,
      description: probe,
      wants: probe,
      types: probe,
    });
    expect(refused.status).toBe(400);
    await expectInert(refused.body);
    if (probe === PROBE) {
      await expectAsText(refused);
      await expectAsText(await browser.get(`${PATH}/${id}`));
    }
    const again = await browser.post(`${PATH}/${id}/replay`, { since: probe, after: probe });
    await expectInert(again.body);
    const asked = `${PATH}/${id}?since=${encodeURIComponent(probe)}&after=${encodeURIComponent(probe)}`;
    await expectInert((await browser.get(asked)).body);
  }
});

test("a form of another site does nothing", async () => {
  const { h, browser, org } = await createWorld();
  const { id } = await givenEndpoint(h, org);
  for (const path of ["/new", `/${id}`, `/${id}/pause`, `/${id}/test`, `/${id}/rotate`, `/${id}/delete`]) {
    h.meter.reset();
    const foreign = await browser.post(PATH + path, { url: URL_OK }, { "sec-fetch-site": "cross-site" });
    expect([foreign.status, h.meter.rowsWritten]).toEqual([403, 0]);
  }
});
