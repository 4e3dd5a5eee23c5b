import { expect, test } from "vitest";
import { expectNoSideways, violationsOn, visitor } from "./chromium.ts";
import { browser, inBrowser, service } from "./suite.ts";

inBrowser();

test("an administrator finds out why a person gets nothing, mends it, and sees the message that was sent", async () => {
  await service.api("PATCH", "/api/v1/preferences?user_id=usr_demo", {
    categories: { all: { push: false } },
  });
  const { page, troubles, context } = await visitor(browser, await service.signInLink());
  await page.goto(`${service.origin}/console/people`);
  // By the keyboard alone: "/" goes to the search, and Enter sends it.
  await page.keyboard.press("/");
  await page.keyboard.type("dana@example.com");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/people\/usr_demo$/u);
  expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("Dana Demo");
  expect(await page.locator(".notice").textContent()).toContain("Nothing by push: the channel is off");

  await page.getByLabel("Everything, Push").selectOption({ label: "On" });
  await page
    .getByRole("region", { name: "Preferences", exact: true })
    .getByRole("button", { name: "Save" })
    .click();
  await page.getByRole("status").waitFor();
  expect(await page.getByRole("status").textContent()).toContain("It is saved.");
  expect(await page.getByText("the channel is off").count()).toBe(0);

  await service.api("POST", "/api/v1/notifications", { user_id: "usr_demo", title: "Mended", body: "Yes" });
  await page.getByRole("link", { name: "All messages" }).click();
  await page.getByRole("link", { name: "Mended" }).waitFor();
  await page.getByLabel("Status").selectOption("failed");
  await page.getByText("No message matches").waitFor();
  expect(new URL(page.url()).search).toBe("?q=usr_demo&status=failed");
  expect(await violationsOn(page)).toEqual([]);
  expect(troubles).toEqual([]);
  await context.close();
});

test.each([
  ["light", 1280, true],
  ["dark", 360, true],
  ["light", 360, false],
] as const)(
  "an administrator changes when a person is left in peace: %s, %i px wide, with a script: %s",
  async (colorScheme, width, javaScriptEnabled) => {
    const { page, troubles, context } = await visitor(browser, await service.signInLink(), {
      ...{ colorScheme, width, javaScriptEnabled },
    });
    await page.goto(`${service.origin}/console/people/usr_demo`);
    const card = page.getByRole("region", { name: "Quiet hours" });
    await card.getByLabel("At hours of their own").check();
    await card.getByLabel("From").fill("22:30");
    await card.getByLabel("To", { exact: true }).fill("06:15");
    for (const day of ["Sat", "Sun"]) await card.getByLabel(day).uncheck();
    if (javaScriptEnabled) expect(await violationsOn(page)).toEqual([]);
    await expectNoSideways(page);
    await card.getByRole("button", { name: "Save" }).click();
    await page.getByText("It is saved.").waitFor();
    expect(await card.getByLabel("From").inputValue()).toBe("22:30");
    expect(await card.getByLabel("Sat").isChecked()).toBe(false);
    await card.getByLabel("Never", { exact: true }).check();
    await card.getByRole("button", { name: "Save" }).click();
    await page.getByText("It is saved.").waitFor();
    expect(await card.getByLabel("Never", { exact: true }).isChecked()).toBe(true);
    await card.getByLabel("As the organization has it").check();
    await card.getByRole("button", { name: "Save" }).click();
    await page.getByText("It is saved.").waitFor();
    expect(await card.getByLabel("As the organization has it").isChecked()).toBe(true);
    expect(troubles).toEqual([]);
    await context.close();
  },
);

test.each([1280, 360])("a person is exported, and erased once one is sure, %i px wide", async (width) => {
  const id = `usr_gone_${width}`;
  await service.api("PUT", `/api/v1/directory/users/${id}?notify=false`, { name: "Gone Soon" });
  const { page, troubles, context } = await visitor(browser, await service.signInLink(), { width });
  await page.goto(`${service.origin}/console/people/${id}`);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export" }).click();
  expect((await download).suggestedFilename()).toBe("export.json");

  await page.getByRole("button", { name: "Erase" }).click();
  const dialog = page.getByRole("dialog", { name: "Erase this person everywhere?" });
  await dialog.waitFor();
  expect(await violationsOn(page)).toEqual([]);
  await expectNoSideways(page);
  // Escape changes the mind.
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "Erase" }).click();
  await dialog.getByLabel("Type the person's id").fill(id);
  await dialog.getByRole("button", { name: "Erase" }).click();
  await page.getByText("The person is erased.").waitFor();
  expect(await page.getByText("Gone Soon").count()).toBe(0);
  expect(troubles).toEqual([]);
  await context.close();
});

test.each([
  ["light", 1280],
  ["dark", 1280],
  ["light", 360],
] as const)(
  "a mistyped id stands in the dialog again, to be mended: %s, %i px wide",
  async (colorScheme, width) => {
    const id = `usr_typo_${colorScheme}_${width}`;
    await service.api("PUT", `/api/v1/directory/users/${id}?notify=false`, { name: "Gone Soon" });
    const { page, context } = await visitor(browser, await service.signInLink(), { colorScheme, width });
    await page.goto(`${service.origin}/console/people/${id}`);
    const dialog = page.getByRole("dialog", { name: "Erase this person everywhere?" });
    const field = dialog.getByLabel("Type the person's id");
    const mistype = async () => {
      await page.getByRole("button", { name: "Erase" }).click();
      await field.fill("usr_typo");
      await dialog.getByRole("button", { name: "Erase" }).click();
      await dialog.getByText("is not the id of this person").waitFor();
    };
    await mistype();
    expect(await field.inputValue()).toBe("usr_typo");
    expect(await violationsOn(page)).toEqual([]);
    await expectNoSideways(page);
    await dialog.getByRole("button", { name: "Keep it as it is" }).click();
    await dialog.waitFor({ state: "hidden" });
    await mistype();
    await field.fill(id);
    await dialog.getByRole("button", { name: "Erase" }).click();
    await page.getByText("The person is erased.").waitFor();
    await context.close();
  },
);
