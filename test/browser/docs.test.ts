import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { expectNoSideways, violationsOn } from "./chromium.ts";
import { browser, inBrowser, service } from "./suite.ts";

const PAGES = [
  "/docs",
  "/docs/first-push",
  "/docs/events-and-words",
  "/docs/inbox",
  "/docs/providers",
  "/docs/operate",
  "/docs/search?q=twilio",
  "/docs/search?q=zebra",
];

inBrowser();

/** A fresh browser at a page; `troubles`: what it complains of. */
async function reader(path: string, options: Parameters<typeof browser.newContext>[0] = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on("console", (message) => message.type() === "error" && troubles.push(message.text()));
  page.on("pageerror", (error) => troubles.push(error.message));
  await page.goto(service.origin + path, { waitUntil: "networkidle" });
  return { context, page, troubles };
}

describe.each([
  ["light", 1280],
  ["dark", 1280],
  ["light", 360],
  ["dark", 360],
] as const)("%s, %i px wide", (colorScheme, width) => {
  test.each(PAGES)("%s is accessible, quiet and not too wide", async (path) => {
    const { page, troubles, context } = await reader(path, { colorScheme, viewport: { width, height: 860 } });
    expect(await violationsOn(page)).toEqual([]);
    await expectNoSideways(page);
    expect(troubles).toEqual([]);
    await context.close();
  });
});

const samplesShown = (page: Page, language: string) =>
  page.locator(`.choice pre[data-language="${language}"]:visible`).count();

test("a reader chooses a language with the keyboard: for all samples, and for the next guide", async () => {
  const { page, context } = await reader("/docs/first-push");
  expect([await samplesShown(page, "sh"), await samplesShown(page, "ts")]).toEqual([2, 0]);
  await page.locator(".choice input").first().focus();
  await page.keyboard.press("ArrowRight");
  expect([await samplesShown(page, "sh"), await samplesShown(page, "ts")]).toEqual([0, 2]);
  await page.goto(`${service.origin}/docs/events-and-words`);
  expect(await samplesShown(page, "sh")).toBe(0);
  await context.close();
});

test("a sample is copied as it is, in the language that is shown", async () => {
  const { page, context } = await reader("/docs/first-push", {
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const choice = page.locator(".choice").first();
  await choice.getByRole("button", { name: "Copy" }).click();
  await page.locator("[data-copied]").waitFor();
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  expect(await copied()).toBe(await choice.locator("pre:visible").textContent());
  expect(await copied()).toContain("curl -sS $TIDINGS_URL/api/v1/notifications");
  await choice.getByText("TypeScript").click();
  await choice.getByRole("button", { name: "Copy" }).click();
  await expect.poll(copied).toContain("await ");
  await context.close();
});

test("search is a key away, and leads to the place", async () => {
  const { page, context } = await reader("/docs");
  await page.keyboard.press("/");
  await page.keyboard.type("quiet hours");
  await page.keyboard.press("Enter");
  await page.locator(".results a").first().click();
  const { pathname, hash } = new URL(page.url());
  expect([pathname, hash]).toEqual(["/docs/events-and-words", "#what-people-choose"]);
  expect(await page.locator(`${hash}:visible`).count()).toBe(1);
  await context.close();
});

test("the theme that a reader chose is kept", async () => {
  const { page, context } = await reader("/docs", { colorScheme: "light" });
  await page.getByRole("button", { name: "Switch between light and dark" }).click();
  await page.goto(`${service.origin}/docs/deploy`);
  expect(await page.evaluate(() => document.documentElement.dataset["theme"])).toBe("dark");
  await context.close();
});

test("without scripts everything can be read, and no button is shown that does nothing", async () => {
  const { page, context } = await reader("/docs/first-push", { javaScriptEnabled: false });
  expect(await page.getByRole("button", { name: "Copy" }).count()).toBe(0);
  await page.locator(".choice label").nth(1).click();
  expect(await page.locator('.choice pre[data-language="ts"]:visible').count()).toBe(1);
  await page.getByRole("link", { name: "API reference" }).first().waitFor();
  await context.close();
});

test("an old link to an operation leads to it", async () => {
  const { page, context } = await reader("/docs#/Events");
  await page.waitForURL((url) => url.pathname === "/docs/reference" && url.hash.startsWith("#/Events"));
  await page.locator("#operations-tag-Events").waitFor();
  await context.close();
});
