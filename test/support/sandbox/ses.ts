import { AwsV4Signer } from "aws4fetch";
import { z } from "zod";
import { addressIn, createSteering, domainOf, isTag, type SeenRequest } from "./steer.ts";

const content = z.object({ Data: z.string(), Charset: z.string().optional() });
const sendEmail = z.object({
  FromEmailAddress: z.string(),
  ReplyToAddresses: z.array(z.string()).default([]),
  Destination: z.object({ ToAddresses: z.array(z.string()).min(1).max(50) }),
  Content: z.object({
    Simple: z.object({
      Subject: content,
      Body: z.object({ Html: content, Text: content }),
      Headers: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]),
    }),
  }),
  EmailTags: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]),
  ConfigurationSetName: z.string().optional(),
});

const freshSettings = () => ({
  verifiedDomains: ["tidings.example"],
  configurationSets: ["tidings"],
  /** What GetAccount answers. */
  account: {
    SendingEnabled: true,
    ProductionAccessEnabled: true,
    EnforcementStatus: "HEALTHY",
    SendQuota: { Max24HourSend: 50_000, MaxSendRate: 14, SentLast24Hours: 12 },
  },
});

export const SES_KEY = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "test-secret" };

/** An error as SES v2 (restJson1) gives it: its name in a header, its text in the body. */
export const sesError = (status: number, name: string, message: string | null) => ({
  status,
  body: { message },
  headers: { "x-amzn-errortype": `${name}:http://internal.amazon.com/coral/com.amazonaws.sesv2/` },
});

const error = (status: number, name: string, message: string): Response => {
  const { body, headers } = sesError(status, name, message);
  return Response.json(body, { status, headers });
};

const CREDENTIAL =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([a-z0-9-]+)\/ses\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=[0-9a-f]{64}$/;

/** Why the request's signature (version 4) is not taken, or null. Made again from what came in. */
async function unsigned(request: SeenRequest, url: string, text: string): Promise<Response | null> {
  const given = request.headers["authorization"];
  if (given === undefined)
    return error(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
  const [, keyId, region, names] = CREDENTIAL.exec(given) ?? [];
  if (keyId === undefined || region === undefined || names === undefined || !names.includes("host"))
    return error(400, "IncompleteSignatureException", "The signature is not complete.");
  if (keyId !== SES_KEY.accessKeyId)
    return error(
      403,
      "UnrecognizedClientException",
      "The security token included in the request is invalid.",
    );
  const signed = names.split(";").filter((name) => name !== "host");
  const again = await new AwsV4Signer({
    url,
    method: request.method,
    headers: signed.map((name): [string, string] => [name, request.headers[name] ?? ""]),
    body: text === "" ? null : text,
    ...SES_KEY,
    region,
    service: "ses",
    datetime: request.headers["x-amz-date"] ?? "",
  }).sign();
  return again.headers.get("authorization") === given
    ? null
    : error(403, "InvalidSignatureException", "The request signature we calculated does not match.");
}

/** Amazon SES v2, SendEmail and GetAccount, as its reference describes them, and misbehaving when it is told to. */
export function createSesSandbox() {
  const steering = createSteering();
  const settings = freshSettings();
  const { app, accepted } = steering;

  function send(body: unknown): Response {
    const parsed = sendEmail.safeParse(body);
    if (!parsed.success) return error(400, "BadRequestException", "1 validation error detected.");
    const { FromEmailAddress, Destination, ReplyToAddresses, Content, EmailTags, ConfigurationSetName } =
      parsed.data;
    const { Subject, Body, Headers } = Content.Simple;
    const from = addressIn(FromEmailAddress);
    const [to = ""] = Destination.ToAddresses;
    const isAscii = [FromEmailAddress, to].every((mailbox) => /^[ -~]*$/.test(mailbox));
    if (!isAscii || from === null || addressIn(to) === null)
      return error(400, "BadRequestException", "Missing final '@domain'");
    if (
      Headers.length > 15 ||
      Headers.some((h) => !/^[!-9;-~]{1,126}$/.test(h.Name) || !/^[ -~]{1,870}$/.test(h.Value))
    )
      return error(400, "BadRequestException", "Invalid header.");
    if (!EmailTags.every((tag) => isTag(tag.Name) && isTag(tag.Value)))
      return error(400, "BadRequestException", "Invalid tag.");
    if (Subject.Charset === undefined && !/^[ -~]*$/.test(Subject.Data))
      return error(400, "BadRequestException", "The subject is not 7-bit ASCII.");
    if (ConfigurationSetName !== undefined && !settings.configurationSets.includes(ConfigurationSetName))
      return error(404, "NotFoundException", `Configuration set <${ConfigurationSetName}> does not exist.`);
    if (!settings.verifiedDomains.includes(domainOf(from)))
      return error(
        400,
        "MessageRejected",
        `Email address is not verified. The following identities failed: ${from}`,
      );
    const id = `0100018f-${crypto.randomUUID()}-000000`;
    accepted.push({
      id,
      from: FromEmailAddress,
      to,
      replyTo: ReplyToAddresses[0] ?? null,
      subject: Subject.Data,
      html: Body.Html.Data,
      text: Body.Text.Data,
      headers: Object.fromEntries(Headers.map((h) => [h.Name, h.Value])),
      tags: Object.fromEntries(EmailTags.map((tag) => [tag.Name, tag.Value])),
      stream: ConfigurationSetName ?? null,
    });
    return Response.json({ MessageId: id });
  }

  app.post("/v2/email/outbound-emails", (context) =>
    steering.handle(
      context,
      async (request, text) => (await unsigned(request, context.req.url, text)) ?? send(request.body),
    ),
  );
  app.get("/v2/email/account", (context) =>
    steering.handle(
      context,
      async (request, text) =>
        (await unsigned(request, context.req.url, text)) ?? Response.json(settings.account),
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
