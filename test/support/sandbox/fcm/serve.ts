import { Hono } from "hono";
import { z } from "zod";
import { listen, type Listening } from "../listen.ts";
import { serviceAccountOf } from "./account.ts";
import { createFcmSandbox, type FcmSandbox } from "./index.ts";
import { faultSchema } from "./state.ts";

export interface ServedFcmSandbox extends Listening {
  sandbox: FcmSandbox;
  /** The key file of an account that the sandbox knows, and whose tokens come from here. */
  account: ReturnType<typeof serviceAccountOf>;
}

const failNext = z.strictObject({
  fault: faultSchema,
  times: z.int().min(1).default(1),
  on: z.enum(["token", "send"]).default("send"),
});

/**
 * The sandbox of FCM on a real socket of this machine (Node only). Its controls: `POST /control/fail-next` with
 * `{ fault, times?, on? }` (state.ts has the faults), `POST /control/unregister` with `{ token }`, `GET /control/accepted`.
 */
export async function serveFcmSandbox(port = 0): Promise<ServedFcmSandbox> {
  const sandbox = createFcmSandbox();
  const control = new Hono();
  control.post("/control/fail-next", async (context) => {
    const { fault, times, on } = failNext.parse(await context.req.json());
    sandbox.failNext(fault, times, on);
    return context.body(null, 204);
  });
  control.post("/control/unregister", async (context) => {
    const { token } = z.strictObject({ token: z.string() }).parse(await context.req.json());
    sandbox.settings.tokenErrors.set(token, "UNREGISTERED");
    return context.body(null, 204);
  });
  control.get("/control/accepted", (context) => context.json({ accepted: sandbox.accepted }));
  const listening = await listen(sandbox.app, control, port);
  const account = serviceAccountOf("tidings-test", { token_uri: `${listening.url}/token` });
  return { ...listening, sandbox, account };
}

// Run by hand: `node test/support/sandbox/fcm/serve.ts [port]` prints the variables for Tidings.
if (process.argv[1]?.endsWith("sandbox/fcm/serve.ts")) {
  const { url, account } = await serveFcmSandbox(Number(process.argv[2] ?? 0));
  console.log(`FCM_BASE_URL=${url}`);
  console.log(`FCM_SERVICE_ACCOUNT='${JSON.stringify(account)}'`);
}
