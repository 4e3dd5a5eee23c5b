import { z } from "zod";
import type { AcceptedPush, ExpoState } from "./expo-state.ts";

// What Expo's push service does with a request that reaches it, from
// https://docs.expo.dev/push-notifications/sending-notifications/. Written apart from the provider that it tests.

const DAY_MS = 24 * 60 * 60 * 1_000;
const MAX_MESSAGE_BYTES = 4_096;
const MAX_RECEIPTS = 1_000;
const TOKEN = /^(Expo(nent)?PushToken\[.+\]|[a-z\d]{8}-([a-z\d]{4}-){3}[a-z\d]{12})$/i;

const messageSchema = z.looseObject({
  to: z.union([z.string(), z.array(z.string()).min(1)]),
  title: z.string().nullish(),
  body: z.string().nullish(),
  data: z.record(z.string(), z.unknown()).nullish(),
  ttl: z.int().min(0).nullish(),
  expiration: z.int().min(0).nullish(),
  priority: z.enum(["default", "normal", "high"]).nullish(),
  subtitle: z.string().nullish(),
  sound: z
    .union([
      z.string(),
      z.strictObject({
        critical: z.boolean().optional(),
        name: z.string().nullish(),
        volume: z.number().min(0).max(1).optional(),
      }),
    ])
    .nullish(),
  badge: z.int().min(0).nullish(),
  interruptionLevel: z.enum(["active", "critical", "passive", "time-sensitive"]).nullish(),
  categoryId: z.string().nullish(),
  mutableContent: z.boolean().nullish(),
  contentAvailable: z.boolean().nullish(),
  richContent: z.looseObject({ image: z.url().optional() }).nullish(),
  collapseId: z.string().max(64).nullish(),
  tag: z.string().nullish(),
  channelId: z.string().nullish(),
});

export interface Reply {
  status: number;
  body: Record<string, unknown>;
  headers?: Record<string, string>;
}

/** Expo's document for a request that failed as a whole. */
export const failed = (status: number, code: string, message: string, details?: unknown): Reply => ({
  status,
  body: {
    errors: [{ code, message, ...(details !== undefined && { details }), isTransient: status >= 500 }],
  },
});

const ticketError = (error: string, token: string) => ({
  status: "error",
  message: `"${token}": ${error}`,
  details: { error, expoPushToken: token },
});

interface Recipient {
  token: string;
  message: Record<string, unknown>;
}

function recipientsOf(body: unknown): { recipients: Recipient[]; single: boolean } | null {
  const messages = z
    .array(messageSchema)
    .min(1)
    .safeParse(Array.isArray(body) ? body : [body]);
  if (!messages.success) return null;
  const recipients = messages.data.flatMap(({ to, ...message }) =>
    [to].flat().map((token) => ({ token, message })),
  );
  return { recipients, single: !Array.isArray(body) && recipients.length === 1 };
}

function mixedProjects(state: ExpoState, recipients: readonly Recipient[]): Record<string, string[]> | null {
  const tokens = new Map<string, string[]>();
  for (const { token } of recipients) {
    const project = state.settings.projects.get(token) ?? "@tidings/app";
    tokens.set(project, [...(tokens.get(project) ?? []), token]);
  }
  return tokens.size > 1 ? Object.fromEntries(tokens) : null;
}

function overRate(state: ExpoState, more: number, now: number): boolean {
  const { ratePerSecond } = state.settings;
  const recent = state.accepted.filter((push) => push.at > now - 1_000).length;
  return ratePerSecond !== null && recent + more > ratePerSecond;
}

function give(state: ExpoState, { token, message }: Recipient, now: number) {
  const error = state.settings.ticketErrors.get(token);
  if (error !== undefined) return ticketError(error, token);
  if (!TOKEN.test(token)) return ticketError("DeviceNotRegistered", token);
  if (new TextEncoder().encode(JSON.stringify(message)).length > MAX_MESSAGE_BYTES)
    return ticketError("MessageTooBig", token);
  const known = messageSchema.omit({ to: true }).parse(message);
  const push: AcceptedPush = {
    ticket: crypto.randomUUID(),
    token,
    title: known.title ?? null,
    body: known.body ?? null,
    data: known.data ?? null,
    collapseId: known.collapseId ?? null,
    message,
    at: now,
  };
  state.accepted.push(push);
  return { status: "ok", id: push.ticket };
}

/** The number of recipients that a body names: what Expo counts against its limits. */
export const recipientCount = (body: unknown): number => recipientsOf(body)?.recipients.length ?? 0;

/** POST /push/send */
export function send(state: ExpoState, body: unknown, now: number): Reply {
  const { settings } = state;
  const parsed = recipientsOf(body);
  const malformed = parsed?.recipients.find(({ token }) => settings.malformed.has(token));
  if (parsed === null || malformed !== undefined)
    return failed(400, "VALIDATION_ERROR", `The message for "${malformed?.token ?? "?"}" is not valid.`);
  const { recipients, single } = parsed;
  if (recipients.length > settings.recipientLimit)
    return failed(400, "PUSH_TOO_MANY_NOTIFICATIONS", `At most ${settings.recipientLimit} in one request.`);
  const projects = mixedProjects(state, recipients);
  if (projects !== null)
    return failed(400, "PUSH_TOO_MANY_EXPERIENCE_IDS", "All must be for the same project.", projects);
  if (overRate(state, recipients.length, now))
    return failed(429, "TOO_MANY_REQUESTS", "Too many notifications a second.");
  const tickets = recipients.map((recipient) => give(state, recipient, now));
  return { status: 200, body: { data: single ? tickets[0] : tickets } };
}

/** POST /push/getReceipts. A receipt appears after `receiptDelayMs` and is gone after 24 hours. */
export function getReceipts(state: ExpoState, body: unknown, now: number): Reply {
  const asked = z.object({ ids: z.array(z.string()) }).safeParse(body);
  if (!asked.success) return failed(400, "VALIDATION_ERROR", '"ids" is required.');
  if (asked.data.ids.length > MAX_RECEIPTS)
    return failed(400, "PUSH_TOO_MANY_RECEIPTS", `At most ${MAX_RECEIPTS} in one request.`);
  const ids = new Set(asked.data.ids);
  const ready = state.accepted.filter(
    ({ ticket, at }) => ids.has(ticket) && now >= at + state.settings.receiptDelayMs && now < at + DAY_MS,
  );
  const receipts = ready.map(({ ticket, token }) => {
    const error = state.settings.receiptErrors.get(token);
    return [ticket, error === undefined ? { status: "ok" } : ticketError(error, token)];
  });
  return { status: 200, body: { data: Object.fromEntries(receipts) } };
}
