import { Hono } from "hono";
import { z } from "zod";
import { type ExpoState, faultSchema } from "./expo-state.ts";

const failNextSchema = z.strictObject({
  fault: faultSchema,
  times: z.int().min(1).default(1),
  on: z.enum(["send", "receipts"]).default("send"),
});

const byToken = z.record(z.string(), z.string());
const settingsSchema = z
  .strictObject({
    ticketErrors: byToken.transform((codes) => new Map(Object.entries(codes))),
    receiptErrors: byToken.transform((codes) => new Map(Object.entries(codes))),
    malformed: z.array(z.string()).transform((tokens) => new Set(tokens)),
    projects: byToken.transform((projects) => new Map(Object.entries(projects))),
    accessToken: z.string().nullable(),
    recipientLimit: z.int().min(1),
    ratePerSecond: z.int().min(1).nullable(),
    latencyMs: z.int().min(0),
    receiptDelayMs: z.int().min(0),
  })
  .partial();

/**
 * Steers a sandbox from another process:
 *
 * - `POST /control/reset`
 * - `POST /control/fail-next` with `{ fault, times?, on? }`, the fault as in expo-state.ts
 * - `PATCH /control/settings` with any of the settings; maps are objects by token, sets are arrays, and replace what was there
 * - `GET /control/accepted?collapse_id=…&token=…` answers `{ count, accepted }`
 * - `GET /control/requests` answers `{ count, requests }`
 */
export function createExpoControl(state: ExpoState): Hono {
  const app = new Hono();
  app.onError((error, context) =>
    error instanceof z.ZodError
      ? context.json({ error: z.prettifyError(error) }, 400)
      : context.json({ error: error.message }, 500),
  );
  app.post("/control/reset", (context) => {
    state.reset();
    return context.body(null, 204);
  });
  app.post("/control/fail-next", async (context) => {
    const { fault, times, on } = failNextSchema.parse(await context.req.json());
    state.failNext(fault, times, on);
    return context.body(null, 204);
  });
  app.patch("/control/settings", async (context) => {
    Object.assign(state.settings, settingsSchema.parse(await context.req.json()));
    return context.body(null, 204);
  });
  app.get("/control/accepted", (context) => {
    const { collapse_id: collapseId, token } = context.req.query();
    const accepted = state.accepted.filter(
      (push) =>
        (collapseId === undefined || push.collapseId === collapseId) &&
        (token === undefined || push.token === token),
    );
    return context.json({ count: accepted.length, accepted });
  });
  app.get("/control/requests", (context) =>
    context.json({ count: state.requests.length, requests: state.requests }),
  );
  return app;
}
