import { EMAIL_PROVIDERS } from "../providers/index.ts";
import type { FeedbackEvent } from "../../feedback/event.ts";

/** The providers that call a webhook of ours, by name. */
export const WEBHOOK_SOURCES: readonly string[] = Object.entries(EMAIL_PROVIDERS).flatMap(
  ([name, { webhook }]) => (webhook === undefined ? [] : [name]),
);

/** The events in what a provider sent. @param now epoch ms */
export const eventsIn = (source: string, payload: unknown, now: number): FeedbackEvent[] =>
  EMAIL_PROVIDERS[source]?.events?.(payload, now) ?? [];
