import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { applyFeedback } from "../../channels/feedback/apply.ts";
import { eventsIn, WEBHOOK_SOURCES } from "../../channels/email/feedback/sources.ts";
import { SMS_SOURCES, takeSmsCall } from "../../channels/sms/calls.ts";
import type { Ctx } from "../../ctx.ts";
import type { App, AppEnv } from "../../http/app-env.ts";
import { UNVERIFIABLE } from "../../http/access.ts";
import { Failure, notFound } from "../../lib/failure.ts";

/** SNS allows 256 KB; the others send a few KB. */
const MAX_EVENT_BYTES = 300_000;

/** Stores the events before it answers: a provider that gets no 200 sends them again. */
async function take(c: Context<AppEnv>, source: string, payload: unknown): Promise<Response> {
  const deps = c.get("deps");
  const ctx = deps.open("first-primary", c.get("log"));
  if (SMS_SOURCES.includes(source)) return takeSms(c, ctx, source, payload);
  const events = eventsIn(source, payload, ctx.clock.now());
  await applyFeedback(ctx, "email", events);
  return c.json({ events: events.length }, 200);
}

/** The same of an SMS provider: a delivery report, or a text message that somebody has sent. */
async function takeSms(c: Context<AppEnv>, ctx: Ctx, source: string, payload: unknown): Promise<Response> {
  const { events, answer } = await takeSmsCall(ctx, source, payload);
  if (answer === null) return c.json({ events }, 200);
  return c.body(answer.body, 200, { "content-type": answer.type });
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
  const { pathname, search } = new URL(c.req.url);
  const call = { target: pathname + search, headers: c.req.raw.headers, text: () => c.req.text() };
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

/** Events of e-mail and SMS providers about messages. Cloudflare sends its events by queue instead. */
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
  for (const source of [...WEBHOOK_SOURCES, ...SMS_SOURCES])
    app.post(`/webhooks/${source}`, (c) => receive(c, source));
}
