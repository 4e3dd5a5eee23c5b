import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { once } from "node:events";
import { expect, test } from "vitest";
import { sendWebhook } from "../../src/channels/webhook/request.ts";

const ROOT = new URL("../../", import.meta.url);
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=";
const OTHER = "whsec_AAAA9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=";

/** The receiver that the guide shows, word for word but for its port. */
async function receiverIn(guide: string, port: number): Promise<string> {
  const text = await readFile(new URL(guide, ROOT), "utf8");
  const [, code = ""] = /```js\n([\s\S]*?)```/.exec(text) ?? [];
  expect(code).toContain("listen(9000)");
  expect(code.trim().split("\n").length).toBeLessThanOrEqual(20);
  return code.replace("listen(9000)", `listen(${port})`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

test("the receiver of the guide takes what we sign, once, and nothing else", async () => {
  const port = await freePort();
  const code = await receiverIn("src/docs/guides/webhooks.md", port);
  const child = spawn(process.execPath, ["--input-type=module", "--eval", code], {
    cwd: ROOT,
    env: { ...process.env, TIDINGS_WEBHOOK_SECRET: SECRET },
  });
  let said = "";
  child.stdout.on("data", (part: Buffer) => void (said += part.toString()));
  child.stderr.on("data", (part: Buffer) => void (said += part.toString()));
  const body = JSON.stringify({
    type: "message.sent",
    version: 1,
    timestamp: "x",
    data: { user_id: "ævar" },
  });
  const send = (secrets: readonly string[], id = "whm_1", now = Date.now()) =>
    sendWebhook(fetch, { url: `http://127.0.0.1:${port}/`, id, body, secrets }, now, 5_000);
  try {
    await expect
      .poll(async () => (await send([SECRET])).kind, { timeout: 20_000, interval: 200 })
      .toBe("answer");
    expect(await send([SECRET])).toMatchObject({ status: 204 });
    // During a rotation: one signature of two is enough.
    expect(await send([OTHER, SECRET])).toMatchObject({ status: 204 });
    expect(await send([OTHER])).toMatchObject({ status: 400 });
    expect(await send([SECRET], "whm_1", Date.now() - 600_000)).toMatchObject({ status: 400 });
    expect(said.match(/message\.sent/g)).toHaveLength(1);
    expect(said).toContain("ævar");
  } finally {
    child.kill();
    await once(child, "exit");
  }
});
