import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { serve } from "@hono/node-server";
import { createResendSandbox } from "../../support/sandbox/resend.ts";
import { serveExpoSandbox } from "../../support/sandbox/serve.ts";

/** Where the providers' sandboxes listen. */
export interface Sandboxes {
  expo: string;
  resend: string;
}

/** Runs the sandboxes of Expo and Resend in a thread of their own, so that they do not wait for the bench. */
export async function startSandboxes(): Promise<Sandboxes & { stop(): Promise<unknown> }> {
  const thread = new Worker(new URL(import.meta.url));
  const urls = await new Promise<Sandboxes>((resolve, reject) => {
    thread.once("message", resolve);
    thread.once("error", reject);
  });
  return { ...urls, stop: () => thread.terminate() };
}

if (!isMainThread) {
  const expo = await serveExpoSandbox();
  const resend = createResendSandbox();
  serve({ fetch: resend.app.fetch, hostname: "127.0.0.1", port: 0 }, ({ port }) =>
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    parentPort?.postMessage({ expo: expo.url, resend: `http://127.0.0.1:${port}` }),
  );
}
