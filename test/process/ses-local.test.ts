import type { Server } from "node:http";
import startSesLocal from "aws-ses-v2-local";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { createSesProvider } from "../../src/channels/email/providers/ses/index.ts";
import type { EmailMessage } from "../../src/channels/email/provider.ts";
import { systemClock } from "../../src/lib/clock.ts";

// A third-party simulator of SES v2, over real HTTP. It checks the shape of requests and that they are signed, but not the
// signature itself. It does not know tags.

const store = z.object({
  emails: z.array(
    z.object({
      messageId: z.string(),
      from: z.string(),
      destination: z.object({ to: z.array(z.string()), cc: z.array(z.string()), bcc: z.array(z.string()) }),
      subject: z.string(),
      body: z.object({ html: z.string(), text: z.string() }),
      headers: z.array(z.object({ name: z.string(), value: z.string() })),
    }),
  ),
});

const ACCOUNT = {
  DedicatedIpAutoWarmupEnabled: false,
  Details: {
    AdditionalContactEmailAddresses: [],
    ContactLanguage: "EN",
    MailType: "TRANSACTIONAL",
    ReviewDetails: { CaseId: "1", Status: "GRANTED" },
    UseCaseDescription: "Tests",
    WebsiteURL: "https://tidings.example",
  },
  EnforcementStatus: "HEALTHY",
  ProductionAccessEnabled: true,
  SendingEnabled: true,
  SendQuota: { Max24HourSend: 200, MaxSendRate: 14, SentLast24Hours: 0 },
  SuppressionAttributes: { SuppressedReasons: ["BOUNCE", "COMPLAINT"] },
};

let server: Server;
let endpoint: string;

const provider = (base = endpoint) =>
  createSesProvider({
    fetch,
    clock: systemClock,
    region: "eu-west-1",
    accessKeyId: "AKIDEXAMPLE",
    secretAccessKey: "test-secret",
    endpoint: base,
    configurationSet: "tidings",
    timeoutMs: 5_000,
  });

const received = async () => store.parse(await (await fetch(`${endpoint}/store`)).json()).emails;

const email = (change: Partial<EmailMessage> = {}): EmailMessage => ({
  dispatchId: "01999999-0000-7000-8000-000000000001",
  idempotencyKey: "01999999-0000-7000-8000-000000000001.1",
  from: { name: "Tidings", address: "notifications@tidings.example" },
  to: { name: "Ada Lovelace", address: "ada@example.com" },
  replyTo: "help@tidings.example",
  subject: "Grüße, Ada 🎉",
  html: "<p>Hello Ada, مرحبا</p>",
  text: "Hello Ada, مرحبا",
  headers: {
    "List-Unsubscribe": "<https://tidings.example/unsubscribe/abc>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    "Auto-Submitted": "auto-generated",
  },
  ...change,
});

beforeAll(async () => {
  server = await startSesLocal({ host: "127.0.0.1", port: 0 });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("aws-ses-v2-local has no port");
  endpoint = `http://127.0.0.1:${address.port}`;
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

beforeEach(async () => {
  delete process.env["AWS_SES_ACCOUNT"];
  await fetch(`${endpoint}/clear-store`, { method: "POST" });
});

describe("our SES provider against aws-ses-v2-local", () => {
  it("has a message accepted, which arrives whole", async () => {
    const sent = email();
    const report = await provider().send([sent]);
    const emails = await received();
    expect(emails).toEqual([
      {
        messageId: emails[0]?.messageId,
        from: '"Tidings" <notifications@tidings.example>',
        destination: { to: ['"Ada Lovelace" <ada@example.com>'], cc: [], bcc: [] },
        subject: sent.subject,
        body: { html: sent.html, text: sent.text },
        headers: Object.entries(sent.headers).map(([name, value]) => ({ name, value })),
      },
    ]);
    expect(report).toEqual({
      outcomes: [{ kind: "accepted", messageId: emails[0]?.messageId }],
      health: { kind: "ok" },
    });
  });

  it("is not tricked into another recipient", async () => {
    const name = 'Eve"\r\nBcc: all@example.com\r\n<eve@example.com>';
    const report = await provider().send([
      email({ to: { name, address: "ada@example.com" } }),
      email({ to: { name, address: "ada@example.com>, <eve@example.com" } }),
      email({ headers: { "X-Note": "a\r\nBcc: eve@example.com" } }),
    ]);
    expect(report.outcomes.map((outcome) => outcome.kind)).toEqual(["accepted", "rejected", "rejected"]);
    const emails = await received();
    expect(emails).toHaveLength(1);
    expect(emails[0]?.destination).toMatchObject({
      to: ['"Eve\\" Bcc: all@example.com <eve@example.com>" <ada@example.com>'],
      bcc: [],
    });
  });

  it("reads the account", async () => {
    process.env["AWS_SES_ACCOUNT"] = JSON.stringify(ACCOUNT);
    expect(await provider().probe?.()).toEqual({ kind: "ok" });
    process.env["AWS_SES_ACCOUNT"] = JSON.stringify({ ...ACCOUNT, SendingEnabled: false });
    expect(await provider().probe?.()).toEqual({ kind: "degraded", code: "sending_paused" });
  });

  it("gives no message up when the endpoint is wrong, or nobody listens", async () => {
    const wrongPath = await provider(`${endpoint}/v1`).send([email()]);
    expect(wrongPath.outcomes).toMatchObject([{ kind: "retry" }]);
    expect(wrongPath.health).toEqual({ kind: "error" });
    const nobody = await provider("http://127.0.0.1:9").send([email()]);
    expect(nobody.outcomes).toMatchObject([{ kind: "retry", code: "network_error" }]);
  });
});
