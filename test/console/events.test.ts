import { describe, expect, test } from "vitest";
import { createHarness, type Harness, mint } from "../support/harness.ts";
import { givenOrg, givenUser } from "../support/world.ts";
import { givenTopic, givenType, messagesOf } from "../events/world.ts";
import { signIn, textOf } from "./browser.ts";
import { bytesOf, expectAsText, PROBE } from "./probe.ts";

const ADMIN = { role: "global_admin", sub: "adm_events" } as const;
const IN_APP = { channels: [{ channel: "in_app" as const }] };

const createWorld = () => createHarness({ autoDrain: false });

const send = async (h: Harness, body: object) => {
  const answer = await h.request("POST", "/api/v1/events", { body: { data: {}, ...body } });
  expect(answer.status).toBe(202);
  return answer.body;
};

/** The addresses that a page links to. */
const linksIn = (body: unknown): string[] =>
  [...String(body).matchAll(/href="([^"]+)"/gu)].map(([, href = ""]) => href.replaceAll("&amp;", "&"));

/** One trip each, and no page is heavy. */
async function open(h: Harness, path: string, trips: number) {
  const browser = await signIn(h, ADMIN);
  h.meter.reset();
  const answer = await browser.get(path);
  expect(answer.status).toBe(200);
  expect(h.meter.trips).toBeLessThanOrEqual(trips);
  expect(h.meter.rowsWritten).toBe(0);
  expect(bytesOf(answer)).toBeLessThan(60_000);
  return { answer, text: textOf(answer.body) };
}

test("a running event is found, watched and cancelled, and what was not sent never is", async () => {
  const h = createWorld();
  const type = await givenType(h, IN_APP);
  const { topic } = await givenTopic(h, 1_500);
  await send(h, { type, recipients: { users: [mint("nobody")] } });
  const { id } = await send(h, { type, recipients: { topic } });

  const list = await open(h, `/console/events?status=running&type=${type}`, 1);
  const found = linksIn(list.answer.body).filter((href) => href.includes("/evt_"));
  expect(found).toEqual([`/console/events/${id}`]);

  const page = await open(h, `/console/events/${id}`, 3);
  expect(page.text).toContain("Its messages are being made.");
  expect(page.text).toContain("Recipients handled 1,000 Messages made 1,000 Skipped 0");
  expect(page.answer.body).toMatch(
    new RegExp(`hx-get="/console/events/${id}/progress" hx-trigger="every 3s"`, "u"),
  );

  const browser = await signIn(h, ADMIN);
  expect(String(page.answer.body)).toContain(`action="/console/events/${id}/cancel"`);
  const cancelled = await browser.post(`/console/events/${id}/cancel`);
  expect([cancelled.status, cancelled.headers.get("location")]).toEqual([
    303,
    `/console/events/${id}?done=cancelled`,
  ]);
  await h.drain();
  const after = await open(h, `/console/events/${id}?done=cancelled`, 3);
  expect(after.text).toContain("It is cancelled.");
  expect(after.text).toContain("The event was cancelled event_cancelled , after it was made In-app 1,000");
  expect(String(after.answer.body)).not.toContain("hx-trigger");
  expect(String(after.answer.body)).not.toContain(`/console/events/${id}/cancel`);
  const statuses = new Set((await messagesOf(h, type)).map(({ status }) => status));
  expect(statuses).toEqual(new Set(["cancelled"]));
});

test("progress is asked for again until all is sent, and then the messages are shown anew", async () => {
  const h = createWorld();
  const type = await givenType(h, IN_APP);
  const { id: user } = await givenUser(h);
  const { id } = await send(h, { type, recipients: { users: [user] } });
  const browser = await signIn(h, ADMIN);
  const before = await browser.get(`/console/events/${id}/progress`);
  expect(before.body).toContain('hx-trigger="every 3s"');
  expect(before.body).not.toContain("<html");
  expect(textOf(before.body)).toContain("1 are still to be sent.");
  await h.drain();
  h.meter.reset();
  const after = await browser.get(`/console/events/${id}/progress`);
  expect(h.meter.trips).toBe(2);
  expect(after.body).not.toContain("every 3s");
  expect(after.body).toContain(`hx-get="/console/events/${id}" hx-trigger="load" hx-select="#messages"`);
  expect(textOf(after.body)).toContain("In-app 1 delivered 1 0");
  // A page that is opened then has nothing to wait for.
  expect((await browser.get(`/console/events/${id}`)).body).not.toContain("hx-trigger");
});

test("a message that waits for its time is not watched", async () => {
  const h = createWorld();
  const type = await givenType(h, IN_APP);
  const { id: user } = await givenUser(h);
  const { id } = await send(h, { type, recipients: { users: [user] }, send_at: "2026-03-30T08:00:00Z" });
  const { answer, text } = await open(h, `/console/events/${id}`, 3);
  expect(text).toContain("All messages are made. 1 wait for their time.");
  expect(answer.body).not.toContain("hx-trigger");
  expect(answer.body).toContain(`/console/events/${id}/cancel`);
});

test("an event's page tells why some got none, by channel", async () => {
  const h = createWorld();
  const type = await givenType(h);
  const [a, b] = [await givenUser(h), await givenUser(h, { devices: 0 })];
  const { id } = await send(h, {
    type,
    recipients: { users: [a.id, b.id, mint("nobody")] },
    data: { order: "A-1" },
    key: "k-1",
    actor: a.id,
  });
  const { text, answer } = await open(h, `/console/events/${id}`, 3);
  expect(text).toContain("No device no_device Push 1");
  expect(text).toContain("Not in the directory, or not in the sender's organizations unknown_user Push 1");
  expect(text).toContain("In-app 2 queued 2 1");
  expect(text).toContain("Push 1 queued 1 2");
  for (const fact of ["3 named by their ids", "Key k-1", `Caused by ${a.id}`, "Sent by service:svc_test"])
    expect(text).toContain(fact);
  expect(answer.body).toContain("&quot;order&quot;: &quot;A-1&quot;");
});

test("messages go on page by page, filtered, each linking to its own page", async () => {
  const h = createWorld();
  const type = await givenType(h);
  const { topic, prefix } = await givenTopic(h, 60);
  const { id } = await send(h, { type, recipients: { topic } });
  const seen: string[] = [];
  let path = `/console/events/${id}?channel=in_app&status=queued`;
  for (let pages = 0; path !== "" && pages < 5; pages++) {
    const links = linksIn((await open(h, path, 3)).answer.body);
    seen.push(...links.filter((href) => href.startsWith("/console/messages/")));
    path = links.find((href) => href.startsWith(`/console/events/${id}?`) && href.includes("cursor=")) ?? "";
  }
  const { body } = await h.request("GET", `/api/v1/events/${id}/messages?channel=in_app&limit=100`);
  const wanted = body.data.map((one: { dispatch_id: string }) => `/console/messages/${one.dispatch_id}`);
  expect(wanted).toHaveLength(60);
  expect(seen).toEqual(wanted);
  const { text } = await open(h, `/console/events/${id}?status=failed`, 3);
  expect(text).toContain("No message fits");
  expect((await open(h, `/console/events/${id}`, 3)).answer.body).toContain(
    `href="/console/people/${prefix}_000000"`,
  );
});

describe("the list", () => {
  test("goes on page by page, newest first, and keeps its filter", async () => {
    const h = createWorld();
    const type = await givenType(h, IN_APP);
    const ids: string[] = [];
    for (let n = 0; n < 27; n++)
      ids.unshift((await send(h, { type, recipients: { users: [mint("nobody")] } })).id);
    const first = linksIn((await open(h, `/console/events?type=${type}`, 1)).answer.body);
    const next = first.find((href) => href.includes("cursor=")) ?? "";
    expect(next).toContain(`type=${type}`);
    const second = linksIn((await open(h, next, 1)).answer.body);
    expect(second).toContain(`/console/events?type=${type}`);
    expect([...first, ...second].filter((href) => href.includes("/evt_"))).toEqual(
      ids.map((id) => `/console/events/${id}`),
    );
  });

  test("shows a global admin one organization with those below it, and an org_admin no other", async () => {
    const h = createWorld();
    const type = await givenType(h, IN_APP);
    const [org, elsewhere] = [await givenOrg(h), await givenOrg(h)];
    const below = await givenOrg(h, org);
    const { id: user } = await givenUser(h, { org });
    const of = async (org_id: string) => (await send(h, { type, org_id, recipients: { users: [user] } })).id;
    const [here, under, there] = [await of(org), await of(below), await of(elsewhere)];
    const idsFor = async (path: string, as: Parameters<typeof signIn>[1]) =>
      linksIn((await (await signIn(h, as)).get(path)).body).flatMap((href) => /evt_\w+/u.exec(href) ?? []);
    expect(await idsFor(`/console/events?org_id=${org}`, ADMIN)).toEqual([under, here]);
    const orgAdmin = { role: "org_admin", sub: "adm_org", org: elsewhere } as const;
    expect(await idsFor(`/console/events?org_id=${org}`, orgAdmin)).toEqual([there]);
  });

  test("says what to do where there is nothing", async () => {
    const h = createWorld();
    const org = await givenOrg(h);
    const browser = await signIn(h, { role: "org_admin", sub: "adm_org", org });
    const { body } = await browser.get("/console/events");
    expect(textOf(body)).toContain("No event has been sent yet");
    expect(linksIn(body)).toContain("/console/events/new");
    expect(textOf((await browser.get("/console/events?status=done")).body)).toContain("No event fits");
  });
});

test("what others have written is text, wherever an event shows it", async () => {
  const h = createWorld();
  const type = await givenType(h, { ...IN_APP, name: PROBE });
  const { id: user } = await givenUser(h);
  const { id } = await send(h, {
    type,
    recipients: { users: [user] },
    data: { [PROBE]: PROBE },
    key: PROBE,
  });
  await h.deps.bindings.DB.prepare(
    "UPDATE dispatches SET status = 'failed', error = ?, error_code = ? WHERE type = ?",
  )
    .bind(PROBE, PROBE, type)
    .run();
  const browser = await signIn(h, ADMIN);
  for (const path of [
    `/console/events?type=${type}`,
    `/console/events/${id}`,
    `/console/events/${id}/progress`,
    `/console/events/new?type=${type}`,
  ])
    await expectAsText(await browser.get(path));
});

test("large data is cut, so that the page stays small", async () => {
  const h = createWorld();
  const type = await givenType(h, IN_APP);
  const data = { list: Array.from({ length: 10_000 }, () => "") };
  const { id } = await send(h, { type, recipients: { users: [mint("nobody")] }, data });
  const { text } = await open(h, `/console/events/${id}`, 3);
  expect(text).toContain("The first 4,000 characters.");
});

test("an event that is not there, or is another's, is told like one", async () => {
  const h = createWorld();
  const browser = await signIn(h, ADMIN);
  for (const path of ["/console/events/evt_x", "/console/events/evt_01jq8z3k5te8v9m4p2r7x6w1yd"]) {
    const { status, body } = await browser.get(path);
    expect([status, textOf(body).includes("There is no such event.")]).toEqual([404, true]);
  }
});
