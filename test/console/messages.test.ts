import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { printId } from "../../src/lib/ids.ts";
import { type Caller, createHarness } from "../support/harness.ts";
import { emptyTables, givenDispatches } from "../support/pipeline.ts";
import { givenOrg, givenUser } from "../support/world.ts";
import { signIn, textOf } from "./browser.ts";
import { expectInert, payloads } from "./inert.ts";

const ADMIN: Caller = { role: "global_admin", sub: "adm" };

beforeEach(emptyTables);

/** The messages to which a page links, in their order. */
const listed = (html: unknown): string[] =>
  [...String(html).matchAll(/href="\/console\/messages\/(dsp_[a-z0-9]+)"/gu)].map(([, id]) => id ?? "");

const printed = (ids: readonly string[]): string[] => ids.map((id) => printId("dsp", id));

/** What the form sends when "Older" is clicked. */
const hidden = (html: unknown): Record<string, string> =>
  Object.fromEntries(
    [...String(html).matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/gu)].map(
      ([, name = "", value = ""]) => [name, value.replaceAll("&quot;", '"')],
    ),
  );

async function world() {
  const h = createHarness({ autoDrain: false });
  const kari = await givenUser(h, { email: "kari@example.com" });
  const ola = await givenUser(h);
  const [first = ""] = await givenDispatches(h, [kari.id], { title: "To Kari" });
  const [second = ""] = await givenDispatches(h, [ola.id], {
    title: "To Ola",
    failure: { code: "no_device", message: "No device" },
  });
  return { h, kari, ola, first, second, browser: await signIn(h, ADMIN) };
}

describe("the list of messages", () => {
  test("shows the newest first, with what became of them, in one round trip", async () => {
    const { h, browser, first, second, ola } = await world();
    h.meter.reset();
    const { status, body } = await browser.get("/console/messages");
    expect(status).toBe(200);
    expect(h.meter.trips).toBe(1);
    expect(listed(body)).toEqual(printed([second, first]));
    const text = textOf(body);
    for (const told of ["To Kari", "To Ola", "failed", "no_device", "queued", "Push", ola.id])
      expect(text).toContain(told);
    expect(body).toContain(`href="/console/people/${ola.id}"`);
  });

  test("leads from the id of a message to its page, however it is printed", async () => {
    const { browser, first } = await world();
    for (const q of [printId("dsp", first), printId("notif", first)]) {
      const { status, headers } = await browser.post("/console/messages/search", { q });
      expect([status, headers.get("location")]).toEqual([303, `/console/messages/${printId("dsp", first)}`]);
    }
  });

  test("is filtered by a form whose result has an address of its own", async () => {
    const { browser, kari, first, second } = await world();
    const found = async (fields: Record<string, string>) => {
      const answer = await browser.post("/console/messages/search", fields);
      expect(answer.status).toBe(303);
      const { status, body } = await browser.get(answer.headers.get("location") ?? "");
      expect(status).toBe(200);
      return listed(body);
    };
    expect(await found({ q: kari.id })).toEqual(printed([first]));
    expect(await found({ q: first })).toEqual(printed([first]));
    expect(await found({ status: "failed" })).toEqual(printed([second]));
    expect(await found({ status: "unsent" })).toEqual(printed([second]));
    expect(await found({ status: "waiting" })).toEqual(printed([first]));
    expect(await found({ channel: "email" })).toEqual([]);
    expect(await found({ type: "push", status: "queued" })).toEqual(printed([first]));
    expect(await found({ org: "org_nobody" })).toEqual([]);
  });

  test("takes days in the viewer's zone, the last one included", async () => {
    const { h, browser, first, second } = await world();
    // 26 March 2026, 08:00 UTC: in Kiritimati it is the evening, in Niue the day before.
    expect(new Date(h.clock.now()).toISOString()).toBe("2026-03-26T08:00:00.000Z");
    const on = async (from: string, to: string, zone: string) => {
      const cookie = `${browser.cookie}; tidings-zone=${encodeURIComponent(zone)}`;
      const { body } = await browser.get(`/console/messages?from=${from}&to=${to}`, { cookie });
      return listed(body);
    };
    const both = printed([second, first]);
    expect(await on("2026-03-26", "2026-03-26", "UTC")).toEqual(both);
    expect(await on("2026-03-25", "2026-03-25", "UTC")).toEqual([]);
    expect(await on("2026-03-25", "2026-03-25", "Pacific/Niue")).toEqual(both);
    expect(await on("2026-03-27", "", "UTC")).toEqual([]);
    expect(await on("", "2026-03-26", "Pacific/Kiritimati")).toEqual(both);
    expect(await on("2026-03-27", "", "Pacific/Kiritimati")).toEqual([]);
  });

  test("finds messages by an address, and keeps it out of every URL", async () => {
    const { h, browser, kari, first } = await world();
    const more = await givenDispatches(
      h,
      Array.from({ length: 45 }, () => kari.id),
    );
    h.meter.reset();
    const page = await browser.post("/console/messages/search", { q: "KARI@example.com" });
    expect([page.status, h.meter.trips]).toEqual([200, 1]);
    expect(listed(page.body)).toEqual(printed(more.toReversed().slice(0, 40)));
    expect(String(page.body)).not.toMatch(/(?:href|action)="[^"]*(?:%40|@)/u);
    const rest = await browser.post("/console/messages/search", hidden(page.body));
    expect(listed(rest.body)).toEqual(printed([...more.toReversed().slice(40), first]));
    expect(rest.body).not.toContain("Older");
    // A reload of its address begins anew.
    expect((await browser.get("/console/messages/search")).headers.get("location")).toBe("/console/messages");
  });

  test.each(["+47 912 34 567", "91234567", "tel:+4791234567", "+4791"])(
    "keeps the phone number %s out of every URL, as an address",
    async (number) => {
      const { browser } = await world();
      const page = await browser.post("/console/messages/search", { q: number });
      expect([page.status, page.headers.get("location")]).toEqual([200, null]);
      expect(String(page.body)).not.toMatch(/(?:href|action|src)="[^"]*(?:%2B|\+47|912)/u);
      const asked = await browser.post("/console/explain", {
        what: "welcome",
        user_id: number.replaceAll(" ", ""),
      });
      expect(asked.headers.get("location")).toBeNull();
      expect(String(asked.body)).not.toMatch(/(?:href|action|src)="[^"]*\?[^"]*(?:%2B|\+47|912)/u);
    },
  );

  test("goes on with older ones, to the end, with its filters", async () => {
    const { h, browser, kari } = await world();
    const made = await givenDispatches(
      h,
      Array.from({ length: 90 }, () => kari.id),
    );
    const seen: string[] = [];
    let path: string | undefined = "/console/messages?channel=push&status=queued";
    for (let pages = 0; path !== undefined && pages < 9; pages++) {
      const { body } = await browser.get(path);
      seen.push(...listed(body));
      path = /href="([^"]+)" rel="next"/u.exec(String(body))?.[1]?.replaceAll("&amp;", "&");
      if (path !== undefined) expect(path).toContain("channel=push");
    }
    expect(seen).toHaveLength(91);
    expect(seen.slice(0, 90)).toEqual(printed(made.toReversed()));
  });

  test.each([
    [{ from: "2026-02-30" }, "is not a date"],
    [{ from: "0000-01-01" }, "is not a date"],
    [{ to: "yesterday" }, "is not a date"],
    [{ from: "2026-03-26", to: "2026-03-25" }, "is before the first day"],
    [{ org: "no id" }, "is not an id"],
    [{ type: "x".repeat(65) }, "is longer than any type"],
  ])("shows %j again, with what is wrong", async (fields, fault) => {
    const { h, browser } = await world();
    h.meter.reset();
    const { status, body } = await browser.post("/console/messages/search", fields);
    expect([status, h.meter.trips]).toEqual([400, 0]);
    expect(textOf(body)).toContain(fault);
    expect(body).toContain('aria-invalid="true"');
    for (const value of Object.values(fields)) expect(body).toContain(`value="${value}"`);
  });

  test("refuses a position that is none of ours", async () => {
    const { browser } = await world();
    expect((await browser.get("/console/messages?before=' OR 1=1")).status).toBe(400);
  });

  test("says what to do next where there is nothing", async () => {
    const h = createHarness();
    const browser = await signIn(h, ADMIN);
    expect(textOf((await browser.get("/console/messages")).body)).toContain("Nothing has been sent yet");
    const { body } = await browser.get("/console/messages?q=nobody");
    expect(textOf(body)).toContain("No message matches");
    expect(body).toContain('href="/console/people"');
    expect(textOf((await browser.get("/console/messages?status=failed")).body)).toContain(
      "show all messages",
    );
  });

  test("shows an org_admin what was sent in the own organizations, whatever is typed", async () => {
    const h = createHarness({ autoDrain: false });
    const [ours, theirs] = [await givenOrg(h), await givenOrg(h)];
    const mine = await givenUser(h, { org: ours });
    const other = await givenUser(h, { org: theirs, email: "other@example.com" });
    const [seen = ""] = await givenDispatches(h, [mine.id], { orgId: ours });
    const [hiddenOne = ""] = await givenDispatches(h, [other.id], { orgId: theirs });
    const browser = await signIn(h, { role: "org_admin", sub: "adm", org: ours });
    expect(listed((await browser.get("/console/messages")).body)).toEqual(printed([seen]));
    for (const query of [`q=${other.id}`, `q=${hiddenOne}`, `org=${theirs}`])
      expect(listed((await browser.get(`/console/messages?${query.toString()}`)).body)).toEqual([]);
    const { body } = await browser.post("/console/messages/search", { q: "other@example.com" });
    expect(listed(body)).toEqual([]);
    const none = await signIn(h, { role: "org_admin", sub: "adm" });
    expect(listed((await none.get("/console/messages")).body)).toEqual([]);
  });
});

describe("whatever others have written", () => {
  test("nothing of it runs, or leads away", async () => {
    const { h, browser, kari } = await world();
    for (const [i, text] of payloads("cAnArY").entries()) {
      const [id = ""] = await givenDispatches(h, [kari.id], { title: text });
      await env.DB.prepare(
        "UPDATE dispatches SET error_code = ?, type = ?, mark = ?, channel = ? WHERE id = ?",
      )
        .bind(text, text, text, i % 2 === 0 ? "push" : text, id)
        .run();
    }
    const { body } = await browser.get("/console/messages");
    expect(String(body).split("cAnArY").length).toBeGreaterThan(payloads("x").length * 4);
    await expectInert(body);
  });

  test("nothing of what is typed runs", async () => {
    const { browser } = await world();
    for (const text of payloads("cAnArY")) {
      const query = new URLSearchParams({
        q: text,
        type: text,
        org: text,
        from: text,
        to: text,
        status: text,
      });
      const byLink = await browser.get(`/console/messages?${query.toString()}`);
      expect(byLink.body).toContain("cAnArY");
      await expectInert(byLink.body);
      await expectInert((await browser.post("/console/messages/search", { q: `${text}@`, org: text })).body);
      await expectInert((await browser.get(`/console/messages?q=${encodeURIComponent(text)}`)).body);
    }
  });
});

test("the largest page is smaller than 60 KB, before it is compressed", async () => {
  const h = createHarness({ autoDrain: false });
  const browser = await signIn(h, ADMIN);
  const users = Array.from({ length: 60 }, (_, i) => `${"@:.".repeat(40)}${i}`);
  const title = "<&\"'".repeat(60);
  await givenDispatches(h, users, { title, failure: { code: "provider_not_configured", message: "" } });
  await env.DB.prepare("UPDATE dispatches SET type = ?, mark = 'resolved'").bind("t".repeat(64)).run();
  const { body } = await browser.get("/console/messages");
  expect(listed(body)).toHaveLength(40);
  expect(new TextEncoder().encode(String(body)).length).toBeLessThan(60_000);
});
