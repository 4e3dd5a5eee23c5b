import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { applyFeedback } from "../../channels/email/feedback/apply.ts";
import type { FeedbackEvent } from "../../channels/email/feedback/event.ts";
import { WEBHOOKS } from "../../channels/email/webhooks.ts";
import type { App, AppEnv } from "../../http/app-env.ts";
import { UNVERIFIABLE } from "../../http/inbound-limit.ts";
import { Failure, notFound } from "../../lib/failure.ts";

/** SNS allows 256 KB; the others send a few KB. */
const MAX_EVENT_BYTES = 300_000;

/** Writes the events down before the answer: a provider that gets no 200 sends them again. */
async function take(c: Context<AppEnv>, events: readonly FeedbackEvent[]): Promise<Response> {
  await applyFeedback(c.get("deps").open("first-primary", c.get("log")), events);
  return c.json({ events: events.length }, 200);
}

/** The sender tries again in 20 seconds. */
const later = (detail: string, code?: string): Failure =>
  new Failure("unavailable", detail, {
    headers: { "retry-after": "20" },
    ...(code !== undefined && { code }),
  });

/** What a provider tells us. A call that is not the provider's is told nothing more. */
async function receive(c: Context<AppEnv>, source: string): Promise<Response> {
  const { clock, webhooks } = c.get("deps");
  const listener = webhooks.get(source);
  if (listener === undefined) throw notFound("webhook");
  const call = { headers: c.req.raw.headers, text: () => c.req.text() };
  const received = await listener.receive(call, clock.now());
  if (received.kind === "unverifiable") throw later("The signature cannot be checked now.", UNVERIFIABLE);
  if (received.kind === "forged") {
    c.get("log").warn("webhook_refused", { source, code: received.code });
    throw new Failure("forbidden", "The call could not be verified.");
  }
  c.set("isProvider", true);
  switch (received.kind) {
    case "event":
      return take(c, listener.read(received.payload, clock.now()));
    case "malformed":
      throw new Failure("malformed_json", "The event is not JSON.");
    case "nothing":
      return c.json({ events: 0 }, 200);
    case "confirmation":
      if (!received.done) throw later("The subscription could not be confirmed.");
      return c.json({ confirmed: true }, 200);
  }
}

/** What e-mail providers tell us about messages. Cloudflare's events come by queue instead. */
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
  for (const name of WEBHOOKS) app.post(`/webhooks/${name}`, (c) => receive(c, name));
}
