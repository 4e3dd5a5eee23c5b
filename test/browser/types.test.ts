import { describe, expect, test } from "vitest";
import type { Page } from "playwright-core";
import type { Claims } from "../../src/cli/jwt.ts";
import { expectNoSideways, violationsOn, visitor } from "./chromium.ts";
import type { Service } from "./service.ts";
import { browser, inBrowser, service, testPages } from "./suite.ts";

/** A type with words in two languages, in three versions, for the pages that show what there is. */
async function givenWords({ api }: Service): Promise<void> {
  await api("PUT", "/api/v1/types/parcel", {
    name: "Parcel sent",
    channels: [{ channel: "push" }, { channel: "email", wait: 600 }],
    schema: { type: "object", properties: { order: { type: "string" } }, required: ["order"] },
    sample: { order: "A-1042" },
  });
  for (const n of [1, 2, 3])
    await api("PUT", "/api/v1/wordings/parcel/email/en", {
      subject: `Order {{ data.order }} (${n})`,
      body: `# Sent\n\nNumber ${n}\n\n[Open](https://shop.example){button}`,
    });
  await api("PUT", "/api/v1/wordings/parcel/push/nb", { title: "Sendt", body: "{{ data.nothing }}" });
  await api("PUT", "/api/v1/orgs/org_demo/brand", { name: "Ada's shop", colour: "#7a1f5c" });
}

inBrowser(givenWords);

/** The mail that is drawn in the page. */
const mailOn = (page: Page) => page.frameLocator('iframe[name="mail"]');

const PAGES = [
  "/console/types",
  "/console/types/new-type",
  "/console/types/parcel",
  "/console/types/parcel/edit",
  "/console/types/parcel/words/email/en",
  "/console/types/parcel/words/push/nb",
  "/console/types/parcel/words/email/en/diff?from=1&to=2",
  "/console/types/welcome/words/email/de",
  "/console/brand?org_id=org_demo",
];

describe.each([
  ["dark", 1280],
  ["light", 360],
] as const)("%s, %i px wide", (colorScheme, width) => {
  testPages(PAGES, { colorScheme, width });
});

test("an administrator makes a type, writes its words with a live preview, publishes, and sends a test", async () => {
  const { page, troubles, context } = await visitor(browser, await service.signInLink());
  await page.goto(`${service.origin}/console/types`);
  await page.getByRole("link", { name: "New type" }).click();
  await page.getByLabel("Id", { exact: true }).fill("order_shipped");
  await page.getByLabel("Name").fill("Order shipped");
  await page.getByLabel("1. channel", { exact: true }).selectOption("push");
  await page.getByLabel("2. channel", { exact: true }).selectOption("email");
  await page.getByLabel("Wait before the 2. channel", { exact: true }).fill("10");
  await page.getByLabel("Sample").fill('{"order": "A-1042"');
  await page.getByRole("button", { name: "Create the type" }).click();
  await page.getByText("is not JSON").waitFor();
  await page.getByLabel("Sample").fill('{"order": "A-1042"}');
  await page.getByRole("button", { name: "Create the type" }).click();
  await page.getByRole("status").getByText("It is saved.").waitFor();

  await page
    .getByRole("row", { name: /English/u })
    .getByRole("link")
    .first()
    .click();
  await page.getByLabel("Title").fill("Order {{ data.order }}");
  await page.getByRole("textbox", { name: "Text", exact: true }).fill("{% if data.order %}It is on its way");
  // What is wrong is told at its field while one types, with line and column.
  await page.locator("#f-body-about .fault").getByText("line 1, column 1").waitFor();
  await page.getByRole("textbox", { name: "Text", exact: true }).fill("It is on its way");
  await page.locator(".device").getByText("Order A-1042").waitFor();
  expect(await page.locator("#f-body-about .fault").count()).toBe(0);
  await page.getByRole("button", { name: "Save and publish" }).click();
  await page.getByText("version 1 in use").waitFor();

  await page.getByLabel("To the user").fill("usr_demo");
  await page.getByRole("button", { name: "Send the event" }).click();
  await page.waitForURL(/\/console\/events\/evt_\w+\?done=tested$/u);
  // A form that is refused is answered with 400.
  expect(troubles.filter((text) => !/status of 40[04]/u.test(text))).toEqual([]);
  await context.close();
});

test.each([
  ["push", "Title", "The test is sent to you by Push.", "light", 1280],
  ["in_app", "Title", "The test is sent to you by In-app.", "dark", 1280],
  ["email", "Subject", "The test is sent to you by E-mail.", "light", 360],
] as const)(
  "an administrator tries words out on herself before she publishes them: by %s",
  async (channel, field, told, colorScheme, width) => {
    const me: Claims = { sub: `adm_${channel}`, role: "org_admin", org_id: "org_demo" };
    const facts = { name: "Ada", email: `${me.sub}@example.com`, email_verified: true, org_id: "org_demo" };
    await service.api("PUT", `/api/v1/directory/users/${me.sub}?notify=false`, facts);
    const device = { user_id: me.sub, token: `ExponentPushToken[${me.sub}]`, platform: "ios" };
    await service.api("POST", "/api/v1/notifications/device-tokens", device);
    await service.api("PUT", "/api/v1/types/tried", {
      name: "Tried",
      channels: [{ channel: "push" }, { channel: "in_app" }, { channel: "email" }],
      sample: { order: "A-1042" },
    });
    const { page, troubles, context } = await visitor(browser, await service.signInLink(me), {
      colorScheme,
      width,
    });
    await page.goto(`${service.origin}/console/types/tried/words/${channel}/en`);
    await page.getByLabel(field, { exact: true }).fill("Draft {{ data.order }}");
    await page.getByRole("textbox", { name: "Text", exact: true }).fill("Hello {{ user.name }}");
    await page.getByRole("button", { name: "Send me a test" }).click();
    await page.getByRole("status").getByText(told).waitFor();
    // What was typed stands there still, and nothing is saved.
    expect(await page.getByLabel(field, { exact: true }).inputValue()).toBe("Draft {{ data.order }}");
    expect(await page.getByText("no words of its own").count()).toBe(1);
    expect(await violationsOn(page)).toEqual([]);
    await expectNoSideways(page);
    await page.getByRole("link", { name: "What became of the test" }).click();
    await page.getByText("Draft A-1042").first().waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  },
);

test("a mail is drawn while one types, light and dark, and the way back leads past the drawings", async () => {
  const { page, troubles, context } = await visitor(browser, await service.signInLink());
  await page.goto(`${service.origin}/console/types/parcel`);
  await page.goto(`${service.origin}/console/types/parcel/words/email/en`);
  await mailOn(page).getByText("Number 3").waitFor();
  await page
    .getByRole("textbox", { name: "Text", exact: true })
    .fill("# Now\n\n**Bold** <script>alert(1)</script>");
  await mailOn(page).getByText("alert(1)").waitFor();
  const background = () =>
    mailOn(page)
      .locator("body")
      .evaluate((body) => getComputedStyle(body).backgroundColor);
  expect(await background()).toBe("rgb(241, 244, 247)");
  await page.getByLabel("As clients show it").selectOption("dark");
  await expect.poll(background, { timeout: 20_000 }).toBe("rgb(20, 23, 26)");
  await page.goBack();
  await page.waitForURL(/\/console\/types\/parcel$/u);
  expect(troubles).toEqual([]);
  await context.close();
});

test("an older version is rolled back to after a question", async () => {
  const { page, troubles, context } = await visitor(browser, await service.signInLink());
  await page.goto(`${service.origin}/console/types/parcel/words/email/en`);
  await page.getByRole("row", { name: /^1 / }).getByRole("button", { name: "Roll back" }).click();
  const dialog = page.getByRole("dialog", { name: "Roll back to version 1?" });
  await dialog.waitFor();
  expect(await violationsOn(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Roll back" }).click();
  await page.getByText("version 1 in use").waitFor();
  expect(troubles).toEqual([]);
  await context.close();
});

test("a brand is drawn while one types, and a colour that cannot be read is refused", async () => {
  const { page, troubles, context } = await visitor(browser, await service.signInLink());
  await page.goto(`${service.origin}/console/brand?org_id=org_demo`);
  await page.getByLabel("Name", { exact: true }).fill("Grace's shop");
  await mailOn(page).getByText("Grace's shop").first().waitFor();
  await page.getByLabel("Colour").fill("#ffff00");
  await page.getByText("take a darker one").waitFor();
  await page.getByLabel("Colour").fill("#0b5cad");
  await page.getByText("On light ground 6.04:1").waitFor();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("status").getByText("It is saved.").waitFor();
  expect(troubles).toEqual([]);
  await context.close();
});
