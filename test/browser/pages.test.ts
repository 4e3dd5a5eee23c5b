import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { violationsOn, visitor } from "./chromium.ts";
import type { Service } from "./service.ts";
import { browser, inBrowser, service, testPages } from "./suite.ts";

/** Every section of the console; the single pages follow from what is in them. */
const SECTIONS = [
  "/console",
  "/console/messages",
  "/console/people",
  "/console/people/usr_demo",
  "/console/events",
  "/console/events/new",
  "/console/topics",
  "/console/explain?what=certification_reminder&user_id=usr_demo",
  "/console/outbox",
  "/console?span=month",
  "/console/settings",
];

/** Something to see: messages that were sent and that failed, a topic, what was not made. */
async function givenNews({ api }: Service): Promise<void> {
  await api("PUT", "/api/v1/topics/news?org_id=org_demo", { name: "News" });
  await api("PUT", "/api/v1/topics/news/subscribers?org_id=org_demo", { user_ids: ["usr_demo"] });
  for (const user_id of ["usr_demo", "usr_demo_2"])
    await api("POST", "/api/v1/notifications", { user_id, title: "Hello", body: "There" });
  await api("PUT", "/api/v1/directory/matches/demo", {
    user_id: "usr_demo",
    grant_id: "grant_demo",
    score: 1,
  });
}

inBrowser(givenNews);

describe.each([
  ["light", 1280],
  ["dark", 1280],
  ["light", 360],
] as const)("%s, %i px wide", (colorScheme, width) => {
  testPages(SECTIONS, { colorScheme, width });
});

test.each(SECTIONS)("%s is less than 60 KB for a new browser", async (path) => {
  const { page, context } = await visitor(browser, await service.signInLink());
  const bytes: Promise<number>[] = [];
  page.on("response", (response) =>
    bytes.push(
      response.body().then(
        (body) => gzipSync(body).length,
        () => 0,
      ),
    ),
  );
  await page.goto(service.origin + path, { waitUntil: "networkidle" });
  const total = (await Promise.all(bytes)).reduce((sum, one) => sum + one, 0);
  expect(total).toBeGreaterThan(1_000);
  expect(total).toBeLessThan(60_000);
  await context.close();
});

test("a page to sign in is accessible, and a wrong token is told", async () => {
  const page = await browser.newPage();
  await page.goto(`${service.origin}/console`);
  expect(new URL(page.url()).pathname).toBe("/console/sign-in");
  expect(await violationsOn(page)).toEqual([]);
  await page.getByLabel("Token").fill("not-a-token");
  await page.getByRole("button", { name: "Sign in" }).click();
  expect(await page.getByRole("alert").textContent()).toContain("The token cannot be read");
  expect(await violationsOn(page)).toEqual([]);
  await page.close();
});

test("a person keeps the theme that they chose, and times are in their zone", async () => {
  const { page, context } = await visitor(browser, await service.signInLink());
  expect(await page.evaluate(() => document.documentElement.dataset["zone"])).toBe("Europe/Oslo");
  await page.getByRole("button", { name: "Switch between light and dark" }).click();
  await page.reload();
  expect(await page.evaluate(() => document.documentElement.dataset["theme"])).toBe("dark");
  await context.close();
});
