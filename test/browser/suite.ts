import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectNoSideways, launch, violationsOn, visitor } from "./chromium.ts";
import { type Service, startService } from "./service.ts";

/** The service and the browser of a file's tests. They are there once `beforeAll` has run. */
export let service: Service;
export let browser: Browser;

/** Starts both before the tests of a file, and stops them after. @param given what the tests find there */
export function inBrowser(given: (service: Service) => Promise<unknown> = async () => {}): void {
  beforeAll(async () => {
    service = await startService();
    await given(service);
    browser = await launch();
  });
  afterAll(async () => {
    await browser.close();
    await service.stop();
  });
}

/**
 * Tests of pages, as they are seen in a window of this width: axe-core finds nothing, nor does the browser complain.
 * @param pathOf the address of a page, where it is only known once the service runs
 */
export function testPages(
  pages: readonly string[],
  look: { colorScheme: "light" | "dark"; width: number },
  pathOf: (page: string) => string = (page) => page,
): void {
  test.each(pages)("%s is accessible, quiet and not too wide", async (path) => {
    const { page, troubles, context } = await visitor(browser, await service.signInLink(), look);
    await page.goto(service.origin + pathOf(path), { waitUntil: "networkidle" });
    expect(await violationsOn(page)).toEqual([]);
    await expectNoSideways(page);
    expect(troubles).toEqual([]);
    await context.close();
  });
}
