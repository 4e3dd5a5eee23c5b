import { Hono } from "hono";
import { z } from "zod";
import { listen, type Listening } from "./listen.ts";
import { createWebPushSandbox, type WebPushSandbox } from "./webpush.ts";

/** Its `url` is what WEB_PUSH_HOSTS is set to. */
export interface ServedWebPushSandbox extends Listening {
  sandbox: WebPushSandbox;
}

const faultSchema = z.object({
  times: z.int().min(1).default(1),
  status: z.int().min(300).max(599),
  retry_after: z.string().optional(),
});

/**
 * Steers a sandbox from another process:
 *
 * - `POST /control/subscribe?key=…` answers a browser's subscription, made with that key
 * - `POST /control/unsubscribe` with `{ endpoint }`
 * - `POST /control/fail-next` with `{ status, retry_after?, times? }`
 * - `GET /control/accepted` answers what the browsers can read
 */
function createControl(sandbox: WebPushSandbox): Hono {
  const app = new Hono();
  app.post("/control/subscribe", async (context) =>
    context.json(await sandbox.subscribe(context.req.query("key") ?? null)),
  );
  app.post("/control/unsubscribe", async (context) => {
    sandbox.unsubscribe(z.object({ endpoint: z.string() }).parse(await context.req.json()).endpoint);
    return context.body(null, 204);
  });
  app.post("/control/fail-next", async (context) => {
    const { times, status, retry_after } = faultSchema.parse(await context.req.json());
    const headers: Record<string, string> = retry_after === undefined ? {} : { "retry-after": retry_after };
    sandbox.failNext({ kind: "answer", status, body: {}, headers }, times);
    return context.body(null, 204);
  });
  app.get("/control/accepted", (context) => context.json(sandbox.accepted));
  return app;
}

/** A push service for browsers on a real socket of this machine (Node only). */
export async function serveWebPushSandbox(port = 0): Promise<ServedWebPushSandbox> {
  const sandbox = createWebPushSandbox();
  const listening = await listen(sandbox.app, createControl(sandbox), port);
  sandbox.settings.origin = listening.url;
  return { ...listening, sandbox };
}

// Run by hand: `node test/support/sandbox/serve-webpush.ts [port]` prints where it listens.
if (process.argv[1]?.endsWith("sandbox/serve-webpush.ts")) {
  const { url } = await serveWebPushSandbox(Number(process.argv[2] ?? 0));
  console.log(url);
}
