import type { ChatKind } from "../../db/schema/index.ts";
import type { Pace } from "../../delivery/outcome.ts";

/** What one connection of a kind takes, by the vendors' documentation; of programs, what most can do. */
export const PACES = {
  // docs.slack.dev/apis/web-api/rate-limits: one a second and channel.
  slack_webhook: { ratePerSecond: 1, burst: 1 },
  slack_bot: { ratePerSecond: 1, burst: 1 },
  // learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors: four a second.
  teams: { ratePerSecond: 4, burst: 4 },
  // docs.discord.com/developers/topics/rate-limits: webhooks have five in two seconds.
  discord: { ratePerSecond: 2.5, burst: 5 },
  webhook: { ratePerSecond: 20, burst: 20 },
} as const satisfies Record<ChatKind, Pace>;
