import { expect, test } from "vitest";
import { expectNoSideways, violationsOn, visitor } from "./chromium.ts";
import { browser, inBrowser, service } from "./suite.ts";

inBrowser();

test("a developer sees what is sent come by itself, reads it, and empties the outbox", async () => {
  const { page, troubles, context } = await visitor(browser, await service.signInLink());
  await page.goto(`${service.origin}/dev/outbox`);
  expect(new URL(page.url()).pathname).toBe("/console/outbox");
  await page.getByText("Nothing has been sent yet").waitFor();

  await service.api("PUT", "/api/v1/directory/users/usr_kari", {
    name: "Kari Nordmann",
    email: "kari@example.com",
    email_verified: true,
  });
  await service.api("POST", "/api/v1/notifications", {
    user_id: "usr_demo",
    title: "Training tonight",
    body: "Bring shoes.",
    data: { id: 42 },
  });
  // Without a reload.
  await page.getByRole("link", { name: /Training tonight/ }).waitFor();
  await page.getByRole("link", { name: /Welcome to Tidings/ }).waitFor();
  expect(await violationsOn(page)).toEqual([]);

  await page.getByRole("link", { name: /Welcome to Tidings/ }).click();
  const mail = page.frameLocator("iframe");
  await mail.getByText("Hello Kari Nordmann,").waitFor();
  expect(await violationsOn(page)).toEqual([]);
  await page.getByRole("link", { name: "Text", exact: true }).click();
  await page.locator("pre").getByText("Hello Kari Nordmann,").waitFor();
  await page.getByRole("link", { name: "Headers" }).click();
  await page.getByText("auto-generated").waitFor();

  await page.setViewportSize({ width: 360, height: 740 });
  await expectNoSideways(page);
  await page.getByRole("link", { name: "Outbox" }).first().click();
  await page.getByRole("link", { name: /Training tonight/ }).click();
  await page.getByText('"id": 42').waitFor();
  await expectNoSideways(page);
  expect(await violationsOn(page)).toEqual([]);

  await page.goto(`${service.origin}/console/outbox`);
  await page.getByRole("button", { name: "Empty the outbox" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Empty the outbox" }).click();
  await page.getByText("The outbox is empty.").waitFor();
  await page.getByText("Nothing has been sent yet").waitFor();
  expect(troubles).toEqual([]);
  await context.close();
});

test("the list keeps the place of somebody who moves by keyboard", async () => {
  const { page, context } = await visitor(browser, await service.signInLink());
  await service.api("POST", "/api/v1/notifications", { user_id: "usr_demo", title: "One", body: "1" });
  await page.goto(`${service.origin}/console/outbox`);
  await page.getByRole("link", { name: /One/ }).focus();
  // Longer than it takes to ask twice.
  await page.waitForTimeout(4_500);
  expect(await page.evaluate(() => document.activeElement?.textContent)).toContain("One");
  await context.close();
});
