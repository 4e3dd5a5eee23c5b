import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { MINUTE, HOUR } from "../../src/lib/clock.ts";
import { emptyInsight, givenMade } from "../insight/world.ts";
import { type Caller, createHarness, type Harness, mint } from "../support/harness.ts";
import { consumeAll } from "../support/pipeline.ts";
import { givenOrg } from "../support/world.ts";
import { signIn, textOf } from "./browser.ts";

beforeEach(emptyInsight);

const ADMIN: Caller = { role: "global_admin", sub: "adm_1" };
const adminOf = (org: string): Caller => ({ role: "org_admin", sub: "adm_2", org });

const see = async (h: Harness, as: Caller, path = "/console") => {
  const { status, body } = await (await signIn(h, as)).get(path);
  expect(status).toBe(200);
  return { html: String(body), text: textOf(body) };
};

/** An organization with one below it, and another that is none of its business. */
async function givenTenants(h: Harness) {
  const top = await givenOrg(h);
  const below = await givenOrg(h, top);
  const other = await givenOrg(h);
  await givenMade(h, { n: 2, org: top });
  await givenMade(h, { n: 3, org: below, status: "failed", code: "no_words", type: "type_mine" });
  await givenMade(h, { n: 7, org: other, status: "failed", code: "no_words", type: "type_theirs" });
  await givenMade(h, { n: 70, org: null, channel: "email", provider: "ses" });
  return { top, below, other };
}

/** What only those may see who administer the whole service. */
const SERVICE_ONLY = [
  "The service",
  "Cron",
  "Database",
  "Cost this month",
  "$",
  "type_theirs",
  "dead_letter",
];

describe("the overview", () => {
  test("of the whole service has everyone's figures, the service and its costs", async () => {
    const h = createHarness();
    await h.tick();
    await givenTenants(h);
    const { text } = await see(h, ADMIN);
    expect(text).toContain("All organizations");
    expect(text).toContain("Sent 72 87.8 % of what ended");
    expect(text).toContain("Failed 10 0 of them bounced");
    expect(text).toContain(
      "10 pushes of “type_theirs” and “type_mine” were not sent: the type has no published words",
    );
    expect(text).toContain("E-mail ses 70 0 0 0 0");
    expect(text).toMatch(/Cron runs last tick .* Oldest overdue none Push: expo works E-mail: ses works/u);
    expect(text).toContain("$5.01 for 82 messages, $5.00 of it the plan");
  });

  test("of an organization has its own figures and those below it, and nothing of others or of the service", async () => {
    const h = createHarness();
    const { top, below, other } = await givenTenants(h);
    await consumeAll(h, ["nonsense"], "tidings-dead-letters");
    const mine = await see(h, adminOf(top));
    expect(mine.text).toContain("Your organization and those below it");
    expect(mine.text).toContain("Sent 2 40.0 % of what ended");
    expect(mine.text).toContain("Failed 3");
    expect(mine.text).toContain("3 pushes of “type_mine” were not sent");
    expect(mine.html).toContain(`href="/console/types/type_mine?org_id=${below}"`);
    const under = await see(h, adminOf(below));
    expect(under.text).toContain("Sent 0");
    expect(under.text).toContain("Failed 3");
    const theirs = await see(h, adminOf(other));
    expect(theirs.text).toContain("Failed 7");
    expect(theirs.text).not.toContain("type_mine");
    for (const { text } of [mine, under]) for (const word of SERVICE_ONLY) expect(text).not.toContain(word);
  });

  test("of an org_admin without an organization is empty", async () => {
    const h = createHarness();
    await givenTenants(h);
    const { text } = await see(h, { role: "org_admin", sub: "adm_3" });
    expect(text).toContain("Your token names no organization");
    expect(text).toContain("Nothing was sent in this time");
    for (const word of [...SERVICE_ONLY, "type_mine"]) expect(text).not.toContain(word);
  });

  test("asks each provider's gate for the service alone", async () => {
    const h = createHarness();
    const org = await givenOrg(h);
    const gates = () => h.interrupts.calls.filter((call) => call.startsWith("gate")).length;
    await see(h, adminOf(org));
    expect(gates()).toBe(0);
    await see(h, ADMIN);
    expect(gates()).toBe(3);
  });

  test("tells what is urgent first", async () => {
    const h = createHarness();
    await givenMade(h, { n: 2 });
    const late = await see(h, ADMIN);
    expect(late.text.indexOf("The cron has never run.")).toBeLessThan(
      late.text.indexOf("Messages over time"),
    );
    await h.tick();
    const { text } = await see(h, ADMIN);
    expect(text.indexOf("Nothing is wrong.")).toBeGreaterThan(text.indexOf("Messages over time"));
  });

  test.each([
    ["", 24, "09:00–10:00"],
    ["?span=week", 28, ""],
    ["?span=month", 30, "26 Mar"],
    ["?span=constructor", 24, ""],
  ])("draws a bar for each step, with the numbers as a table: %s", async (query, steps, name) => {
    const h = createHarness();
    await givenMade(h, { n: 12 });
    await givenMade(h, { n: 1, status: "failed" });
    const browser = await signIn(h, ADMIN);
    const { body } = await browser.get(`/console${query}`, {
      cookie: `${browser.cookie}; tidings-zone=Europe%2FOslo`,
    });
    expect(String(body).match(/class="chart-step"/gu)).toHaveLength(steps);
    expect(textOf(body)).toContain(`${name}: 12 sent, 1 failed`);
    expect(String(body)).toContain('aria-label="Messages over time: 12 sent, 1 failed"');
    expect(textOf(body)).toMatch(/Made Sent Failed Still put off Waiting .* 12 1 0 0/u);
  });

  test.each([
    ["channel", ["E-mail", "Push", "In-app"]],
    ["provider", ["E-mail by ses", "Push by expo", "In-app", "E-mail by resend"]],
  ])(
    "is divided by %s: a drawing for each, the largest first, and the same as a table",
    async (by, names) => {
      const h = createHarness();
      await givenMade(h, { n: 30, channel: "email", provider: "ses" });
      await givenMade(h, { n: 2, channel: "email", provider: "resend", status: "failed" });
      await givenMade(h, { n: 12 });
      await givenMade(h, { n: 4, channel: "in_app", provider: null, status: "delivered" });
      const { html, text } = await see(h, ADMIN, `/console?span=week&by=${by}`);
      const drawn = [...html.matchAll(/aria-label="([^"]+) over time: ([^"]+)"/gu)];
      expect(drawn.map(([, name]) => name)).toEqual(names);
      const totals = { channel: "30 sent, 2 failed", provider: "30 sent" };
      expect(drawn[0]?.[2]).toBe(by === "channel" ? totals.channel : totals.provider);
      expect(text).toContain(`Made ${names.join(" ")} `);
      expect(text).toContain(by === "channel" ? "32, 2 failed 12 4" : "30 12 4 2, 2 failed");
      // One scale for all: the bar of 12 has the height of 12 among 40, or among 30.
      const height = by === "channel" ? 30 : 40;
      expect(html).toMatch(
        new RegExp(`class="chart-part chart-sent" d="M[\\d.]+ ${100 - height}h7v${height}h-7z"`, "u"),
      );
      expect(html).toContain(`aria-current="true">By ${by}</a>`);
      expect(html).toContain(`href="/console?span=month&amp;by=${by}"`);
    },
  );

  test("divided into many is small, and what has fewest messages shares a drawing", async () => {
    const h = createHarness();
    for (let i = 0; i < 12; i++)
      await givenMade(h, { n: 20 - i, channel: "email", provider: `provider_${i}` });
    const browser = await signIn(h, ADMIN);
    h.meter.reset();
    const { body } = await browser.get("/console?span=month&by=provider");
    expect([h.meter.trips, h.meter.rowsWritten]).toEqual([1, 0]);
    expect(String(body).length).toBeLessThan(60_000);
    expect(String(body).match(/class="multiple"/gu)).toHaveLength(8);
    expect(String(body)).toContain('aria-label="All others over time: 55 sent"');
  });

  test("by what it cannot be divided it shows everything together", async () => {
    const h = createHarness();
    await givenMade(h, { n: 1 });
    const { html } = await see(h, ADMIN, "/console?by=constructor");
    expect(html).toContain('aria-label="Messages over time: 1 sent"');
  });

  test("shows a few that failed among many, and keeps the bar within the drawing", async () => {
    const h = createHarness();
    await givenMade(h, { n: 990 });
    await givenMade(h, { n: 1, status: "failed" });
    await givenMade(h, { n: 1, status: "queued" });
    const { html } = await see(h, ADMIN);
    const bars = [
      ...html.matchAll(/class="chart-(?:sent|failed|waiting)"[^>]* y="([\d.]+)"[^>]* height="([\d.]+)"/gu),
    ];
    const heights = bars.map(([, , height]) => Number(height));
    expect(heights).toHaveLength(3);
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(1.4);
    expect(heights.reduce((sum, height) => sum + height, 0)).toBeLessThanOrEqual(100);
    expect(Math.min(...bars.map(([, y]) => Number(y)))).toBeGreaterThanOrEqual(0);
  });

  test("costs one round trip and writes nothing, and is small whatever there is", async () => {
    const h = createHarness();
    const org = await givenOrg(h);
    for (let i = 0; i < 60; i++)
      await givenMade(h, { org, status: "failed", code: `strange_${i}`, type: `type_${mint("long")}` });
    for (const as of [ADMIN, adminOf(org)])
      for (const span of ["day", "week", "month"]) {
        const browser = await signIn(h, as);
        h.meter.reset();
        const { body } = await browser.get(`/console?span=${span}`);
        expect([h.meter.trips, h.meter.rowsWritten]).toEqual([1, 0]);
        expect(String(body).length).toBeLessThan(60_000);
      }
  });

  test("prints what others have written as text", async () => {
    const h = createHarness();
    const probe = '"><script>alert(1)</script>';
    const [id = ""] = await givenMade(h, { status: "failed", code: "strange", type: probe });
    await env.DB.prepare("UPDATE dispatches SET error = ?1, provider = ?1 WHERE id = ?2")
      .bind(probe, id)
      .run();
    const { html } = await see(h, ADMIN);
    expect(html).not.toContain("<script>alert");
    expect(html).toContain("&lt;script&gt;alert(1)");
  });
});

describe("the settings", () => {
  test("of the whole service say what is configured, what is missing, and when jobs ran, and no secret", async () => {
    const h = createHarness({
      vars: { CORS_ORIGINS: "https://app.example", MISSPELT_VARIABLE: "hush-hush" },
    });
    await h.tick();
    h.clock.advance(3 * MINUTE);
    const { text, html } = await see(h, ADMIN, "/console/settings");
    expect(text).toContain("MISSPELT_VARIABLE is set, but nothing reads it.");
    expect(text).toContain("Tokens are verified with JWT_SECRET.");
    expect(text).toContain("npm run doctor");
    expect(text).toContain("sweep 3 minutes ago");
    expect(text).toContain("Browsers may call from CORS_ORIGINS https://app.example");
    for (const secret of [
      env.JWT_SECRET,
      h.deps.config.linkSecrets.current,
      "test-secret",
      "re_test",
      "hush-hush",
    ])
      expect(html).not.toContain(secret);
  });

  test("of an organization show what it has set and inherits, and nothing of the service", async () => {
    const h = createHarness();
    const top = await givenOrg(h);
    const below = await givenOrg(h, top);
    const set = async (org: string, body: object) => {
      const answer = await h.request("PATCH", `/api/v1/orgs/${org}/preferences`, { as: ADMIN, body });
      expect(answer.body).toMatchObject({ org_id: org });
    };
    await set(top, {
      categories: {
        digest: { push: { enabled: true, locked: false } },
        account: { push: { enabled: false, locked: true } },
      },
      locale: "nb",
      quiet_hours: { enabled: true, start: "22:00", end: "07:00", days: [1, 2] },
    });
    await set(below, { categories: { account: { email: { enabled: false, locked: true } } } });
    const { text } = await see(h, adminOf(below), "/console/settings");
    expect(text).toContain("22:00 to 07:00, Monday, Tuesday, by each person's clock");
    expect(text).toContain("nb, for people who have none");
    expect(text).toContain(
      "account email off no this organization account push off no Org digest push on yes Org",
    );
    expect(text).toContain("Messages a day for one organization 1,000,000");
    for (const word of ["Jobs", "Tokens are verified", "LEASE_SECONDS", "EMAIL_FROM", "What to do"])
      expect(text).not.toContain(word);
  });

  test("of an org_admin without an organization say what to do", async () => {
    const { text } = await see(createHarness(), { role: "org_admin", sub: "adm_3" }, "/console/settings");
    expect(text).toContain("Sign in with a token that has your organization");
  });

  test("cost one round trip and write nothing", async () => {
    const h = createHarness();
    const org = await givenOrg(h);
    for (const as of [ADMIN, adminOf(org)]) {
      const browser = await signIn(h, as);
      h.meter.reset();
      const { body } = await browser.get("/console/settings");
      expect([h.meter.trips, h.meter.rowsWritten]).toEqual([1, 0]);
      expect(String(body).length).toBeLessThan(60_000);
    }
  });
});

test("figures that the job has counted are those that were there before", async () => {
  const h = createHarness();
  const { top } = await givenTenants(h);
  h.clock.advance(HOUR);
  await h.tick();
  const figures = (text: string) => /Sent \d+ .*? no longer wanted/u.exec(text)?.[0];
  const before = figures((await see(h, adminOf(top))).text);
  await h.tick("17 * * * *");
  expect(figures((await see(h, adminOf(top))).text)).toBe(before);
  expect(before).toContain("Sent 2");
});
