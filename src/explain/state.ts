import type { Dispatch } from "../db/schema/index.ts";
import { iso } from "../lib/clock.ts";
import { chainOf } from "../outbox/chain.ts";
import { isFinished } from "../log/read.ts";
import type { Rule } from "./rule.ts";

/** What a dispatch's own state says, before all other rules. */
export function stateRules(dispatch: Dispatch, now: number): Rule[] {
  const { status, error_code, error, due_at, lease_until } = dispatch;
  const why = error_code === null ? {} : { error_code, error };
  if (isFinished(dispatch))
    return [
      {
        rule: "state",
        verdict: "skip",
        code: status,
        message: `It is over: ${error ?? status}. The rules below say what would come of it if it were sent now`,
        details: { status, ...why },
      },
    ];
  if (status === "sending" && lease_until !== null && lease_until > now)
    return [
      {
        rule: "state",
        verdict: "wait",
        until: lease_until,
        code: "sending",
        message: "It is being sent",
        details: { status },
      },
    ];
  const state: Rule = { rule: "state", verdict: "pass", details: { status, ...why } };
  if (due_at <= now) return [state, { rule: "due", verdict: "pass" }];
  const code = error_code ?? "not_due";
  return [
    state,
    { rule: "due", verdict: "wait", until: due_at, code, message: error ?? "It is to be sent later" },
  ];
}

/** What follows a message that does not reach its user; nothing where it has no fallback. */
export function chainRules(dispatch: Dispatch): Rule[] {
  const steps = chainOf(dispatch);
  if (steps.length === 0) return [];
  const at = dispatch.follow_at === null ? {} : { follow_at: iso(dispatch.follow_at) };
  return [{ rule: "fallback", verdict: "pass", details: { steps, ...at } }];
}

/** A dispatch as the rules see it: one that is over as it would be after a retry. */
export const asIfRetried = <D extends Dispatch>(dispatch: D, now: number): D =>
  isFinished(dispatch)
    ? {
        ...dispatch,
        slot_at: null,
        claims: 0,
        attempts: 0,
        scheduled_at: Math.max(now, dispatch.scheduled_at ?? 0),
      }
    : dispatch;
