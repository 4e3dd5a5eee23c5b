/** How urgent a push is. `high` may wake a sleeping phone. */
export const PRIORITIES = ["default", "normal", "high"] as const;

/** Apple's levels; `critical` needs an entitlement that Apple grants to the app. */
export const INTERRUPTION_LEVELS = ["passive", "active", "time-sensitive", "critical"] as const;

/** Seconds: no push service keeps a push longer than four weeks. */
export const MAX_TTL_SECONDS = 28 * 24 * 3_600;

/** How a push is to be shown or kept, in words of our own; each provider has its table of what becomes of them. */
export interface PushOptions {
  /** Of a sound that the app brings, or `default`; null for none. Android: its channel decides. */
  sound?: string | null | undefined;
  /** The number on the app's icon; 0 removes it. iOS. */
  badge?: number | undefined;
  priority?: (typeof PRIORITIES)[number] | undefined;
  /** Seconds after the push was due for which it is worth delivering. */
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

/** The names, and the compiler's word that none is missing. */
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

/** What a silent push takes: it shows nothing but the number on the app's icon, and makes no sound. */
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
 * The options set that none of `providers` has. Where only some have one, the others leave it out: the message matters
 * more than its chime.
 */
export const unknownTo = (
  providers: readonly { readonly options: readonly PushOptionName[] }[],
  options: PushOptions,
): PushOptionName[] =>
  namesOf(options).filter((name) => !providers.some((provider) => provider.options.includes(name)));

// Both columns were checked when they were written.
const isOptions = (value: unknown): value is PushOptions => typeof value === "object" && value !== null;
const isData = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** Reads the column `options`. */
export function parseOptions(column: string | null): PushOptions {
  const value: unknown = column === null ? null : JSON.parse(column);
  return isOptions(value) ? value : {};
}

/** Reads the column `data`: JSON for the app, or null. */
export function parseData(column: string | null): Record<string, unknown> | null {
  const value: unknown = column === null ? null : JSON.parse(column);
  return isData(value) ? value : null;
}
