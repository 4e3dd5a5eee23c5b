import type { Event } from "../db/schema/index.ts";
import { SECOND } from "../lib/clock.ts";
import type { NewDispatch } from "../outbox/create.ts";
import type { OwnTypeData, Step } from "../types/own-type.ts";
import { holdAt, type Recipient } from "./facts.ts";

/** Channel → reason → how many messages were not made. */
export type Skipped = Record<string, Record<string, number>>;

/** A message that was not made, of a user who is there. */
export interface Withheld {
  user_id: string;
  channel: string;
  reason: string;
}

/** What is to be made for the recipients of a portion, as far as the facts that were read say it. */
export interface Plan {
  messages: NewDispatch[];
  skipped: Skipped;
  withheld: Withheld[];
}

/** What a plan depends upon besides its recipients. */
export interface Occasion {
  event: Pick<Event, "id" | "sender_org_id" | "send_at" | "expires_at" | "created_at">;
  type: OwnTypeData;
  /** The type's steps on the channels that the event is for. */
  steps: readonly Step[];
  /** The channels for which somebody has published words of the type. */
  worded: ReadonlySet<string>;
  /** The channels that this deployment has. */
  configured: Pick<ReadonlySet<string>, "has">;
  /** How long messages wait for others of the same kind, in ms; null: they do not. */
  windowMs: number | null;
  now: number;
}

/** The code of recipients who are not in the directory, or whom the sender may not reach. The caller learns no more. */
const UNKNOWN_USER = "unknown_user";
const EXPIRED = "expired";
/** The code of messages that could not say anything. Whether the recipient's own organizations have words is found when it is sent. */
const NO_WORDS = "no_words";
/** The type has a channel that this deployment does not have (any more). */
const NOT_CONFIGURED = "not_configured";

/** Decides for each recipient on each channel. A pure function. */
export function planOf(occasion: Occasion, recipients: readonly Recipient[]): Plan {
  const plan: Plan = { messages: [], skipped: {}, withheld: [] };
  for (const recipient of recipients) planFor(occasion, recipient, plan);
  return plan;
}

/** Counts messages that were not made. */
export function countSkipped(skipped: Skipped, channel: string, reason: string, n = 1): void {
  const ofChannel = (skipped[channel] ??= {});
  ofChannel[reason] = (ofChannel[reason] ?? 0) + n;
}

function planFor(occasion: Occasion, recipient: Recipient, plan: Plan): void {
  const { event, type, steps, worded, configured, windowMs, now } = occasion;
  const due = Math.max(event.created_at, event.send_at ?? 0) + (windowMs ?? 0);
  let waited = 0;
  let isFirst = true;
  for (const { channel, wait } of steps) {
    if (!configured.has(channel)) {
      countSkipped(plan.skipped, channel, NOT_CONFIGURED);
      continue;
    }
    const code = holdAt(recipient, type, channel, now)?.code ?? (worded.has(channel) ? null : NO_WORDS);
    if (code !== null || recipient.user === null) {
      const reason = code === null || recipient.user === null ? UNKNOWN_USER : code;
      countSkipped(plan.skipped, channel, reason);
      if (recipient.user !== null) plan.withheld.push({ user_id: recipient.id, channel, reason });
      continue;
    }
    // There is nothing to wait for unless an earlier step was made.
    const isAfter = wait !== undefined && !isFirst;
    if (isAfter) waited += wait * SECOND;
    // Of a portion that is made late, too, a step waits for those before it.
    const at = waited === 0 ? due : Math.max(due, now) + waited;
    if (event.expires_at !== null && event.expires_at <= Math.max(at, now)) {
      countSkipped(plan.skipped, channel, EXPIRED);
      continue;
    }
    isFirst = false;
    plan.messages.push({
      channel,
      lane: "bulk",
      type: type.id,
      userId: recipient.id,
      orgId: recipient.user.orgId,
      senderOrgId: event.sender_org_id,
      batchId: event.id,
      ...(isAfter && { payload: { after: true } }),
      sendAt: at > now ? at : null,
      expiresAt: event.expires_at,
      isDecidedLater: true,
    });
  }
}
