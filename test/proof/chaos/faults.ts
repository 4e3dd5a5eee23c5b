import type { Random } from "./random.ts";

/** What happens to a request to a provider. `…_taken`: the provider accepted the messages, but the sender does not learn it. */
export const FAULTS = [
  "none",
  "slow",
  "throttled",
  "error",
  "html",
  "garbage",
  "dropped",
  "hanging",
  "short",
  "twice",
  "error_taken",
  "html_taken",
  "garbage_taken",
  "dropped_taken",
  "hanging_taken",
] as const;
export type Fault = (typeof FAULTS)[number];

/** Whether the sender learns what was accepted. */
export const isPlain = (fault: Fault): boolean => fault === "none" || fault === "slow" || fault === "twice";

/** Whether the provider accepts the messages of such a request. */
export const takes = (fault: Fault): boolean =>
  isPlain(fault) || fault === "short" || fault.endsWith("_taken");

/** The weight of each fault. Hanging costs real time, so it is rare. */
const WEIGHTS: Readonly<Record<Exclude<Fault, "none">, number>> = {
  slow: 4,
  throttled: 2,
  error: 3,
  html: 2,
  garbage: 2,
  dropped: 3,
  hanging: 1,
  short: 1,
  twice: 1,
  error_taken: 2,
  html_taken: 1,
  garbage_taken: 2,
  dropped_taken: 3,
  hanging_taken: 1,
};

/** The faults of an outage: nothing is accepted, and the sender mostly learns it at once. */
const OUTAGE = { error: 6, html: 3, dropped: 3, throttled: 1 } as const satisfies Partial<
  Record<Fault, number>
>;

/** How likely requests are to fail for some rounds, and in which way. */
export type Weather = "calm" | "windy" | "stormy" | "outage";
const CHANCE = { calm: 0, windy: 0.15, stormy: 0.5, outage: 0.95 } as const satisfies Record<Weather, number>;

export function nextFault(random: Random, weather: Weather): Fault {
  if (!random.chance(CHANCE[weather])) return "none";
  return weather === "outage" ? random.weighted(OUTAGE) : random.weighted(WEIGHTS);
}

export const PROVIDERS = [
  ...(["expo", "fcm", "webpush", "ses", "resend", "twilio", "vonage"] as const),
  /** Receivers that customers own: chats, and programs that get webhooks. */
  ...(["chats", "hooks"] as const),
] as const;
export type Provider = (typeof PROVIDERS)[number];

/** Something for each provider. */
export const perProvider = <T>(make: (name: Provider) => T): Record<Provider, T> => ({
  ...{ expo: make("expo"), fcm: make("fcm"), webpush: make("webpush"), ses: make("ses") },
  ...{ resend: make("resend"), twilio: make("twilio"), vonage: make("vonage") },
  ...{ chats: make("chats"), hooks: make("hooks") },
});

/** The same fault of a provider whose status says all: what it says beside is not read, so it cannot be wrong. */
export function byStatus(fault: Fault): Fault {
  if (fault === "short") return "none";
  return fault === "garbage" ? "error" : fault === "garbage_taken" ? "error_taken" : fault;
}

/** Points in the service's work at which it can be killed. */
export const KILL_POINTS = [
  "asked",
  "accepted",
  "answered",
  "operation",
  "message",
  "queued",
  "tick",
] as const;
export type KillPoint = (typeof KILL_POINTS)[number];

export interface Kill {
  point: KillPoint;
  /** The nth time that the point is reached in the round, from 1. */
  nth: number;
  /** Milliseconds after that. */
  afterMs: number;
  /** How long the service is down, in seconds of its own clock. */
  downSeconds: number;
}

/** The chances of faults of queues. */
export interface QueueWeather {
  lose: number;
  repeat: number;
  /** `sendBatch` fails. */
  away: number;
}
