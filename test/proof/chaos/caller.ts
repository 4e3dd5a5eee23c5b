import { parseId, type IdPrefix } from "../../../src/lib/ids.ts";
import { HOUR } from "../../../src/lib/clock.ts";
import type { ChaosClock } from "./clock.ts";
import { bump, type Call, type Model } from "./model.ts";
import type { Killer } from "./killer.ts";
import type { Answer, WorkerProcess } from "./worker.ts";

/** Tries of a call whose answer does not come: more kills in a row are not planned. */
const TRIES = 8;

/** Keys are kept for a day; nobody repeats one at its end. */
export const REPEATED_WITHIN_MS = 20 * HOUR;

export interface Caller {
  model: Model;
  clock: ChaosClock;
  worker: WorkerProcess;
  killer: Killer;
  token: string;
}

export interface Request {
  method: string;
  path: string;
  body: unknown;
  /** Whether it carries an Idempotency-Key. */
  key?: boolean;
  prefer?: string;
}

/** The UUID behind an id that the service printed. */
export function uuidOf(prefix: IdPrefix, text: unknown): string {
  const id = typeof text === "string" ? parseId(prefix, text) : null;
  if (id === null) throw new Error(`${JSON.stringify(text)} is not an id`);
  return id;
}

export function begin({ model, clock }: Caller, { method, path, body, key, prefer }: Request): Call {
  const n = model.calls.length;
  const call: Call = {
    ...{ n, method, path, body, state: "under_way", at: clock.now(), ids: [], batchId: null },
    headers: {
      ...(key === true && { "idempotency-key": `chaos-${n}` }),
      ...(prefer !== undefined && { prefer }),
    },
  };
  model.calls.push(call);
  return call;
}

/** One try. Null when its answer was lost. */
export async function attempt(caller: Caller, call: Call): Promise<Answer | null> {
  const { model, worker, killer, token } = caller;
  const answer = worker.call(call.method, call.path, token, call.body, call.headers);
  void killer.reach("operation");
  const got = await answer;
  bump(model.answers, got === null ? "lost" : String(got.status));
  if (got !== null && got.status >= 500)
    model.broken.push(`call ${call.n} ${call.path}: ${got.status} ${JSON.stringify(got.body)}`);
  return got;
}

/** Makes a call; one that may be repeated is repeated until it is answered. Null: nobody knows what became of it. */
export async function perform(caller: Caller, call: Call, mayRepeat: boolean): Promise<Answer | null> {
  for (let tries = 0; tries < (mayRepeat ? TRIES : 1); tries++) {
    const answer = await attempt(caller, call);
    if (answer === null || answer.status >= 500) continue;
    call.state = answer.status < 300 ? "accepted" : "refused";
    return answer;
  }
  call.state = "unknown";
  return null;
}
