import { existsSync } from "node:fs";
import axe from "axe-core";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { expect } from "vitest";
import { z } from "zod";

/** CHROMIUM: the browser's program. Left out: where Debian's package puts it. */
const PROGRAM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** It asks no host outside: a closed network would make it wait. */
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export async function launch(): Promise<Browser> {
  if (!existsSync(PROGRAM))
    throw new Error(`There is no ${PROGRAM}: install Chromium (Debian: chromium), or set CHROMIUM.`);
  return chromium.launch({ executablePath: PROGRAM, args: FLAGS });
}

/** A page of a fresh browser that has followed a sign-in link; whatever it complains of is in `troubles`. */
export interface Visitor {
  context: BrowserContext;
  page: Page;
  /** Errors of scripts, of the content security policy, and of requests that failed. */
  troubles: string[];
}

export async function visitor(
  browser: Browser,
  link: string,
  options: { colorScheme?: "light" | "dark"; width?: number; javaScriptEnabled?: boolean } = {},
): Promise<Visitor> {
  const { colorScheme = "light", width = 1280, javaScriptEnabled = true } = options;
  const context = await browser.newContext({
    viewport: { width, height: 860 },
    colorScheme,
    javaScriptEnabled,
    timezoneId: "Europe/Oslo",
  });
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on("console", (message) => message.type() === "error" && troubles.push(message.text()));
  page.on("pageerror", (error) => troubles.push(error.message));
  await page.goto(link);
  await page.waitForURL((url) => url.pathname === "/console");
  return { context, page, troubles };
}

const found = z.object({
  violations: z.array(
    z.object({ id: z.string(), help: z.string(), nodes: z.array(z.object({ html: z.string() })) }),
  ),
});

/** What axe-core finds on a page, by the rules of WCAG 2.2 AA and its own best practices. */
export async function violationsOn(page: Page): Promise<string[]> {
  // By the debugger's way, which the page's content security policy does not forbid.
  await page.evaluate(axe.source);
  const { violations } = found.parse(await page.evaluate("axe.run(document)"));
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0]?.html.slice(0, 200)}`);
}

/** Whether the whole page is as wide as its window: what is wider scrolls within its own box. */
export async function expectNoSideways(page: Page): Promise<void> {
  const [wide, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(wide, `${page.url()} is wider than its window`).toBeLessThanOrEqual(window ?? 0);
}
