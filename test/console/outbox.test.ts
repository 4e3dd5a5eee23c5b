import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { type Caller, createHarness, type Harness, mint } from "../support/harness.ts";
import { aPush, givenUser } from "../support/world.ts";
import { signIn, textOf } from "./browser.ts";

const ADMIN: Caller = { role: "global_admin", sub: "adm_1" };
const LOCAL = { ENVIRONMENT: "development", PUSH_PROVIDERS: "log", EMAIL_PROVIDERS: "log" };
const OUTBOX = "/console/outbox";

beforeEach(async () => {
  await env.DB.exec("DELETE FROM dev_outbox");
  await env.DB.exec("DELETE FROM dispatches WHERE channel = 'in_app'");
});

const local = () => createHarness({ vars: LOCAL });

async function givenMail(h: Harness, name = "Kari Nordmann") {
  const id = mint("usr");
  const email = `${id}@example.com`;
  await h.request("PUT", `/api/v1/directory/users/${id}`, { body: { name, email, email_verified: true } });
  await h.drain();
  return { id, email };
}

async function givenPush(h: Harness, more: object = {}) {
  const user = await givenUser(h);
  const { status } = await h.request("POST", "/api/v1/notifications", { body: aPush(user.id, more) });
  expect(status).toBe(201);
  return user;
}

/** The addresses of the messages of a list. */
const linksIn = (html: unknown): string[] =>
  Array.from(String(html).matchAll(/href="(\/console\/outbox\/[0-9a-f-]{36})"/gu), ([, path = ""]) => path);

test("an empty outbox says how something comes there", async () => {
  const browser = await signIn(local(), ADMIN);
  const { status, body } = await browser.get(OUTBOX);
  expect(status).toBe(200);
  expect(textOf(body)).toContain("Nothing has been sent yet");
});

test("messages are listed as their readers find them, and can be looked for", async () => {
  const h = local();
  const browser = await signIn(h, ADMIN);
  const mail = await givenMail(h);
  const push = await givenPush(h);
  const text = textOf((await browser.get(OUTBOX)).body);
  for (const shown of ["Welcome to Tidings", mail.email, "Time to log your run!", push.tokens[0]])
    expect(text).toContain(shown);
  const found = async (query: string) => linksIn((await browser.get(`${OUTBOX}?${query}`)).body).length;
  expect(await found("")).toBe(2);
  expect(await found(`who=${mail.id}`)).toBe(1);
  expect(await found(`who=${encodeURIComponent(mail.email.toUpperCase())}&channel=email`)).toBe(1);
  expect(await found("channel=in_app")).toBe(0);
  expect(textOf((await browser.get(`${OUTBOX}?who=nobody`)).body)).toContain("No message fits");
});

test("older messages are on further pages, which do not change", async () => {
  const h = local();
  const browser = await signIn(h, ADMIN);
  const user = await givenUser(h);
  for (let i = 0; i < 31; i++) await h.request("POST", "/api/v1/notifications", { body: aPush(user.id) });
  const first = (await browser.get(OUTBOX)).body;
  expect(linksIn(first)).toHaveLength(30);
  const [, next = ""] = /href="([^"]+)" rel="next"/u.exec(first) ?? [];
  const second = (await browser.get(next.replaceAll("&amp;", "&"))).body;
  expect(linksIn(second)).toHaveLength(1);
  expect(second).not.toContain("every 2s");
});

describe("what the list asks for", () => {
  test("is nothing as long as nothing is new", async () => {
    const h = local();
    const browser = await signIn(h, ADMIN);
    const ask = async () => {
      const [, path = ""] = /hx-get="([^"]+)"/u.exec((await browser.get(OUTBOX)).body) ?? [];
      return path.replaceAll("&amp;", "&");
    };
    const empty = await ask();
    expect((await browser.get(empty)).status).toBe(204);
    await givenPush(h);
    const news = await browser.get(empty);
    expect(news.status).toBe(200);
    expect(linksIn(news.body)).toHaveLength(1);
    expect(news.body).not.toContain("<html");
    expect((await browser.get(await ask())).status).toBe(204);
  });

  test("fits what is looked for", async () => {
    const h = local();
    const browser = await signIn(h, ADMIN);
    await givenPush(h);
    expect((await browser.get(`${OUTBOX}/messages?channel=email&seen=`)).status).toBe(204);
  });
});

describe("a message", () => {
  test("that is a mail is shown as HTML in a frame, as text, with headers and links", async () => {
    const h = local();
    const browser = await signIn(h, ADMIN);
    const { id, email } = await givenMail(h);
    const [path = ""] = linksIn((await browser.get(OUTBOX)).body);
    const page = (await browser.get(path)).body;
    expect(page).toContain(`sandbox="allow-popups" src="${path}/html"`);
    expect(page).toContain(`href="/console/people/${id}"`);
    expect(page).toMatch(/href="\/console\/messages\/dsp_\w{26}"/u);
    expect(textOf(page)).toContain(`Kari Nordmann <${email}>`);
    const frame = await browser.get(`${path}/html`);
    expect(frame.headers.get("content-security-policy")).toMatch(/^sandbox allow-popups;/u);
    expect(frame.body).toContain("Kari Nordmann");
    expect(frame.body).toContain('<base target="_blank">');
    expect(textOf((await browser.get(`${path}?view=text`)).body)).toContain("Hello Kari Nordmann,");
    expect(textOf((await browser.get(`${path}?view=headers`)).body)).toContain("Auto-Submitted");
  });

  test("that is a push is shown as a card, with its data and options", async () => {
    const h = local();
    const browser = await signIn(h, ADMIN);
    await givenPush(h, { data: { run: 7 }, options: { subtitle: "Oslo branch", badge: 3 } });
    const [path = ""] = linksIn((await browser.get(OUTBOX)).body);
    const text = textOf((await browser.get(path)).body);
    for (const shown of ["Time to log your run!", "Oslo branch", '"run": 7', '"badge": 3'])
      expect(text).toContain(shown);
    expect((await browser.get(`${path}/html`)).status).toBe(404);
  });

  test("that is silent says so", async () => {
    const h = local();
    const browser = await signIn(h, ADMIN);
    const user = await givenUser(h);
    const body = { user_id: user.id, data: { sync: true }, options: { content_available: true } };
    expect((await h.request("POST", "/api/v1/notifications", { body })).status).toBe(201);
    const list = (await browser.get(OUTBOX)).body;
    expect(textOf(list)).toContain("A silent push");
    const [path = ""] = linksIn(list);
    expect(textOf((await browser.get(path)).body)).toContain("nothing is shown");
  });

  test("of the inbox is shown too, and one that is not there is told", async () => {
    const h = local();
    const browser = await signIn(h, ADMIN);
    await givenPush(h, { channels: ["in_app"], data: { run: 7 } });
    const [path = ""] = linksIn((await browser.get(OUTBOX)).body);
    const text = textOf((await browser.get(path)).body);
    for (const shown of ["In the app", "Time to log your run!", '"run": 7']) expect(text).toContain(shown);
    expect((await browser.get(`${OUTBOX}/0193ab00-0000-7000-8000-000000000000`)).status).toBe(404);
    expect((await browser.get(`${OUTBOX}/nothing`)).status).toBe(404);
  });

  test("runs nothing of what others wrote", async () => {
    const h = local();
    const browser = await signIn(h, ADMIN);
    const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>`;
    await givenMail(h, evil);
    await givenPush(h, {
      title: evil,
      body: `${evil} javascript:alert(1)`,
      data: { [evil]: evil },
      options: { subtitle: evil },
    });
    const list = (await browser.get(`${OUTBOX}?who=${encodeURIComponent("")}`)).body;
    const pages = [list, (await browser.get(`${OUTBOX}?who=${encodeURIComponent(evil)}`)).body];
    for (const path of linksIn(list))
      for (const view of ["html", "text", "headers"])
        pages.push((await browser.get(`${path}?view=${view}`)).body);
    expect(pages.length).toBe(8);
    for (const page of pages) {
      expect(page).not.toContain("<script>alert");
      expect(page).not.toContain("<img src=x");
    }
  });
});

test("emptying it asks first, and then tells", async () => {
  const h = local();
  const browser = await signIn(h, ADMIN);
  await givenMail(h);
  expect((await browser.get(OUTBOX)).body).toContain(`action="${OUTBOX}/empty"`);
  const { status, headers } = await browser.post(`${OUTBOX}/empty`);
  expect(status).toBe(303);
  const text = textOf((await browser.get(headers.get("location") ?? "")).body);
  expect(text).toContain("The outbox is empty.");
  expect(text).toContain("Nothing has been sent yet");
});

test("each page takes one round trip", async () => {
  const h = local();
  const browser = await signIn(h, ADMIN);
  await givenMail(h);
  const [path = ""] = linksIn((await browser.get(OUTBOX)).body);
  for (const one of [OUTBOX, `${OUTBOX}/messages`, path, `${path}/html`]) {
    h.meter.reset();
    await browser.get(one);
    expect([one, h.meter.trips]).toEqual([one, 1]);
  }
});

test("an organization's admin does not see it, and production has none", async () => {
  const org = await signIn(local(), { role: "org_admin", sub: "adm_2", org: "org_1" });
  const refused = await org.get(OUTBOX);
  expect(refused.status).toBe(403);
  expect(textOf(refused.body)).toContain("it is for service and global_admin");
  const h = createHarness({
    vars: { ENVIRONMENT: "production", PUBLIC_URL: "https://t.fonn.no", OPEN_CONTRACTS: "" },
  });
  const browser = await signIn(h, ADMIN);
  for (const path of [OUTBOX, `${OUTBOX}/messages`, `${OUTBOX}/x`, `${OUTBOX}/x/html`])
    expect([path, (await browser.get(path)).status]).toEqual([path, 404]);
  expect((await browser.post(`${OUTBOX}/empty`)).status).toBe(404);
  expect((await browser.get("/console")).body).not.toContain(OUTBOX);
});
