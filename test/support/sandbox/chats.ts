import { z } from "zod";
import { createSteering } from "./steer.ts";

// What chats do with requests, as their vendors document it: Slack's chat.postMessage and incoming webhooks, a Teams
// workflow, a Discord webhook, and a program that verifies Standard Webhooks.

const style = z
  .strictObject({ bold: z.boolean(), italic: z.boolean(), code: z.boolean(), strike: z.boolean() })
  .partial();
const element = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("text"), text: z.string().min(1), style: style.optional() }),
  z.strictObject({
    type: z.literal("link"),
    url: z.url(),
    text: z.string().optional(),
    style: style.optional(),
  }),
]);
const elements = z.array(element).min(1);

/** The blocks of Slack that we know (docs.slack.dev/reference/block-kit/blocks). */
const slackBlock = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("header"),
    text: z.strictObject({
      type: z.literal("plain_text"),
      text: z.string().min(1).max(150),
      emoji: z.boolean(),
    }),
  }),
  z.strictObject({
    type: z.literal("rich_text"),
    elements: z
      .array(
        z.strictObject({
          type: z.enum(["rich_text_section", "rich_text_quote", "rich_text_preformatted"]),
          elements,
        }),
      )
      .min(1),
  }),
]);
const slackBody = z.object({
  text: z.string().max(40_000).optional(),
  blocks: z.array(slackBlock).max(50).optional(),
});

const textRun = z.strictObject({
  type: z.literal("TextRun"),
  text: z.string().min(1),
  weight: z.enum(["Lighter", "Default", "Bolder"]).optional(),
  italic: z.boolean().optional(),
  fontType: z.enum(["Default", "Monospace"]).optional(),
  color: z.enum(["Default", "Accent"]).optional(),
  selectAction: z.strictObject({ type: z.literal("Action.OpenUrl"), url: z.url() }).optional(),
});
const richText = z.strictObject({
  type: z.literal("RichTextBlock"),
  inlines: z.array(textRun).min(1),
  spacing: z.enum(["Small", "Medium"]).optional(),
});
/** What we use of an Adaptive Card 1.4 (adaptivecards.io/schemas/adaptive-card.json). */
const card = z.strictObject({
  $schema: z.literal("http://adaptivecards.io/schemas/adaptive-card.json"),
  type: z.literal("AdaptiveCard"),
  version: z.literal("1.4"),
  body: z.array(
    z.union([
      richText,
      z.strictObject({
        type: z.literal("Container"),
        style: z.literal("emphasis"),
        items: z.array(richText).min(1),
      }),
    ]),
  ),
  actions: z
    .array(z.strictObject({ type: z.literal("Action.OpenUrl"), title: z.string().min(1), url: z.url() }))
    .optional(),
  msteams: z.strictObject({ width: z.literal("Full") }).optional(),
});
const teamsBody = z.strictObject({
  type: z.literal("message"),
  attachments: z.tuple([
    z.strictObject({
      contentType: z.literal("application/vnd.microsoft.card.adaptive"),
      contentUrl: z.null(),
      content: card,
    }),
  ]),
});
const TEAMS_MAX_BYTES = 28_672;

const discordBody = z.object({
  content: z.string().max(2_000).optional(),
  embeds: z
    .array(z.object({ description: z.string().min(1).max(4_096) }))
    .max(10)
    .optional(),
  allowed_mentions: z.object({ parse: z.array(z.enum(["roles", "users", "everyone"])) }).optional(),
});

export const SLACK_TOKEN = "xoxb-1234567890-abcdefgh-9999";
/** Of an app that was removed. */
export const SLACK_REVOKED_TOKEN = "xoxb-1234567890-abcdefgh-0000";
export const SLACK_CHANNEL = "C024BE91L";
export const SLACK_ARCHIVED_CHANNEL = "C024BE91X";

/** The error that Slack gives for a message; null: it takes it. */
function slackError(body: unknown): string | null {
  const parsed = slackBody.safeParse(body);
  if (!parsed.success) return "invalid_blocks";
  const { text, blocks } = parsed.data;
  return (text ?? "") === "" && (blocks ?? []).length === 0 ? "no_text" : null;
}

const slackCall = z.object({ channel: z.string() });

/** A form, which Slack's own client sends: what is not a text is JSON in it. */
function slackForm(text: string): object {
  const { blocks, ...others } = Object.fromEntries(new URLSearchParams(text));
  return blocks === undefined ? others : { ...others, blocks: JSON.parse(blocks) };
}

/** What chat.postMessage was called with (docs.slack.dev/apis/web-api); null: in no way that it knows. */
function slackArguments(type: string | undefined, body: unknown, text: string): unknown {
  if (type?.startsWith("application/x-www-form-urlencoded") === true) return slackForm(text);
  return type?.startsWith("application/json") === true ? body : null;
}

export function createChatSandbox() {
  const steering = createSteering();
  const { app, handle } = steering;
  /** What was posted, by the path of its webhook, or by the channel. */
  const posted: { to: string; body: unknown }[] = [];
  const post = (to: string, body: unknown) => void posted.push({ to, body });
  let serial = 0;

  app.post("/api/chat.postMessage", (c) =>
    handle(c, ({ body, headers }, text) => {
      const fail = (error: string) => Response.json({ ok: false, error });
      const args = slackArguments(headers["content-type"], body, text);
      if (args === null) return fail("invalid_post_type");
      if (headers["authorization"] === undefined) return fail("not_authed");
      if (headers["authorization"] === `Bearer ${SLACK_REVOKED_TOKEN}`) return fail("token_revoked");
      if (headers["authorization"] !== `Bearer ${SLACK_TOKEN}`) return fail("invalid_auth");
      const call = slackCall.safeParse(args).data;
      if (call?.channel === SLACK_ARCHIVED_CHANNEL) return fail("is_archived");
      if (call?.channel !== SLACK_CHANNEL) return fail("channel_not_found");
      const error = slackError(args);
      if (error !== null) return fail(error);
      post(call.channel, args);
      const ts = `1774512000.${String(++serial).padStart(6, "0")}`;
      return Response.json({ ok: true, channel: call.channel, ts, message: { type: "message", ts } });
    }),
  );
  app.post("/services/:team/:hook/:secret", (c) =>
    handle(c, ({ body, path }) => {
      if (c.req.param("secret") === "revoked") return new Response("no_service", { status: 404 });
      if (c.req.param("secret") === "archived") return new Response("channel_is_archived", { status: 410 });
      const error = slackError(body);
      if (error !== null) return new Response(error, { status: 400 });
      post(path, body);
      return new Response("ok");
    }),
  );
  app.post("/workflows/*", (c) =>
    handle(c, ({ body, path }, text) => {
      if (new TextEncoder().encode(text).length > TEAMS_MAX_BYTES) return new Response(null, { status: 413 });
      if (!teamsBody.safeParse(body).success)
        return Response.json({ error: { code: "InvalidRequestContent" } }, { status: 400 });
      post(path, body);
      return new Response(null, { status: 202 });
    }),
  );
  app.post("/api/webhooks/:id/:token", (c) =>
    handle(c, ({ body, path }) => {
      if (c.req.param("token") === "deleted")
        return Response.json({ message: "Unknown Webhook", code: 10_015 }, { status: 404 });
      const parsed = discordBody.safeParse(body);
      if (!parsed.success || ((parsed.data.content ?? "") === "" && parsed.data.embeds === undefined))
        return Response.json({ message: "Invalid Form Body", code: 50_035 }, { status: 400 });
      post(path, body);
      return c.req.query("wait") === "true"
        ? Response.json({ id: `12345678901234567${++serial}`, type: 0 })
        : new Response(null, { status: 204 });
    }),
  );
  app.post("/in", (c) =>
    handle(c, ({ body, path }) => {
      post(path, body);
      return new Response(null, { status: 204 });
    }),
  );

  return { ...steering, posted };
}
