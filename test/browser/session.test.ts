import { expect, test } from "vitest";
import { violationsOn, visitor } from "./chromium.ts";
import { browser, inBrowser, service } from "./suite.ts";

inBrowser();

test("a writer whose session ends loses nothing that they have typed", async () => {
  const { page, context } = await visitor(browser, await service.signInLink());
  await page.goto(`${service.origin}/console/types/welcome/words/email/en`);
  await context.clearCookies();
  const subject = page.getByLabel("Subject");
  await subject.fill("Welcome, typed for an hour");
  const news = page.getByRole("alert");
  await news.getByText("Your session is over.").waitFor();
  expect(await subject.inputValue()).toBe("Welcome, typed for an hour");
  expect(await violationsOn(page)).toEqual([]);

  await page.getByLabel("Text").fill("Hello {{ user.name }}");
  await page.getByRole("button", { name: "Save as a draft" }).click();
  await page.getByRole("heading", { name: "Your session is over" }).waitFor();
  expect(await violationsOn(page)).toEqual([]);

  const other = await context.newPage();
  await other.goto(await service.signInLink());
  await other.close();
  await page.getByRole("button", { name: "Send it again" }).click();
  await page.getByText("It is saved.").waitFor();
  expect(await page.getByLabel("Subject").inputValue()).toBe("Welcome, typed for an hour");
  await context.close();
});

test("a link that somebody else has made asks before it signs in", async () => {
  const { page, context } = await visitor(browser, await service.signInLink());
  await page.goto(await service.signInLink({ sub: "another", role: "global_admin" }));
  expect(await page.getByRole("main").textContent()).toContain("as another, global_admin");
  expect(await violationsOn(page)).toEqual([]);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${service.origin}/console`);
  expect(await page.getByRole("banner").textContent()).toContain("another");
  await context.close();
});
