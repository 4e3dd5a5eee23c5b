import { z } from "zod";
import { addressIn, createSteering, domainOf, type SeenRequest } from "./steer.ts";

const message = z.object({
  From: z.string(),
  To: z.string(),
  ReplyTo: z.string().optional(),
  Subject: z.string().default(""),
  HtmlBody: z.string().optional(),
  TextBody: z.string().optional(),
  MessageStream: z.string().default("outbound"),
  Headers: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]),
  // Up to 10 fields of at most 20 characters, with values of at most 80.
  Metadata: z.record(z.string().max(20), z.string().max(80)).default({}),
});

const freshSettings = () => ({
  signatures: ["tidings.example"],
  streams: ["outbound", "broadcast"],
  /** Addresses that bounced or complained. */
  inactive: new Set<string>(),
  /** The API error code for messages to an address, whatever else they are. */
  errors: new Map<string, number>(),
  deliveryType: "Live",
});

export const POSTMARK_TOKEN = "00000000-test-token";
const MAX_BATCH = 500;

/** An error document of Postmark. */
export const postmarkError = (status: number, code: number, text = "As the test wants it.") => ({
  status,
  body: { ErrorCode: code, Message: text },
});

/** Why a request is turned away before it is read, or null. */
const unwelcome = ({ headers }: SeenRequest): Response | null =>
  headers["x-postmark-server-token"] === POSTMARK_TOKEN
    ? null
    : Response.json(postmarkError(401, 10, "The Server Token is missing or wrong.").body, { status: 401 });

/** The result of a message that is not taken. */
const failed = (code: number, text: string) => postmarkError(200, code, text).body;

/** Postmark's API, as its documentation describes it, and misbehaving when it is told to. */
export function createPostmarkSandbox() {
  const steering = createSteering();
  const settings = freshSettings();
  const { app, accepted } = steering;

  /** The result of one message of a batch. */
  function take(input: unknown) {
    const parsed = message.safeParse(input);
    if (!parsed.success) return failed(403, "Invalid field.");
    const {
      From,
      To,
      ReplyTo,
      Subject,
      HtmlBody = "",
      TextBody = "",
      MessageStream,
      Headers,
      Metadata,
    } = parsed.data;
    const from = addressIn(From);
    const to = addressIn(To);
    if (from === null || to === null)
      return failed(300, `Error parsing 'To': Illegal email address '${To}'.`);
    const wanted = settings.errors.get(to);
    if (wanted !== undefined) return failed(wanted, "As the test wants it.");
    if (!settings.signatures.includes(domainOf(from)))
      return failed(
        400,
        `The 'From' address you supplied (${From}) is not a Sender Signature on your account.`,
      );
    if (settings.inactive.has(to))
      return failed(406, `You tried to send to a recipient that has been marked as inactive: ${to}.`);
    if (!settings.streams.includes(MessageStream))
      return failed(1235, "The stream does not exist on this server.");
    const id = crypto.randomUUID();
    accepted.push({
      id,
      from: From,
      to: To,
      replyTo: ReplyTo ?? null,
      subject: Subject,
      html: HtmlBody,
      text: TextBody,
      headers: Object.fromEntries(Headers.map((header) => [header.Name, header.Value])),
      tags: Metadata,
      stream: MessageStream,
    });
    return { To, SubmittedAt: "2026-11-20T12:00:00Z", MessageID: id, ErrorCode: 0, Message: "OK" };
  }

  app.post("/email/batch", (context) =>
    steering.handle(context, (request) => {
      const refusal = unwelcome(request);
      if (refusal !== null) return refusal;
      if (!Array.isArray(request.body))
        return Response.json(postmarkError(422, 402, "Invalid JSON.").body, { status: 422 });
      const list: unknown[] = request.body;
      if (list.length > MAX_BATCH)
        return Response.json(postmarkError(422, 410, `At most ${MAX_BATCH} messages.`).body, { status: 422 });
      return Response.json(list.map(take));
    }),
  );

  app.get("/server", (context) =>
    steering.handle(
      context,
      (request) =>
        unwelcome(request) ??
        Response.json({
          ID: 1,
          Name: "Tidings",
          DeliveryType: settings.deliveryType,
          SmtpApiActivated: true,
        }),
    ),
  );

  return {
    ...steering,
    settings,
    reset() {
      steering.forget();
      Object.assign(settings, freshSettings());
    },
  };
}
