import { expect, test } from "vitest";
import type { Page } from "playwright-core";
import { z } from "zod";
import { expectNoSideways, violationsOn, visitor } from "./chromium.ts";
import { browser, inBrowser, service } from "./suite.ts";

/** More than one portion: the request makes the messages of the first 1,000, and the queue those of the others. */
const PEOPLE = 1_500;

const idOf = (n: number): string => `usr_run_${String(n).padStart(4, "0")}`;

inBrowser(async (service) => {
  await service.api("PUT", "/api/v1/types/club_news", {
    name: "Club news",
    channels: [{ channel: "in_app" }],
    schema: { type: "object", properties: { headline: { type: "string" } }, required: ["headline"] },
  });
  await service.api("PUT", "/api/v1/wordings/club_news/in_app/en", {
    title: "{{ data.headline }}",
    body: "Read more in the app.",
  });
  await service.api("PUT", "/api/v1/topics/runners", { name: "Runners" });
  for (let first = 0; first < PEOPLE; first += 500) {
    const ids = Array.from({ length: 500 }, (_, i) => idOf(first + i));
    await service.api("POST", "/api/v1/directory/users", {
      items: ids.map((id) => ({ id, name: "Runner" })),
    });
    await service.api("PUT", "/api/v1/topics/runners/subscribers", { user_ids: ids });
  }
});

/** The page is accessible, and fits its window when that is narrow. */
async function expectGood(page: Page): Promise<void> {
  expect(await violationsOn(page), page.url()).toEqual([]);
  await page.setViewportSize({ width: 360, height: 860 });
  await expectNoSideways(page);
  await page.setViewportSize({ width: 1280, height: 860 });
}

test("somebody tries an event out, sends it with a double click, finds it, watches it and cancels it", async () => {
  const { page, context, troubles } = await visitor(browser, await service.signInLink());
  await page.getByRole("link", { name: "Events" }).click();
  await page.getByRole("link", { name: "Send an event", exact: true }).click();
  await expectGood(page);
  await page.getByRole("link", { name: "Club news" }).click();
  await expectGood(page);

  await page.getByLabel("The subscribers of a topic").check();
  await page.getByLabel("Id of the topic").fill("runners");
  await page.getByLabel("Data").fill('{ "headline": "<b>Sunday run</b>" }');
  await page.getByLabel("Not before").fill("2027-01-10T09:00");
  await page.getByRole("button", { name: "Dry run" }).click();
  // It counts on by itself, past those whom the request could go through.
  await page.getByText("Of 1,500 recipients 1,500 messages would be made.").waitFor();
  await expectGood(page);

  await page.getByRole("button", { name: "Send", exact: true }).dblclick();
  await page.getByRole("heading", { name: "Progress" }).waitFor();
  await page.getByText("All messages are made. 1,500 wait for their time.").waitFor();
  // The time was typed on the viewer's clock.
  expect(await page.getByText("10 Jan 2027, 09:00:00").first().getAttribute("datetime")).toBe(
    "2027-01-10T08:00:00.000Z",
  );
  await expectGood(page);

  await page.getByRole("link", { name: "Events" }).first().click();
  await page.getByLabel("Type").fill("club_news");
  await page.getByRole("button", { name: "Show" }).click();
  await expectGood(page);
  // The dry run and one event: the second click sent nothing.
  const rows = page.getByRole("row").filter({ hasText: "Club news" });
  expect(await rows.count()).toBe(2);
  await rows.filter({ hasText: "scheduled" }).getByRole("link").click();

  await page.getByRole("button", { name: "Cancel what is not sent" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Keep it as it is" }).click();
  expect(await dialog.isVisible()).toBe(false);
  await page.getByRole("button", { name: "Cancel what is not sent" }).click();
  await dialog.getByRole("button", { name: "Cancel what is not sent" }).click();
  await page.getByText("It is cancelled. What had been sent before stays sent.").waitFor();
  await expectGood(page);
  expect(await page.getByRole("button", { name: "Cancel what is not sent" }).count()).toBe(0);
  expect(troubles).toEqual([]);
  await context.close();
});

test("progress moves while an event runs, and its messages are shown anew when it is done", async () => {
  const { page, context, troubles } = await visitor(browser, await service.signInLink());
  const sent = await service.api("POST", "/api/v1/events", {
    type: "club_news",
    recipients: { topic: "runners" },
    data: { headline: "Now" },
  });
  const { id } = z.object({ id: z.string() }).parse(sent);
  await page.goto(`${service.origin}/console/events/${id}`);
  const shown = page.locator("#messages");
  await page.getByText("All messages are handled.").waitFor();
  await shown.getByRole("cell", { name: "delivered" }).first().waitFor();
  expect(await shown.getByRole("cell", { name: "queued" }).count()).toBe(0);
  expect(await page.locator("#progress").getAttribute("hx-trigger")).toBe(null);
  expect(troubles).toEqual([]);
  await context.close();
});

test("somebody makes a topic, adds people, takes one away and deletes it, by keyboard where it asks", async () => {
  const { page, context, troubles } = await visitor(browser, await service.signInLink());
  await page.goto(`${service.origin}/console/topics`);
  await expectGood(page);
  await page.getByLabel("Id", { exact: true }).fill("walkers");
  await page.getByLabel("Name").fill("Walkers");
  await page.getByRole("button", { name: "Make it" }).click();
  await page.getByRole("heading", { name: "Walkers" }).waitFor();
  await expectGood(page);
  await page.getByLabel("Ids of users").fill(`${idOf(1)}\n${idOf(2)}\nnobody`);
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByText("2 added. 1 could not be added.").waitFor();
  await expectGood(page);
  await page.getByRole("button", { name: `Remove ${idOf(1)}` }).click();
  await page.getByText("It is saved.").waitFor();
  expect(await page.getByRole("link", { name: idOf(1) }).count()).toBe(0);
  expect(await page.getByRole("link", { name: idOf(2) }).count()).toBe(1);
  await page.getByRole("button", { name: "Delete the topic" }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await page.getByText("It is deleted.").waitFor();
  expect(await page.getByRole("link", { name: "walkers" }).count()).toBe(0);
  expect(troubles).toEqual([]);
  await context.close();
});
