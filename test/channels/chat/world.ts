import { env } from "cloudflare:workers";
import { createHarness, type Harness, mint, SERVICE } from "../../support/harness.ts";
import { anOwnType } from "../../support/own-type.ts";
import { givenUsers } from "../../support/pipeline.ts";
import { createChatSandbox, SLACK_CHANNEL, SLACK_TOKEN } from "../../support/sandbox/chats.ts";

/** An address of each kind, as the sandbox knows it. */
export const ADDRESSES = {
  slack_bot: { kind: "slack_bot", token: SLACK_TOKEN, channel: SLACK_CHANNEL },
  slack_webhook: { kind: "slack_webhook", url: "https://hooks.slack.com/services/T0/B0/good" },
  teams: { kind: "teams", url: "https://prod-1.westeurope.logic.azure.com/workflows/ab/invoke?sig=good" },
  discord: { kind: "discord", url: "https://discord.com/api/webhooks/1/good" },
  webhook: {
    kind: "webhook",
    url: "https://hooks.acme.com/in",
    signing_secret: `whsec_${"c2VjcmV0".repeat(6)}`,
  },
} as const;

const HOSTS = [
  "slack.com",
  "hooks.slack.com",
  "prod-1.westeurope.logic.azure.com",
  "discord.com",
  "hooks.acme.com",
];

export function createWorld(vars: Record<string, string> = {}) {
  const h = createHarness({ vars, autoDrain: false });
  const chats = createChatSandbox();
  for (const host of HOSTS) h.hosts.set(host, chats.fetch);
  return { h, chats };
}

/** Creates a connection by the API. @returns its id */
export async function connect(h: Harness, owner: object, address: object): Promise<string> {
  const body = { name: "A chat", ...owner, ...address };
  const made = await h.request("POST", "/api/v1/chat-connections", { as: SERVICE, body });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  return made.body.id;
}

export const givenUser = async (h: Harness): Promise<string> => (await givenUsers(h, 1, 0)).users[0] ?? "";

export interface ChatWords {
  title: string;
  body: string;
  action_label?: string;
  action_url?: string;
}

const WORDS: ChatWords = {
  title: "Deploy {{ data.name }}",
  body: "It **failed**: {{ data.why }}",
  action_label: "See the log",
  action_url: "{{ data.url }}",
};

/** A type of the service with the channel chat, and others. */
export async function givenType(
  channels: Parameters<typeof anOwnType>[0]["channels"] = [{ channel: "chat" }],
  words: ChatWords = WORDS,
): Promise<string> {
  const id = mint("type");
  const data = JSON.stringify(anOwnType({ id, channels }));
  const inApp = JSON.stringify({ title: "Failed", body: "It failed" });
  await env.DB.batch([
    env.DB.prepare(
      "INSERT INTO own_types (id, org_id, data, created_at, updated_at) VALUES (?, '', ?, 0, 0)",
    ).bind(id, data),
    ...[
      ["chat", JSON.stringify(words)],
      ["in_app", inApp],
      ["push", inApp],
    ].flatMap(([channel, fields]) => [
      env.DB.prepare(
        "INSERT INTO wordings (type, channel, org_id, locale, published, published_at, latest, updated_at) VALUES (?, ?, '', 'en', 1, 0, 1, 0)",
      ).bind(id, channel),
      env.DB.prepare(
        "INSERT INTO wording_versions (type, channel, org_id, locale, version, fields, created_by, created_at) VALUES (?, ?, '', 'en', 1, ?, 'service:test', 0)",
      ).bind(id, channel, fields),
    ]),
  ]);
  return id;
}

const DATA = { name: "web", why: "no memory", url: "https://ci.example/1" };

/** Sends an event, and answers with it. */
export async function sendEvent(
  h: Harness,
  type: string,
  recipients: object,
  data: object = DATA,
  more: object = {},
) {
  const body = { type, recipients, data, ...more };
  const sent = await h.request("POST", "/api/v1/events", { as: SERVICE, body });
  if (sent.status >= 300) throw new Error(JSON.stringify(sent.body));
  return sent.body;
}

/** The messages of a type, the oldest first. */
export async function messagesOf(type: string) {
  const { results } = await env.DB.prepare(
    "SELECT id, user_id, channel, lane, status, error_code, provider, title, to_address, attempts, org_id FROM dispatches WHERE type = ? ORDER BY id",
  )
    .bind(type)
    .all();
  return results;
}

export const connectionOf = async (id: string) =>
  env.DB.prepare("SELECT * FROM chat_connections WHERE id = ?").bind(id).first();
