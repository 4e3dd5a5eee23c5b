import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { expectNoSideways, violationsOn, visitor } from "./chromium.ts";
import type { Service } from "./service.ts";
import { browser, inBrowser, service, testPages } from "./suite.ts";

/** A program at this computer that takes webhooks at /hooks, and says of any other path that it is gone. */
let receiver: Server;
let receiverUrl = "";
const taken: { type: string; id: string; signature: string }[] = [];

beforeAll(async () => {
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (request.url !== "/hooks") return void response.writeHead(410).end();
      const { type } = z.object({ type: z.string() }).parse(JSON.parse(Buffer.concat(chunks).toString()));
      taken.push({
        type,
        id: String(request.headers["webhook-id"]),
        signature: String(request.headers["webhook-signature"]),
      });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, "localhost", resolve));
  const address: AddressInfo | string | null = receiver.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  receiverUrl = `http://localhost:${address.port}`;
});

afterAll(() => new Promise((resolve) => receiver.close(resolve)));

const withId = z.object({ id: z.string() });
const made = { endpoint: "", webhook: "", chat: "" };

/** An endpoint that has been sent something, and chats of an organization and of a person. */
async function givenReceivers({ api }: Service): Promise<void> {
  const of = "?org_id=org_demo";
  const endpoint = withId.parse(
    await api("POST", `/api/v1/webhook-endpoints${of}`, {
      url: "https://hooks.example.com/a/rather/long/path/that/goes/on/and/on?with=parameters",
      types: ["message.failed", "device.invalidated"],
      description: "The CRM of the sales people, in Oslo",
    }),
  );
  const test = withId.parse(await api("POST", `/api/v1/webhook-endpoints/${endpoint.id}/test`));
  const url = "https://discord.com/api/webhooks/1/a-token-of-a-webhook";
  const chat = withId.parse(
    await api("POST", "/api/v1/chat-connections", { org_id: "org_demo", kind: "discord", name: "#ops", url }),
  );
  await api("POST", "/api/v1/chat-connections", { user_id: "usr_demo", kind: "discord", name: "Dana", url });
  Object.assign(made, { endpoint: endpoint.id, webhook: test.id, chat: chat.id });
}

inBrowser(givenReceivers);

const PAGES = [
  "/console/webhooks",
  "/console/webhooks?org_id=org_demo",
  "/console/webhooks/new",
  "/console/webhooks/{endpoint}",
  "/console/webhooks/{endpoint}/messages/{webhook}",
  "/console/chats",
  "/console/chats?org_id=org_demo",
  "/console/chats/new?org_id=org_demo",
  "/console/chats/{chat}",
  "/console/people/usr_demo",
] as const;

describe.each([
  ["light", 1280],
  ["dark", 360],
] as const)("%s, %i px wide", (colorScheme, width) => {
  testPages(PAGES, { colorScheme, width }, (path) =>
    path.replaceAll(/\{(\w+)\}/gu, (_, name: keyof typeof made) => made[name]),
  );
});

/** The page is accessible, and fits its window when that is narrow. */
async function expectGood(page: Page): Promise<void> {
  expect(await violationsOn(page), page.url()).toEqual([]);
  await page.setViewportSize({ width: 360, height: 860 });
  await expectNoSideways(page);
  await page.setViewportSize({ width: 1280, height: 860 });
}

test("somebody adds an endpoint, tests it, reads why it fails, mends the URL, and sends it again", async () => {
  const { page, context, troubles } = await visitor(browser, await service.signInLink());
  await page.goto(`${service.origin}/console/webhooks`);
  await page.getByText("No program hears of anything yet").waitFor();
  await page.getByRole("link", { name: "New endpoint" }).click();
  await page.getByLabel("URL").fill(`${receiverUrl}/old`);
  await page.getByLabel("Description").fill("Our CRM");
  await page.getByLabel("Only these").check();
  await page.getByLabel("message.failed").check();
  await expectGood(page);
  await page.keyboard.press("Enter");

  await page.getByRole("heading", { name: "The endpoint is made" }).waitFor();
  expect(await page.locator("code").first().textContent()).toMatch(/^whsec_/u);
  await expectGood(page);
  // A reload neither makes another one nor shows the secret again.
  await page.reload();
  await page.getByRole("heading", { level: 1, name: "Our CRM" }).waitFor();
  expect(await page.content()).not.toContain("whsec_");
  await page.goto(`${service.origin}/console/webhooks`);
  expect(await page.getByRole("link", { name: "Our CRM" }).count()).toBe(1);
  await page.getByRole("link", { name: "Our CRM" }).click();

  await page.getByRole("button", { name: "Send a test" }).click();
  // By itself: it asks for what has become of it.
  await page.getByText("The endpoint wants no more webhooks.").waitFor();
  await page.getByText("Mend the URL, then enable it.").waitFor();
  await page.getByRole("cell", { name: "410" }).waitFor();
  await expectGood(page);
  const webhook = new URL(page.url()).pathname;

  await page.goto(`${service.origin}/console`);
  await page.getByText("is disabled: its receiver has answered that it is gone.").waitFor();
  await page.getByRole("link", { name: "Open the endpoint" }).click();
  await page.getByText("It is disabled: the receiver has answered 410").waitFor();
  await page.getByLabel("URL").fill(`${receiverUrl}/hooks`);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("It is saved.").waitFor();
  await page.getByRole("button", { name: "Enable" }).click();
  await page.getByText("It is enabled").waitFor();
  await expectGood(page);

  await page.goto(service.origin + webhook);
  await page.getByRole("button", { name: "Send it again" }).click();
  await page.getByRole("cell", { name: "taken" }).waitFor();
  await page.getByRole("cell", { name: "204" }).waitFor();
  const sent = taken.filter(({ type }) => type === "webhook.test");
  expect(sent).toEqual([
    { type: "webhook.test", id: webhook.split("/").at(-1), signature: expect.stringMatching(/^v1,/u) },
  ]);
  await page.goto(`${service.origin}/console/webhooks`);
  await page.getByText("works").waitFor();
  expect(troubles).toEqual([]);
  await context.close();
});

test("somebody gives an endpoint a new secret by keyboard, and pauses and deletes it", async () => {
  const { page, context, troubles } = await visitor(browser, await service.signInLink());
  await page.goto(`${service.origin}/console/webhooks/${made.endpoint}`);
  await page.getByRole("button", { name: "New secret" }).focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Make a new secret?" });
  await dialog.waitFor();
  await expectGood(page);
  await dialog.getByLabel("The present secret signs").selectOption({ label: "for an hour" });
  await dialog.getByRole("button", { name: "New secret" }).click();
  await page.getByText("The former one signs, too, for an hour.").waitFor();
  await page.getByRole("link", { name: "Go to the endpoint" }).click();
  await page.getByText("Former secret signs until").waitFor();
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByText("It is paused.", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Delete" }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("It is deleted.").waitFor();
  expect(new URL(page.url()).searchParams.get("org_id")).toBe("org_demo");
  expect(troubles).toEqual([]);
  await context.close();
});

test.each([true, false])(
  "somebody connects a program of theirs and tries it out, with a script: %s",
  async (javaScriptEnabled) => {
    const { page, context, troubles } = await visitor(browser, await service.signInLink(), {
      javaScriptEnabled,
    });
    await page.goto(`${service.origin}/console/chats`);
    await page.getByText("Whose chats?").waitFor();
    await page.getByLabel("Organization").fill("org_demo");
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "Connect a chat" }).first().click();
    await page.getByLabel("Name").fill("Our bot");
    await page.getByLabel("A program of yours").check();
    const fields = page.locator(".option", { hasText: "A program of yours" });
    await fields.getByLabel("URL").fill("http://not-here.example/");
    await page.getByRole("button", { name: "Connect it" }).click();
    await page.getByText("It is not connected: something has to be mended.").waitFor();
    if (javaScriptEnabled) await expectGood(page);
    await fields.getByLabel("URL").fill(`${receiverUrl}/gone`);
    await page.getByRole("button", { name: "Connect it" }).click();
    await page.getByRole("heading", { name: "The chat is connected" }).waitFor();
    await page.getByRole("link", { name: "Go to the connection" }).click();
    await page.getByRole("button", { name: "Send a test" }).click();
    await page.getByText("The test has not arrived.").waitFor();
    if (javaScriptEnabled) await expectGood(page);
    await page.getByRole("button", { name: "Delete" }).first().click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("It is deleted.").waitFor();
    // A form that is refused is answered with 400.
    expect(troubles.filter((text) => !text.includes("status of 400"))).toEqual([]);
    await context.close();
  },
);
