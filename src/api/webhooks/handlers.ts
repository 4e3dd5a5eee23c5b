import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { applyFeedback } from "../../channels/email/feedback/apply.ts";
import { eventsIn, WEBHOOK_SOURCES } from "../../channels/email/feedback/sources.ts";
import type { App, AppEnv } from "../../http/app-env.ts";
import { UNVERIFIABLE } from "../../http/access.ts";
import { Failure, notFound } from "../../lib/failure.ts";

/** SNS allows 256 KB; the others send a few KB. */
const MAX_EVENT_BYTES = 300_000;

/** Stores the events before it answers: a provider that gets no 200 sends them again. */
async function take(c: Context<AppEnv>, source: string, payload: unknown): Promise<Response> {
  const deps = c.get("deps");
  const events = eventsIn(source, payload, deps.clock.now());
  await applyFeedback(deps.open("first-primary", c.get("log")), events);
  return c.json({ events: events.length }, 200);
}

/** The sender tries again in 20 seconds. */
const later = (detail: string, code?: string): Failure =>
  new Failure("unavailable", detail, {
    headers: { "retry-after": "20" },
    ...(code !== undefined && { code }),
  });

/** Receives a call of a provider. A call that is not the provider's gets no further explanation. */
async function receive(c: Context<AppEnv>, source: string): Promise<Response> {
  const { clock, webhooks } = c.get("deps");
  const webhook = webhooks.get(source) ?? null;
  if (webhook === null) throw notFound("webhook");
  const call = { headers: c.req.raw.headers, text: () => c.req.text() };
  const received = await webhook(call, clock.now());
  if (received.kind === "unverifiable") throw later("The signature cannot be checked now.", UNVERIFIABLE);
  if (received.kind === "forged") {
    c.get("log").warn("webhook_refused", { source, code: received.code });
    throw new Failure("forbidden", "The call could not be verified.");
  }
  c.set("isProvider", true);
  switch (received.kind) {
    case "event":
      return take(c, source, received.payload);
    case "malformed":
      throw new Failure("malformed_json", "The event is not JSON.");
    case "nothing":
      return c.json({ events: 0 }, 200);
    case "confirmation":
      if (!received.done) throw later("The subscription could not be confirmed.");
      return c.json({ confirmed: true }, 200);
  }
}

/** Events of e-mail providers about messages. Cloudflare sends its events by queue instead. */
export function register(app: App): void {
  app.use(
    "/webhooks/*",
    bodyLimit({
      maxSize: MAX_EVENT_BYTES,
      onError: () => {
        throw new Failure("payload_too_large", `An event may have at most ${MAX_EVENT_BYTES} bytes.`);
      },
    }),
  );
  for (const source of WEBHOOK_SOURCES) app.post(`/webhooks/${source}`, (c) => receive(c, source));
}
