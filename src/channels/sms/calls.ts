import type { Ctx } from "../../ctx.ts";
import { applyFeedback } from "../feedback/apply.ts";
import { takeText } from "./inbound.ts";
import { SMS_PROVIDERS } from "./providers/index.ts";

/** The SMS providers that call a webhook of ours, by name. */
export const SMS_SOURCES: readonly string[] = Object.entries(SMS_PROVIDERS).flatMap(([name, { webhook }]) =>
  webhook === undefined ? [] : [name],
);

/** What came of a call, and the answer that its provider wants; null: any. */
interface Taken {
  events: number;
  answer: { body: string; type: string } | null;
}

/** Takes what a provider tells: a delivery report, or somebody's text message. One round trip, or none. */
export async function takeSmsCall(ctx: Ctx, source: string, payload: unknown): Promise<Taken> {
  const provider = SMS_PROVIDERS[source];
  const now = ctx.clock.now();
  const text = provider?.inbound?.(payload, now) ?? null;
  if (text !== null) {
    const answer = await takeText(ctx, source, text);
    return { events: 0, answer: provider?.reply?.(answer) ?? null };
  }
  const events = provider?.events?.(payload, now) ?? [];
  await applyFeedback(ctx, "sms", events);
  return { events: events.length, answer: null };
}
