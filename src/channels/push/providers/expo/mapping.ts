import { z } from "zod";
import { halves, type Split } from "../../../send-kit/split.ts";
import { accepted, type ProviderVerdict } from "../../../send-kit/verdict.ts";
import type { PushMessage, Receipt } from "../../provider.ts";
import type { ExpoAnswer } from "./answer.ts";
import { codeOfTicket, VERDICTS, verdict } from "./codes.ts";

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

function ofTicket(raw: unknown): ProviderVerdict {
  const ticket = ticketSchema.safeParse(raw);
  if (!ticket.success) return verdict("expo_bad_response");
  // An "ok" without an id is accepted all the same: sending it again would repeat it.
  if (ticket.data.status === "ok") return accepted(ticket.data.id);
  return verdict(codeOfTicket(ticket.data.details.error));
}

function readTickets(data: unknown, count: number): ProviderVerdict[] {
  // Expo answers a single message with a ticket that is not in an array.
  const tickets: unknown[] = Array.isArray(data) ? data : [data];
  return tickets.length === count
    ? tickets.map(ofTicket)
    : Array.from({ length: count }, () => verdict("expo_bad_response"));
}

function readRefusal(
  answer: ExpoAnswer & { kind: "refused" },
  messages: readonly PushMessage[],
): Split<PushMessage> {
  if (messages.length === 1) {
    const code = answer.reason === "invalid" ? "expo_invalid_message" : "expo_bad_response";
    return { kind: "settled", verdicts: [verdict(code)] };
  }
  if (answer.reason !== "mixed_projects") return { kind: "split", pieces: halves(messages) };
  const groups = Map.groupBy(messages, ({ token }) => answer.projects.get(token) ?? null);
  return { kind: "split", pieces: groups.size > 1 ? [...groups.values()] : halves(messages) };
}

/** Reads the answer to a request that carried `messages`, in their order. */
export function readSent(answer: ExpoAnswer, messages: readonly PushMessage[]): Split<PushMessage> {
  switch (answer.kind) {
    case "data":
      return { kind: "settled", verdicts: readTickets(answer.data, messages.length) };
    case "refused":
      return readRefusal(answer, messages);
    case "failed":
      return { kind: "settled", verdicts: messages.map(() => verdict(answer.code, answer.afterMs)) };
  }
}

const receiptsSchema = z.record(z.string(), z.unknown());
const receiptSchema = z.discriminatedUnion("status", [
  z.object({ status: z.literal("ok") }),
  z.object({ status: z.literal("error"), details }),
]);

/** The receipts of `tickets` in `data`, or null when it is not a map. Receipts that are missing or make no sense are left out. */
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
    const code = codeOfTicket(receipt.data.details.error);
    const { kind, message } = VERDICTS[code];
    receipts.set(ticket, { kind: kind === "gone" ? "gone" : "failed", code, message });
  }
  return receipts;
}
