import { HOUR, MINUTE, SECOND } from "../../../src/lib/clock.ts";
import { type AcceptedText, signAsTwilio } from "../../support/sandbox/twilio.ts";
import { signAsVonage } from "../../support/sandbox/vonage.ts";
import type { ChaosClock } from "./clock.ts";
import { PUBLIC_URL } from "./provider-vars.ts";
import { createRandom, type Random } from "./random.ts";
import { dispatchOfText } from "./read-sandboxes.ts";
import type { Sandboxes } from "./sandboxes.ts";
import type { WorkerProcess } from "./worker.ts";

/** What becomes of the text messages of a dispatch, whoever sends them. `silent`: nobody ever reports it. */
export type Fate = "delivered" | "bounced" | "failed" | "silent";

/** A report that the service has taken. Real times, epoch ms. */
export interface Handed {
  fate: Fate;
  at: number;
}

/** The delivery reports of text messages: early, late, twice, and in any order. */
export interface Reports {
  /** Hands over what is due. */
  pump(): void;
  /** Whether nothing is due or under way. */
  isIdle(): boolean;
  /** Reports that are not due yet. */
  left(): number;
  /** Those that were taken, by dispatch. */
  handed: ReadonlyMap<string, readonly Handed[]>;
  counts: Record<"handed" | "early" | "doubled" | "repeated", number>;
}

/** The same for all messages of a dispatch, so that it does not depend on which of them was taken. */
export const fateOf = (dispatch: string): Fate =>
  createRandom(Number.parseInt(dispatch.slice(-8), 16)).weighted({
    delivered: 66,
    bounced: 14,
    failed: 8,
    silent: 12,
  });

/** The providers' words for a fate, with their error codes: none of them that suppresses a number. */
const WORDS = {
  twilio: { delivered: ["delivered"], bounced: ["undelivered", 30_003], failed: ["failed", 30_008] },
  vonage: { delivered: ["delivered"], bounced: ["undeliverable", 1_260], failed: ["rejected", 1_030] },
} as const;

interface Due {
  provider: "twilio" | "vonage";
  text: AcceptedText;
  fate: Exclude<Fate, "silent">;
  /** The service's time. */
  at: number;
}

export function createReports(
  { twilio, vonage }: Pick<Sandboxes, "twilio" | "vonage">,
  { clock, random, worker }: { clock: ChaosClock; random: Random; worker: WorkerProcess },
): Reports {
  let waiting: Due[] = [];
  let underWay = 0;
  const handed = new Map<string, Handed[]>();
  const counts: Reports["counts"] = { handed: 0, early: 0, doubled: 0, repeated: 0 };

  async function call({ provider, text, fate }: Due): Promise<number | null> {
    await worker.up();
    const [status, code] = WORDS[provider][fate];
    if (provider === "twilio") {
      const path = (text.callback ?? "").slice(PUBLIC_URL.length);
      const form = twilio.report(text, status, code);
      return worker.post(path, form.toString(), {
        "content-type": "application/x-www-form-urlencoded",
        "x-twilio-signature": await signAsTwilio(`${PUBLIC_URL}${path}`, form),
      });
    }
    const body = JSON.stringify(vonage.report(text, status, clock.now(), code));
    return worker.post("/webhooks/vonage", body, { authorization: await signAsVonage(body, clock.now()) });
  }

  /** A provider repeats a report that was not taken. */
  async function hand(due: Due): Promise<void> {
    underWay++;
    try {
      const status = await call(due);
      if (status === null || status >= 300) {
        counts.repeated++;
        waiting.push({ ...due, at: clock.now() + 5 * SECOND });
        return;
      }
      counts.handed++;
      const id = dispatchOfText(due.text);
      handed.set(id, [...(handed.get(id) ?? []), { fate: due.fate, at: Date.now() }]);
    } finally {
      underWay--;
    }
  }

  const delay = () => (random.chance(0.6) ? random.int(SECOND, MINUTE) : random.int(MINUTE, 2 * HOUR));

  const hear = (provider: Due["provider"]) => (text: AcceptedText) => {
    const fate = fateOf(dispatchOfText(text));
    if (fate === "silent") return;
    const due = { provider, text, fate, at: clock.now() };
    if (random.chance(0.3)) {
      counts.doubled++;
      waiting.push({ ...due, at: due.at + delay() });
    }
    // Before the service has the answer to its request.
    const isEarly = random.chance(0.25);
    if (isEarly) {
      counts.early++;
      void hand(due);
    } else waiting.push({ ...due, at: due.at + delay() });
  };
  twilio.onAccepted = hear("twilio");
  vonage.onAccepted = hear("vonage");

  return {
    handed,
    counts,
    pump() {
      const now = clock.now();
      const due = waiting.filter(({ at }) => at <= now);
      waiting = waiting.filter(({ at }) => at > now);
      for (const one of due) void hand(one);
    },
    isIdle: () => underWay === 0 && waiting.every(({ at }) => at > clock.now()),
    left: () => waiting.length,
  };
}
