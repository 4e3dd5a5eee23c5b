import type { PACES } from "../paces.ts";
import type { ChatProvider } from "./definition.ts";
import { discord } from "./discord.ts";
import { program } from "./program.ts";
import { slackBot, slackWebhook } from "./slack.ts";
import { teams } from "./teams.ts";

/** A provider for each kind. They need no variables: what they need is in the connections. */
export const CHAT_PROVIDERS = {
  slack_webhook: slackWebhook,
  slack_bot: slackBot,
  teams,
  discord,
  webhook: program,
} as const satisfies Record<keyof typeof PACES, ChatProvider>;
