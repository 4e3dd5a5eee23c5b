import type { Excuse, Findings } from "./findings.ts";
import type { Acceptance } from "./ledger.ts";
import { bump } from "./model.ts";
import type { Run } from "./run.ts";

/** What the providers know of one dispatch. */
export interface Taken {
  /** Devices or addresses that took it. */
  to: ReadonlySet<string>;
  /** Those that the service must know to have accepted. */
  known: ReadonlySet<string>;
}

/** What the providers know, to compare with what the service says. */
export interface Truth {
  of(id: string): Taken;
  acceptances: ReadonlyMap<string, readonly Acceptance[]>;
  excuseOf(acceptance: Acceptance): Excuse | null;
}

const NOTHING: Taken = { to: new Set(), known: new Set() };

export function createTruth({ service, model }: Run): Truth {
  const { ledger, broker } = service;
  const acceptances = Map.groupBy(ledger.acceptances, (one) => one.dispatch);

  /** Whether a consumer was handling it when the process was killed, and had not yet written the outcome. */
  const isKilled = ({ dispatch, to, at }: Acceptance): boolean =>
    broker.killed.some(
      ({ ids, from, until, settled }) =>
        ids.has(dispatch) && from <= at && at <= until && !settled.has(`${dispatch} ${to}`),
    );

  const excuseOf = (acceptance: Acceptance): Excuse | null => {
    if (isKilled(acceptance)) return "killed";
    const { answer } = acceptance.request;
    if (answer !== "whole") return answer === "none" ? "no_answer" : "useless_answer";
    // What was reported as failed may be sent again.
    return model.retries.has(acceptance.dispatch) && acceptance.to === "sms" ? "retried" : null;
  };

  return {
    acceptances,
    excuseOf,
    of(id) {
      const own = acceptances.get(id);
      if (own === undefined) return NOTHING;
      return {
        to: new Set(own.map((one) => one.to)),
        known: new Set(own.filter((one) => excuseOf(one) === null).map((one) => one.to)),
      };
    },
  };
}

/** Each message that was accepted twice needs a reason why the service could not know of the first time. */
export function judgeDoubles(truth: Truth, findings: Findings): void {
  for (const [id, all] of truth.acceptances) {
    const sent = all.filter((one) => !one.isCopy);
    for (const [to, own] of Map.groupBy(sent, (one) => one.to)) {
      const inOrder = own.toSorted((a, b) => a.at - b.at);
      for (const before of inOrder.slice(0, -1)) {
        const excuse = truth.excuseOf(before);
        if (excuse === null) findings.doubled.push({ id, what: `taken again for ${to}` });
        else bump(findings.excused, excuse);
      }
    }
  }
}
