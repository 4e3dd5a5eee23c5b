import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { applyFeedback } from "../../channels/email/feedback/apply.ts";
import { FEEDBACK } from "../../channels/email/feedback/events.ts";
import { verifyPostmark } from "../../channels/email/feedback/postmark.ts";
import type { App, AppEnv } from "../../http/app-env.ts";
import { UNVERIFIABLE } from "../../http/inbound-limit.ts";
import { Failure, notFound } from "../../lib/failure.ts";

/** SNS allows 256 KB; the others send a few KB. */
const MAX_EVENT_BYTES = 300_000;

type Source = keyof typeof FEEDBACK;

/** A call that is not the provider's. The answer says no more than that. */
const forged = (c: Context<AppEnv>, source: Source, code: string): Failure => {
  c.get("log").warn("webhook_refused", { source, code });
  return new Failure("forbidden", "The call could not be verified.");
};

/** Undefined for text that is no JSON: SES sends a plain sentence to a new topic. */
const parseOrNothing = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

const parse = (text: string): unknown => {
  const event = parseOrNothing(text);
  if (event === undefined) throw new Failure("malformed_json", "The event is not JSON.");
  return event;
};

/** Stores the events before it answers: a provider that gets no 200 sends them again. */
async function take(c: Context<AppEnv>, source: Source, payload: unknown): Promise<Response> {
  const deps = c.get("deps");
  const events = FEEDBACK[source](payload, deps.clock.now());
  await applyFeedback(deps.open("first-primary", c.get("log")), events);
  return c.json({ events: events.length }, 200);
}

/** SES, through SNS: signed by a certificate of AWS, from a topic of ours. */
async function fromSes(c: Context<AppEnv>): Promise<Response> {
  const { verifySns, confirmSns } = c.get("deps").webhooks;
  const verdict = await verifySns(await c.req.text());
  if (!verdict.ok) {
    if (verdict.code === "certificate_unavailable")
      throw new Failure("unavailable", "The signature cannot be checked now.", {
        code: UNVERIFIABLE,
        headers: { "retry-after": "20" },
      });
    throw forged(c, "ses", verdict.code);
  }
  c.set("isProvider", true);
  const { message } = verdict;
  if (message.Type === "SubscriptionConfirmation") {
    if (!(await confirmSns(message.SubscribeURL)))
      throw new Failure("unavailable", "The subscription could not be confirmed.", {
        headers: { "retry-after": "20" },
      });
    return c.json({ confirmed: true }, 200);
  }
  if (message.Type !== "Notification") return c.json({ events: 0 }, 200);
  return take(c, "ses", parseOrNothing(message.Message));
}

async function fromResend(c: Context<AppEnv>): Promise<Response> {
  const { clock, webhooks } = c.get("deps");
  if (webhooks.verifySvix === null) throw notFound("webhook");
  const body = await c.req.text();
  const verdict = await webhooks.verifySvix(c.req.raw.headers, body, clock.now());
  if (!verdict.ok) throw forged(c, "resend", verdict.code);
  c.set("isProvider", true);
  return take(c, "resend", parse(body));
}

/** Postmark does not sign: it sends the credentials that its settings were given. */
async function fromPostmark(c: Context<AppEnv>): Promise<Response> {
  const { webhooks } = c.get("deps");
  if (webhooks.postmark.length === 0) throw notFound("webhook");
  if (!(await verifyPostmark(c.req.raw.headers, webhooks.postmark)))
    throw forged(c, "postmark", "credentials");
  c.set("isProvider", true);
  return take(c, "postmark", parse(await c.req.text()));
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
  app.post("/webhooks/ses", fromSes);
  app.post("/webhooks/resend", fromResend);
  app.post("/webhooks/postmark", fromPostmark);
}
