import { describe, expect, test } from "vitest";
import type { Claims } from "../../src/cli/jwt.ts";
import { expectNoSideways, violationsOn, visitor } from "./chromium.ts";
import { browser, inBrowser, service } from "./suite.ts";

inBrowser(async (service) => {
  await service.api("PUT", "/api/v1/directory/users/usr_no_device?notify=false", {
    name: "Nobody",
    org_id: "org_demo",
  });
  for (const user_id of ["usr_demo", "usr_no_device"])
    await service.api("POST", "/api/v1/notifications", { user_id, title: "Hello", body: "You" });
  await service.run("sweep");
});

const ADMIN: Claims = { sub: "adm_demo", role: "org_admin", org_id: "org_demo" };

describe.each([
  ["light", 1280],
  ["dark", 1280],
  ["light", 360],
] as const)("%s, %i px wide", (colorScheme, width) => {
  test("an administrator sees what was sent and what is wrong, and is led to it, by the keyboard alone", async () => {
    const { page, troubles, context } = await visitor(browser, await service.signInLink(ADMIN), {
      colorScheme,
      width,
    });
    expect(await page.getByRole("img", { name: /^Messages over time: .*sent/u }).count()).toBe(1);
    await page.getByText("The same as a table").focus();
    await page.keyboard.press("Enter");
    const region = page.getByRole("region", { name: "Messages over time, as numbers" });
    expect(await region.getByRole("row").count()).toBeGreaterThan(1);
    expect(await violationsOn(page)).toEqual([]);
    await expectNoSideways(page);

    const told = page.getByRole("listitem").filter({ hasText: "the people have no registered device" });
    await told.getByRole("link", { name: "See the messages" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/console\/messages\?channel=push&status=failed/u);
    expect(await page.getByRole("link", { name: "usr_no_device" }).count()).toBe(1);
    expect(troubles).toEqual([]);
    await context.close();
  });
});

test.each([
  ["light", 1280],
  ["dark", 1280],
  ["light", 360],
] as const)("the chart is divided by channel and by provider: %s, %i px wide", async (colorScheme, width) => {
  const { page, troubles, context } = await visitor(browser, await service.signInLink(), {
    colorScheme,
    width,
  });
  await page.getByRole("link", { name: "By channel" }).click();
  await page.waitForURL(/by=channel/u);
  await page.getByRole("img", { name: /^Push over time: .*sent/u }).waitFor();
  await page.getByRole("link", { name: "7 days" }).click();
  await page.waitForURL(/span=week&by=channel/u);
  await page.getByRole("link", { name: "By provider" }).click();
  await page.getByRole("img", { name: /^Push by \w+ over time: /u }).waitFor();
  await page.getByText("The same as a table").click();
  const region = page.getByRole("region", { name: "Messages over time, as numbers" });
  expect(await region.getByRole("columnheader", { name: /^Push by/u }).count()).toBe(1);
  expect(await violationsOn(page)).toEqual([]);
  await expectNoSideways(page);
  expect(troubles).toEqual([]);
  await context.close();
});

test("what the month costs is told in full, within a narrow window", async () => {
  const { page, context } = await visitor(browser, await service.signInLink(), { width: 360 });
  await page.getByText("What it is made of").click();
  expect(await page.getByRole("region", { name: "Costs" }).getByText("D1 rows written").isVisible()).toBe(
    true,
  );
  expect(await violationsOn(page)).toEqual([]);
  await expectNoSideways(page);
  await context.close();
});

test("another time is one click away, and the chart moves nothing when it is there", async () => {
  const { page, context } = await visitor(browser, await service.signInLink());
  const shift = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let sum = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) if ("value" in entry) sum += Number(entry.value);
        }).observe({ type: "layout-shift", buffered: true });
        setTimeout(() => resolve(sum), 500);
      }),
  );
  expect(shift).toBe(0);
  await page.getByRole("link", { name: "30 days" }).click();
  await page.waitForURL(/span=month/u);
  expect(await page.getByRole("link", { name: "30 days" }).getAttribute("aria-current")).toBe("true");
  expect(await page.locator(".chart-step").count()).toBe(30);
  await context.close();
});
