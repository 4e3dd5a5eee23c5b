import {
  type Kill,
  KILL_POINTS,
  type KillPoint,
  perProvider,
  type Provider,
  type QueueWeather,
  type Weather,
} from "./faults.ts";
import type { Random } from "./random.ts";

/** What follows a message that does not reach its user. `after`: seconds. */
export type Chain = readonly { channel: "email" | "sms"; after?: number }[];

const CHAINS = {
  none: [],
  email: [{ channel: "email" }],
  sms: [{ channel: "sms" }],
  sms_email: [{ channel: "sms" }, { channel: "email" }],
  /** Of an in-app message. */
  unread: [{ channel: "email", after: 600 }],
  unread_sms: [{ channel: "sms", after: 1_800 }],
} as const satisfies Record<string, Chain>;

/** Own types: text messages, chats, and a chat that a text message follows where it has not reached its user. */
export const EVENT_TYPES = ["chaos_sms", "chaos_chat", "chaos_steps"] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** What a caller does. Users, mentors and organizations are numbers. `seat` chooses among the candidates at that time. */
export type Step =
  | {
      kind: "send";
      user: number;
      key: boolean;
      /** Whether the call waits for the outcome. */
      wait: boolean;
      channels: readonly ("push" | "in_app" | "sms")[] | null;
      chain: Chain;
      /** Seconds from now. */
      sendAfter: number | null;
      expiresAfter: number | null;
    }
  | { kind: "batch"; users: readonly number[]; key: boolean; wait: boolean }
  | { kind: "event"; type: EventType; users: readonly number[] }
  /** A user reads an in-app message that another one would follow. */
  | { kind: "read"; seat: number }
  /** A user texts STOP. */
  | { kind: "stop"; user: number }
  | { kind: "remind"; user: number; key: boolean }
  | { kind: "bulk"; org: number }
  | { kind: "pause"; mentor: number }
  | { kind: "cancel"; seat: number; scheduled: boolean }
  | { kind: "retry"; seat: number }
  /** Repeats a call that was answered before, with its key. */
  | { kind: "repeat"; seat: number };

export interface Round {
  steps: readonly Step[];
  weather: Readonly<Record<Provider, Weather>>;
  queues: QueueWeather;
  kill: Kill | null;
  /** Cron ticks at the end of the round: how many fire at the same time, one group after the other. Empty: skipped. */
  ticks: readonly number[];
  /** How far time jumps after it, seconds. */
  jumpSeconds: number;
}

export interface Size {
  users: number;
  mentors: number;
  orgs: number;
}

export interface Wanted {
  dispatches: number;
  kills: number;
}

/** Endless rounds, the same ones for the same seed. `wanted` says how many kills there are for how many dispatches. */
export function* planRounds(random: Random, size: Size, wanted: Wanted): Generator<Round, never> {
  const every = wanted.dispatches / (wanted.kills + 1);
  let planned = 0;
  let weather: Round["weather"] = perProvider(() => "calm");
  let killAt = every * (0.5 + random.next() * 0.5);
  for (let first = true; ; first = false) {
    const steps = [...(first ? opening(size) : []), ...planSteps(random, size)];
    planned += steps.reduce((sum, step) => sum + dispatchesOf(step), 0);
    const isKilled = wanted.kills > 0 && planned >= killAt;
    if (isKilled) killAt += every * 0.95;
    weather = nextWeather(random, weather);
    yield {
      steps,
      weather,
      queues: random.chance(0.5)
        ? { lose: 0, repeat: 0.1, away: 0 }
        : { lose: 0.15, repeat: 0.35, away: random.chance(0.2) ? 0.3 : 0 },
      kill: isKilled ? planKill(random) : null,
      // None, one, two at once, one after the other.
      ticks: random.pick([[], [1], [1], [1], [2], [1, 1]]),
      jumpSeconds: planJump(random),
    };
  }
}

/** However short a run is, every channel is in it, and text messages that bounce and are followed. */
function opening({ users }: Size): Step[] {
  const first = (count: number) => Array.from({ length: Math.min(count, users) }, (_, n) => n);
  const once = { key: true, wait: false, sendAfter: null, expiresAfter: null };
  return [
    ...EVENT_TYPES.map((type): Step => ({ kind: "event", type, users: first(12) })),
    ...first(24).map((user): Step => ({
      ...{ kind: "send", user, channels: ["sms"], chain: CHAINS.email, ...once },
    })),
  ];
}

/** Faults last for some rounds, so that a provider fails for long enough to open its circuit. */
function nextWeather(random: Random, before: Round["weather"]): Round["weather"] {
  const next = (name: Provider): Weather =>
    random.chance(0.65) ? before[name] : random.weighted({ calm: 4, windy: 4, stormy: 2, outage: 1.5 });
  return perProvider(next);
}

const planJump = (random: Random): number => {
  const kind = random.weighted({ seconds: 3, minutes: 6, long: 2 });
  if (kind === "seconds") return random.int(5, 60);
  return kind === "minutes" ? random.int(60, 420) : random.int(900, 5_400);
};

const SELDOM: ReadonlySet<KillPoint> = new Set(["tick"]);

function planKill(random: Random): Kill {
  const point = random.pick(KILL_POINTS);
  return {
    point,
    nth: SELDOM.has(point) ? 1 : random.int(1, 12),
    afterMs: random.chance(0.5) ? 0 : random.int(1, 25),
    downSeconds: random.chance(0.5) ? random.int(0, 40) : random.int(60, 400),
  };
}

function planSteps(random: Random, size: Size): Step[] {
  const kinds = {
    send: 60,
    event: 14,
    read: 6,
    stop: 0.4,
    cancel: 10,
    retry: 4,
    repeat: 8,
    remind: 8,
    pause: 5,
  };
  const steps = Array.from({ length: random.int(6, 40) }, () =>
    planStep(random, size, random.weighted(kinds)),
  );
  if (random.chance(0.75)) steps.push(planBatch(random, size));
  if (random.chance(0.2)) steps.push({ kind: "bulk", org: random.int(0, size.orgs - 1) });
  return onceAMentor(steps);
}

/** Two changes of one mentor at the same time have no order, so the right result would be unknown. */
function onceAMentor(steps: readonly Step[]): Step[] {
  const seen = new Set<number>();
  return steps.filter((step) => {
    if (step.kind !== "pause") return true;
    const isNew = !seen.has(step.mentor);
    seen.add(step.mentor);
    return isNew;
  });
}

/** Some users get far more messages than others, more than their hourly budget. */
const someone = (random: Random, size: Size): number => Math.floor(random.next() ** 1.6 * size.users);

function planStep(random: Random, size: Size, kind: Exclude<Step["kind"], "batch" | "bulk">): Step {
  const seat = random.int(0, 1_000_000);
  switch (kind) {
    case "send":
      return planSend(random, size);
    case "cancel":
      return { kind, seat, scheduled: random.chance(0.7) };
    case "retry":
    case "repeat":
    case "read":
      return { kind, seat };
    case "event":
      return planEvent(random, size);
    case "stop":
      return { kind, user: someone(random, size) };
    case "remind":
      // Mostly users who have a certificate.
      return { kind, user: someone(random, size) & (random.chance(0.9) ? ~3 : ~0), key: random.chance(0.5) };
    case "pause":
      return { kind, mentor: random.int(0, size.mentors - 1) };
  }
}

function planSend(random: Random, size: Size): Step {
  const sendAfter = random.chance(0.2) ? random.int(20, 3_600) : null;
  const channels = random.weighted({ push: 7, both: 2, in_app: 2, sms: 1.5 });
  return {
    kind: "send",
    user: someone(random, size),
    key: random.chance(0.6),
    wait: random.chance(0.4),
    channels: channels === "push" ? null : channels === "both" ? ["push", "in_app"] : [channels],
    chain: planChain(random, channels),
    sendAfter,
    expiresAfter: random.chance(0.1) ? (sendAfter ?? 0) + random.int(60, 7_200) : null,
  };
}

function planChain(random: Random, channels: "push" | "both" | "in_app" | "sms"): Chain {
  if (channels === "sms") return CHAINS[random.weighted({ none: 1, email: 3 })];
  if (channels === "in_app") return CHAINS[random.weighted({ none: 3, unread: 4, unread_sms: 3 })];
  return CHAINS[random.weighted({ none: 6, email: 2, sms: 1.5, sms_email: 1.5 })];
}

function planEvent(random: Random, size: Size): Step {
  const users = Array.from({ length: random.int(1, 12) }, () => someone(random, size));
  return { kind: "event", type: random.pick(EVENT_TYPES), users: [...new Set(users)] };
}

function planBatch(random: Random, size: Size): Step {
  const length = random.chance(0.2) ? random.int(100, 700) : random.int(2, 80);
  const users = Array.from({ length }, () => someone(random, size));
  return { kind: "batch", users, key: random.chance(0.7), wait: random.chance(0.3) };
}

/** About how many dispatches a step makes. */
const dispatchesOf = (step: Step): number => {
  if (step.kind === "batch" || step.kind === "event") return step.users.length;
  return step.kind === "send" || step.kind === "remind" ? 1 : step.kind === "pause" ? 2 : 0;
};
