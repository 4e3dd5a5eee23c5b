import { z } from "zod";
import type { Outcome, ProviderHealth } from "../../../../delivery/outcome.ts";
import type { PushMessage, Receipt } from "../../provider.ts";
import type { ExpoAnswer } from "./answer.ts";
import { type ExpoFailure, FAILURE_MESSAGES, ticketVerdict } from "./codes.ts";

/**
 * A message in Expo's format (https://docs.expo.dev/push-notifications/sending-notifications/#message-request-format, and
 * expo-server-sdk's `ExpoPushMessage`). What is undefined does not become JSON.
 */
export interface ExpoMessage {
  to: string;
  title?: string | undefined;
  subtitle?: string | undefined;
  body?: string | undefined;
  data?: Record<string, unknown> | undefined;
  sound?: string | null | undefined;
  badge?: number | undefined;
  priority: "default" | "normal" | "high";
  interruptionLevel?: "passive" | "active" | "time-sensitive" | "critical" | undefined;
  channelId?: string | undefined;
  categoryId?: string | undefined;
  mutableContent?: boolean | undefined;
  richContent?: { image: string } | undefined;
  contentAvailable?: boolean | undefined;
  /** Seconds since the epoch. */
  expiration?: number | undefined;
  /** Replaces on an iPhone. */
  collapseId: string;
  /** Replaces on Android, where `collapseId` works only until the message has arrived. */
  tag?: string | undefined;
}

/**
 * No `channelId` unless its sender names one: Android silently drops a message for a channel that the app has not made.
 * `expiration` and not `ttl`: it does not move when the message is sent again.
 */
export function toExpoMessage(message: PushMessage): ExpoMessage {
  const { options } = message;
  const isSilent = message.title === null && message.body === null;
  return {
    to: message.token,
    title: message.title ?? undefined,
    subtitle: options.subtitle,
    body: message.body ?? undefined,
    data: message.data ?? undefined,
    ...(isSilent ? SILENT : SHOWN),
    ...(options.sound !== undefined && { sound: options.sound }),
    badge: options.badge,
    ...(options.priority !== undefined && { priority: options.priority }),
    interruptionLevel: options.interruption_level,
    channelId: options.channel_id,
    categoryId: options.category_id,
    mutableContent: options.mutable_content,
    richContent: options.image === undefined ? undefined : { image: options.image },
    contentAvailable: options.content_available,
    expiration: message.expiresAt === null ? undefined : Math.floor(message.expiresAt / 1_000),
    collapseId: message.collapseId,
    // It would be a notification's: a silent push is none.
    tag: isSilent ? undefined : message.collapseId,
  };
}

const SHOWN = { sound: "default", priority: "high" } as const;

/** Apple delivers what wakes an app in the background at normal priority only. */
const SILENT = { priority: "normal" } as const;

const details = z.object({ error: z.string().nullable().catch(null) }).catch({ error: null });
const ticketSchema = z.discriminatedUnion("status", [
  z.object({ status: z.literal("ok"), id: z.string().min(1).nullable().catch(null) }),
  z.object({ status: z.literal("error"), details }),
]);

const failure = (code: ExpoFailure, afterMs?: number): Outcome => ({
  kind: "retry",
  code,
  message: FAILURE_MESSAGES[code],
  ...(afterMs !== undefined && { afterMs }),
});

function toOutcome(ticket: z.ZodSafeParseResult<z.infer<typeof ticketSchema>>): Outcome {
  if (!ticket.success) return failure("expo_bad_response");
  // An "ok" without an id is accepted all the same: to send it again would be a repeat.
  if (ticket.data.status === "ok") return { kind: "accepted", messageId: ticket.data.id };
  return ticketVerdict(ticket.data.details.error);
}

/** What an answer means for the messages of its request. */
export type Verdict<T> =
  /** Each has its outcome. */
  | { kind: "settled"; outcomes: Outcome[]; health: ProviderHealth }
  /** They must be sent in these pieces: at least two, none of them empty. */
  | { kind: "split"; pieces: T[][] }
  /** Something is wrong that further requests would meet as well. */
  | { kind: "stop"; outcome: Outcome; health: ProviderHealth };

const stop = (code: ExpoFailure, afterMs?: number) =>
  ({ kind: "stop", outcome: failure(code, afterMs), health: { kind: "error" } }) as const;

function readTickets(data: unknown, count: number): Verdict<never> {
  // Expo answers a single message with a ticket that is not in an array.
  const raw: unknown[] = Array.isArray(data) ? data : [data];
  if (raw.length !== count) return stop("expo_bad_response");
  const tickets = raw.map((ticket) => ticketSchema.safeParse(ticket));
  const sound = tickets.every((ticket) => ticket.success);
  return { kind: "settled", outcomes: tickets.map(toOutcome), health: { kind: sound ? "ok" : "error" } };
}

function halves<T>(items: readonly T[]): T[][] {
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)];
}

function readRefusal<T>(
  answer: ExpoAnswer & { kind: "refused" },
  items: readonly T[],
  tokenOf: (item: T) => string,
): Verdict<T> {
  if (items.length > 1) {
    if (answer.reason !== "mixed_projects") return { kind: "split", pieces: halves(items) };
    const groups = [...Map.groupBy(items, (item) => answer.projects.get(tokenOf(item)) ?? null).values()];
    return { kind: "split", pieces: groups.length > 1 ? groups : halves(items) };
  }
  if (answer.reason !== "invalid") return stop("expo_bad_response");
  const message = "Expo's push service refuses the message as malformed.";
  return {
    kind: "settled",
    outcomes: items.map(() => ({ kind: "rejected", code: "expo_invalid_message", message })),
    health: { kind: "ok" },
  };
}

/** Reads the answer to a request that carried `items`, in their order. */
export function judge<T>(answer: ExpoAnswer, items: readonly T[], tokenOf: (item: T) => string): Verdict<T> {
  switch (answer.kind) {
    case "data":
      return readTickets(answer.data, items.length);
    case "refused":
      return readRefusal(answer, items, tokenOf);
    case "throttled": {
      const message = "Expo's push service asked to slow down.";
      const outcome = { kind: "deferred", code: "expo_throttled", message, afterMs: answer.afterMs } as const;
      return { kind: "stop", outcome, health: { kind: "throttled", afterMs: answer.afterMs } };
    }
    case "failed":
      return stop(answer.code, answer.afterMs);
  }
}

const receiptsSchema = z.record(z.string(), z.unknown());
const receiptSchema = z.discriminatedUnion("status", [
  z.object({ status: z.literal("ok") }),
  z.object({ status: z.literal("error"), details }),
]);

/** The receipts of `tickets` in `data`, or null when it is no map. What is missing or makes no sense is left out. */
export function readReceipts(data: unknown, tickets: readonly string[]): Map<string, Receipt> | null {
  const answer = receiptsSchema.safeParse(data);
  if (!answer.success) return null;
  const receipts = new Map<string, Receipt>();
  for (const ticket of tickets) {
    const receipt = receiptSchema.safeParse(answer.data[ticket]);
    if (!receipt.success) continue;
    if (receipt.data.status === "ok") {
      receipts.set(ticket, { kind: "ok" });
      continue;
    }
    const { kind, code, message } = ticketVerdict(receipt.data.details.error);
    receipts.set(ticket, { kind: kind === "gone" ? "gone" : "failed", code, message });
  }
  return receipts;
}
