import { z } from "zod";
import { addressIn, createSteering, domainOf, isTag, type AcceptedEmail, type SeenRequest } from "./steer.ts";

const email = z.object({
  from: z.string(),
  to: z.union([z.string(), z.array(z.string()).min(1).max(50)]),
  reply_to: z.string().optional(),
  subject: z.string().min(1),
  html: z.string().optional(),
  text: z.string().optional(),
  headers: z.record(z.string(), z.string()).default({}),
  tags: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
});

const freshSettings = () => ({
  verifiedDomains: ["tidings.example"],
  /** Recipients that Resend's validation refuses. */
  invalid: new Set<string>(),
  /** The key may only send, so that GET /domains is refused. */
  sendingKeyOnly: false,
});

export const RESEND_KEY = "re_test_123";
const DAY_MS = 24 * 60 * 60 * 1_000;
const MAX_BATCH = 100;

/** An error document of Resend. */
export const resendError = (status: number, name: string, message = "As the test wants it.") => ({
  status,
  body: { statusCode: status, name, message },
});

const error = (status: number, name: string, message: string): Response =>
  Response.json(resendError(status, name, message).body, { status });

/** Why a request is turned away before it is read, or null. */
function unwelcome({ headers }: SeenRequest): Response | null {
  if (headers["user-agent"] === undefined) return new Response("error code: 1010", { status: 403 });
  const key = headers["authorization"];
  if (key === undefined) return error(401, "missing_api_key", "Missing API Key");
  return key === `Bearer ${RESEND_KEY}` ? null : error(403, "invalid_api_key", "API key is invalid");
}

/** Resend's API, as its documentation describes it, and misbehaving when it is told to. */
export function createResendSandbox({ now = Date.now }: { now?: () => number } = {}) {
  const steering = createSteering();
  const settings = freshSettings();
  const { app, accepted } = steering;
  /** By endpoint and key: the payload, and the answer while it is kept. */
  const kept = new Map<string, { payload: string; answer: unknown; until: number }>();

  function check(input: unknown): Omit<AcceptedEmail, "id"> | Response {
    const parsed = email.safeParse(input);
    if (!parsed.success) return error(422, "missing_required_field", "Missing a required field.");
    const { from, to, reply_to, subject, html = "", text = "", headers, tags } = parsed.data;
    const [recipient = ""] = [to].flat();
    const sender = addressIn(from);
    const address = addressIn(recipient);
    if (sender === null || address === null || settings.invalid.has(address))
      return error(422, "validation_error", `Invalid \`to\` field: ${recipient}`);
    if (!tags.every((tag) => isTag(tag.name) && isTag(tag.value)))
      return error(
        422,
        "validation_error",
        "Tags should only contain ASCII letters, numbers, underscores, or dashes.",
      );
    if (!settings.verifiedDomains.includes(domainOf(sender)))
      return error(403, "validation_error", `The ${domainOf(sender)} domain is not verified.`);
    const named = Object.fromEntries(tags.map((tag) => [tag.name, tag.value]));
    return {
      from,
      to: recipient,
      replyTo: reply_to ?? null,
      subject,
      html,
      text,
      headers,
      tags: named,
      stream: null,
    };
  }

  function take(emails: readonly Omit<AcceptedEmail, "id">[]): { id: string }[] {
    return emails.map((one) => {
      const id = crypto.randomUUID();
      accepted.push({ id, ...one });
      return { id };
    });
  }

  /** Runs `send` once a key: a repeat gets the first answer, or 409 when its payload is another. */
  function once(request: SeenRequest, text: string, send: () => unknown): Response {
    const key = request.headers["idempotency-key"];
    if (key !== undefined && (key === "" || key.length > 256))
      return error(400, "invalid_idempotency_key", "The key must be between 1-256 chars.");
    const name = `${request.path} ${key}`;
    const known = key === undefined ? undefined : kept.get(name);
    if (known !== undefined && now() < known.until)
      return known.payload === text
        ? Response.json(known.answer)
        : error(
            409,
            "invalid_idempotent_request",
            "Same idempotency key used with a different request payload.",
          );
    const answer = send();
    if (answer instanceof Response) return answer;
    if (key !== undefined) kept.set(name, { payload: text, answer, until: now() + DAY_MS });
    return Response.json(answer);
  }

  app.post("/emails", (context) =>
    steering.handle(context, (request, text) => {
      const refusal = unwelcome(request);
      return (
        refusal ??
        once(request, text, () => {
          const checked = check(request.body);
          return checked instanceof Response ? checked : take([checked])[0];
        })
      );
    }),
  );

  // Strict, as is the default: one bad message refuses them all.
  app.post("/emails/batch", (context) =>
    steering.handle(context, (request, text) => {
      const refusal = unwelcome(request);
      if (refusal !== null) return refusal;
      return once(request, text, () => {
        const list: unknown[] = Array.isArray(request.body) ? request.body : [];
        if (list.length === 0 || list.length > MAX_BATCH)
          return error(422, "validation_error", `The batch must have 1 to ${MAX_BATCH} emails.`);
        const checked = list.map(check);
        const bad = checked.find((one) => one instanceof Response);
        return bad ?? { data: take(checked.flatMap((one) => (one instanceof Response ? [] : [one]))) };
      });
    }),
  );

  app.get("/domains", (context) =>
    steering.handle(context, (request) => {
      const refusal = unwelcome(request);
      if (refusal !== null) return refusal;
      if (settings.sendingKeyOnly)
        return error(401, "restricted_api_key", "This API key is restricted to only send emails");
      const data = settings.verifiedDomains.map((name) => ({
        id: crypto.randomUUID(),
        name,
        status: "verified",
      }));
      return Response.json({ object: "list", has_more: false, data });
    }),
  );

  return {
    ...steering,
    settings,
    reset() {
      steering.forget();
      kept.clear();
      Object.assign(settings, freshSettings());
    },
  };
}
