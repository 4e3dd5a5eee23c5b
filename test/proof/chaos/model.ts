import type { Chain, EventType } from "./plan.ts";

/** A call to the service. `unknown`: its answer was lost, and nobody asked again. */
export interface Call {
  n: number;
  method: string;
  path: string;
  body: unknown;
  headers: Record<string, string>;
  state: "under_way" | "accepted" | "refused" | "unknown";
  /** The service's time at which it began. */
  at: number;
  /** Ids of the dispatches that the answer named. */
  ids: string[];
  batchId: string | null;
}

/** A message that a caller asked for. Its title is unique, so that its dispatches can be found. */
export interface Asked {
  title: string;
  call: Call;
  user: string;
  channels: readonly ("push" | "in_app" | "sms")[];
  chain: Chain;
  expires: boolean;
  isScheduled: boolean;
}

/** An event that the service has taken. */
export interface SentEvent {
  n: number;
  call: Call;
  type: EventType;
  users: readonly string[];
  id: string;
}

/** A cancellation. Times are this machine's; null while no answer has confirmed it. */
export interface Cancel {
  confirmedAt: number | null;
}

export interface Bulk {
  call: Call;
  org: string;
  dispatched: number;
  failed: number;
}

/** The requests and the answers of the service: everything that a caller can know. */
export interface Model {
  calls: Call[];
  asked: Map<string, Asked>;
  /** Accepted single sends, which later steps cancel or repeat. */
  scheduled: string[];
  recent: string[];
  keyed: Call[];
  reminders: Map<string, Call>;
  bulks: Bulk[];
  events: SentEvent[];
  /** In-app messages that another one follows, unless they are read. */
  unread: { id: string; user: string }[];
  /** When the service confirmed that a message was read, this machine's time; null while no answer has. */
  reads: Map<string, number | null>;
  /** The same of users who have texted STOP. */
  stops: Map<string, number | null>;
  cancels: Map<string, Cancel>;
  /** How often a person asked for a retry that may have been granted. */
  retries: Map<string, number>;
  /** How many changes of a mentor's status the service accepted, and the present status. */
  mentors: Map<string, { changes: number; isPaused: boolean }>;
  /** What happened to each dispatch, in words, for the report. */
  histories: Map<string, string[]>;
  /** Answers that break a promise by themselves. */
  broken: string[];
  /** Answers by status. */
  answers: Map<string, number>;
  note(id: string, what: string): void;
}

export function createModel(now: () => number): Model {
  const histories = new Map<string, string[]>();
  return {
    ...{ calls: [], scheduled: [], recent: [], keyed: [], bulks: [], broken: [], histories },
    ...{ events: [], unread: [], reads: new Map(), stops: new Map() },
    asked: new Map(),
    reminders: new Map(),
    cancels: new Map(),
    retries: new Map(),
    mentors: new Map(),
    answers: new Map(),
    note(id, what) {
      const lines = histories.get(id) ?? [];
      lines.push(`${new Date(now()).toISOString()} ${what}`);
      histories.set(id, lines);
    },
  };
}

/** Counts one more. */
export const bump = <K>(counts: Map<K, number>, key: K, by = 1): void =>
  void counts.set(key, (counts.get(key) ?? 0) + by);
