import { cloudflareEvents } from "./cloudflare-events.ts";
import type { FeedbackMapper } from "./event.ts";
import { postmarkEvents } from "./postmark-events.ts";
import { resendEvents } from "./resend-events.ts";
import { sesEvents } from "./ses-events.ts";

export type { FeedbackEvent, FeedbackMapper } from "./event.ts";

/** Providers that tell what became of a message, and how to read it. A payload that is not understood gives no events. */
export const FEEDBACK = {
  ses: sesEvents,
  resend: resendEvents,
  postmark: postmarkEvents,
  cloudflare: cloudflareEvents,
} as const satisfies Record<string, FeedbackMapper>;
