import { isObject } from "../../lib/objects.ts";
import type { Dispatch } from "../../db/schema/index.ts";
import { firstDueAt } from "../../outbox/timing.ts";
import { MINUTE, SECOND } from "../../lib/clock.ts";

/** How urgent a push is. `high` may wake a sleeping phone. */
export const PRIORITIES = ["default", "normal", "high"] as const;

/** Apple's levels; `critical` needs an entitlement that Apple grants to the app. */
export const INTERRUPTION_LEVELS = ["passive", "active", "time-sensitive", "critical"] as const;

/** Seconds: no push service keeps a push longer than four weeks. */
export const MAX_TTL_SECONDS = 28 * 24 * 3_600;

/** How a push is shown or kept. The names are ours; each provider maps them to its own. */
export interface PushOptions {
  /** A sound that comes with the app, or `default`; null for none. On Android the channel decides. */
  sound?: string | null | undefined;
  /** The number on the app's icon; 0 removes it. iOS. */
  badge?: number | undefined;
  priority?: (typeof PRIORITIES)[number] | undefined;
  /** Seconds after it is due for which the push is worth delivering. */
  ttl?: number | undefined;
  /** iOS. */
  subtitle?: string | undefined;
  /** A notification channel that the app has made: Android drops a push for any other. */
  channel_id?: string | undefined;
  /** iOS. */
  interruption_level?: (typeof INTERRUPTION_LEVELS)[number] | undefined;
  /** Lets the app's own extension change the push before it is shown. iOS. */
  mutable_content?: boolean | undefined;
  /** A category of actions that the app has registered. */
  category_id?: string | undefined;
  /** An https address. iOS: the app's extension must fetch it. */
  image?: string | undefined;
  /** Wakes the app in the background. The only option under which title and body may both be missing: a silent push. */
  content_available?: boolean | undefined;
}

export type PushOptionName = keyof PushOptions;

/** Every option; the compiler reports one that is missing here. */
const NAMES = {
  sound: true,
  badge: true,
  priority: true,
  ttl: true,
  subtitle: true,
  channel_id: true,
  interruption_level: true,
  mutable_content: true,
  category_id: true,
  image: true,
  content_available: true,
} satisfies Record<PushOptionName, true>;

const isName = (name: string): name is PushOptionName => Object.hasOwn(NAMES, name);

/** Every option. A provider that has them all says so with this. */
export const PUSH_OPTIONS: readonly PushOptionName[] = Object.keys(NAMES).filter(isName);

/** The options of a silent push: it makes no sound and shows nothing, except for the number on the app's icon. */
export const SILENT_OPTIONS: ReadonlySet<string> = new Set<PushOptionName>([
  "badge",
  "content_available",
  "priority",
  "ttl",
]);

/** The options that were set, by name. */
export const namesOf = (options: PushOptions): PushOptionName[] =>
  PUSH_OPTIONS.filter((name) => options[name] !== undefined);

/**
 * The options that are set and that none of `providers` has. A provider that lacks one which others have leaves it out: the
 * message matters more than its sound.
 */
export const unknownTo = (
  providers: readonly { readonly options: readonly PushOptionName[] }[],
  options: PushOptions,
): PushOptionName[] =>
  namesOf(options).filter((name) => !providers.some((provider) => provider.options.includes(name)));

// The column was checked when it was written.
const isOptions = (value: unknown): value is PushOptions => isObject(value);

/** Reads the column `options`. */
export function parseOptions(column: string | null): PushOptions {
  const value: unknown = column === null ? null : JSON.parse(column);
  return isOptions(value) ? value : {};
}

/** Reads the column `data`: JSON for the app, or null. */
export function parseData(column: string | null): Record<string, unknown> | null {
  const value: unknown = column === null ? null : JSON.parse(column);
  return isObject(value) ? value : null;
}

/** How long a push service keeps a push for a phone that is off: four weeks, Android's default. */
const KEPT_BY_SERVICE_MS = MAX_TTL_SECONDS * SECOND;

/** Time that queue and sweep may take after a push is due. It lets a push with `ttl: 0` be sent at all. */
const ON_ITS_WAY_MS = MINUTE;

type Times = Pick<Dispatch, "created_at" | "scheduled_at" | "slot_at" | "expires_at">;

/**
 * Epoch ms until which a push service keeps a push that is sent `now`. Never in the past, and never left out: without it
 * iOS drops the push when the phone is not reachable at that moment.
 */
export function keptUntil(dispatch: Times, { ttl }: PushOptions, now: number): number {
  const kept = firstDueAt(dispatch) + (ttl === undefined ? KEPT_BY_SERVICE_MS : ttl * SECOND);
  return Math.max(now, Math.min(kept, dispatch.expires_at ?? kept));
}

/** Epoch ms until which the push is worth sending, by its sender's `ttl`; undefined when it has none. */
export const worthUntil = (dispatch: Times, { ttl }: PushOptions): number | undefined =>
  ttl === undefined ? undefined : firstDueAt(dispatch) + ttl * SECOND;

/** Whether the sender's `ttl` was over before any push service took the push. */
export const isStale = (dispatch: Times, { ttl }: PushOptions, now: number): boolean =>
  ttl !== undefined && now > firstDueAt(dispatch) + ttl * SECOND + ON_ITS_WAY_MS;

/**
 * What APNs, FCM and Expo take for one notification, in bytes of UTF-8 JSON
 * (https://docs.expo.dev/push-notifications/sending-notifications/#push-receipt-errors).
 */
export const MAX_PUSH_BYTES = 4_096;

// The most that a provider adds to a message. APNs takes collapse ids of up to 64 bytes.
const FRAME = {
  sound: "default",
  priority: "high",
  expiration: 9_999_999_999,
  collapseId: "x".repeat(64),
  tag: "x".repeat(64),
};

/** A message whose size counts. */
interface Sized {
  title?: string | null | undefined;
  body?: string | null | undefined;
  data?: Record<string, unknown> | null | undefined;
  options?: PushOptions | undefined;
}

/** What is missing does not become JSON. */
const textOf = ({ title, body, data }: Sized) => ({
  title: title ?? undefined,
  body: body ?? undefined,
  data: data ?? undefined,
});

/** JSON's length in bytes of UTF-8. */
const jsonBytes = (value: unknown): number => new TextEncoder().encode(JSON.stringify(value)).length;

/**
 * The bytes that a notification counts against MAX_PUSH_BYTES: its JSON as it is sent, without the recipient.
 * It is never less than what a provider sends, so that no message passes here and is too big later.
 */
export function pushPayloadBytes({ options = {}, ...message }: Sized): number {
  const { ttl: _, image, ...shown } = options;
  // Our names of the options are at least as long as a provider's. Only the image is nested deeper there.
  const rich = image === undefined ? {} : { richContent: { image } };
  return jsonBytes({ ...textOf(message), ...FRAME, ...shown, ...rich });
}

/**
 * The most for a message that goes to the inbox alone, in bytes of UTF-8 JSON. Any title and body fit; a page of the inbox
 * and a frame of its socket hold up to 100 messages.
 */
export const MAX_IN_APP_BYTES = 16_384;

/** The bytes that an in-app message counts against MAX_IN_APP_BYTES. */
export const inAppBytes = (message: Sized): number => jsonBytes(textOf(message));
