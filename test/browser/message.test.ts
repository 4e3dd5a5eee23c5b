import { describe, expect, test } from "vitest";
import { z } from "zod";
import { expectNoSideways, violationsOn, visitor } from "./chromium.ts";
import { browser, inBrowser, service } from "./suite.ts";

inBrowser();

const made = z.object({ id: z.string() });

/** A push to somebody who has no device. */
async function givenFailed(title: string): Promise<string> {
  const push = { user_id: "usr_demo_2", title, body: "It arrives tomorrow.", data: { order: "1042" } };
  return made.parse(await service.api("POST", "/api/v1/notifications", push)).id;
}

test("an administrator sees why a message failed, mends it, retries it, and sees it sent", async () => {
  await givenFailed("Your order is on its way");
  const { page, troubles, context } = await visitor(browser, await service.signInLink());
  await page.goto(`${service.origin}/console/messages?status=failed`);
  await page.getByRole("link", { name: "Your order is on its way" }).click();
  const rules = page.getByRole("region", { name: "What the rules say now" });
  await rules.getByText("If it were sent once more now, it could not be sent").waitFor();
  expect(await rules.textContent()).toContain(
    "The app registers a device when the user allows notifications.",
  );

  // It is refused, and the page says why.
  await page.getByRole("button", { name: "Retry" }).click();
  const dialog = page.getByRole("dialog", { name: "Send it once more?" });
  await dialog.getByRole("button", { name: "Retry" }).click();
  await page.getByRole("alert").waitFor();
  expect(await page.getByRole("alert").textContent()).toBe(
    "It could not be sent: The user has no registered device.",
  );
  // The refusal itself is an answer that browsers report.
  expect(troubles.splice(0).join()).toMatch(/^[^,]*409[^,]*$/u);

  await service.api("POST", "/api/v1/notifications/device-tokens", {
    user_id: "usr_demo_2",
    token: "ExponentPushToken[mended]",
    platform: "android",
  });
  await page.getByRole("link", { name: "Reload" }).click();
  await rules.getByText("If it were sent once more now, it would be sent").waitFor();
  await page.getByRole("button", { name: "Retry" }).click();
  await dialog.getByRole("button", { name: "Retry" }).click();
  await page.getByRole("status").waitFor();
  expect(await page.getByRole("status").textContent()).toBe("It is in the queue again.");
  const happened = page.getByRole("region", { name: "What happened" });
  // It may have been sent already; if not, the page asks by itself.
  await happened.getByText("log accepted it").waitFor();
  expect(await happened.textContent()).toContain("Put back into the queue by service:browser-tests");
  expect(troubles).toEqual([]);
  await context.close();
});

test("who looks at a message that is to be sent in a moment sees it sent", async () => {
  const send_at = new Date(Date.now() + 8_000).toISOString();
  const push = { user_id: "usr_demo", title: "Soon", body: "In a moment.", send_at };
  const { id } = made.parse(await service.api("POST", "/api/v1/notifications", push));
  const { page, troubles, context } = await visitor(browser, await service.signInLink());
  await page.goto(`${service.origin}/console/messages/${id}`);
  await page.getByLabel("For those who look at this message later").fill("Not kept yet");
  await page.getByText("log accepted it").waitFor();
  expect(await page.getByLabel("For those who look at this message later").inputValue()).toBe("Not kept yet");
  await page.getByRole("link", { name: "Load the page anew" }).click();
  await page.getByRole("heading", { level: 1 }).locator("..").getByText("sent").waitFor();
  expect(troubles).toEqual([]);
  await context.close();
});

test.each([
  ["light", 1280],
  ["dark", 360],
] as const)(
  "an administrator asks why with data of her own, and sees the mail with them: %s, %i px wide",
  async (colorScheme, width) => {
    await service.api("PUT", "/api/v1/types/asked", {
      name: "Asked",
      channels: [{ channel: "email" }],
      schema: { type: "object", properties: { order: { type: "string" } }, required: ["order"] },
      sample: { order: "A-1" },
    });
    const words = { subject: "Order {{ data.order }}", body: "It is {{ data.order }}." };
    await service.api("PUT", "/api/v1/wordings/asked/email/en", words);
    const { page, troubles, context } = await visitor(browser, await service.signInLink(), {
      colorScheme,
      width,
    });
    await page.goto(`${service.origin}/console/explain?what=asked&user_id=usr_demo`);
    await page.getByText("With data of your own").click();
    await page.getByLabel("Data", { exact: true }).fill('{"order": 7}');
    await page.getByRole("button", { name: "Explain", exact: true }).click();
    await page.locator("#f-data-about .fault").getByText("/order must be a string").waitFor();
    await page.getByLabel("Data", { exact: true }).fill('{"order": "B-77"}');
    await page.getByRole("button", { name: "Explain", exact: true }).click();
    await page.getByText("with the data of the form").waitFor();
    await page.frameLocator('iframe[name="explained-mail"]').getByText("It is B-77.").waitFor();
    expect(page.url()).not.toContain("B-77");
    expect(await violationsOn(page)).toEqual([]);
    await expectNoSideways(page);
    expect(troubles.filter((text) => !text.includes("status of 400"))).toEqual([]);
    await context.close();
  },
);

describe.each([
  ["light", 1280],
  ["dark", 1280],
  ["light", 360],
] as const)("%s, %i px wide", (colorScheme, width) => {
  test("a message, its preview and what explains it are accessible, quiet and not too wide", async () => {
    const failed = await givenFailed("Hello");
    const expires_at = new Date(Date.now() + 20 * 86_400_000).toISOString();
    const certificate = { user_id: "usr_demo", name: "First aid", expires_at };
    await service.api("PUT", `/api/v1/directory/certifications/${colorScheme}${width}`, certificate);
    const look = { colorScheme, width };
    const { page, troubles, context } = await visitor(browser, await service.signInLink(), look);
    for (const path of [
      `/console/messages/${failed}`,
      "/console/explain",
      "/console/explain?what=certification_reminder&user_id=usr_demo",
    ]) {
      await page.goto(service.origin + path, { waitUntil: "networkidle" });
      expect(await violationsOn(page)).toEqual([]);
      await expectNoSideways(page);
    }
    const frame = page.locator("iframe");
    await frame.scrollIntoViewIfNeeded();
    await frame.contentFrame().getByText("Hello Dana Demo").waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });
});
