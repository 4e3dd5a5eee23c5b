import type { Ctx } from "../../ctx.ts";
import type { Dispatch } from "../../db/schema/index.ts";
import type { Outcome } from "../../delivery/outcome.ts";
import { MINUTE } from "../../lib/clock.ts";
import { spend, waitOver } from "../../rate-limit/quota/quota.ts";
import { NO_ORG, type Quotas } from "../../rate-limit/quota/quotas.ts";

/** The outcome of a text message over its organization's limit. It spends no attempt. */
type Over = Extract<Outcome, { kind: "deferred" }>;

/** A text message, and what it takes of its organization's day. */
export interface Costing {
  dispatch: Pick<Dispatch, "id" | "org_id">;
  segments: number;
}

/**
 * Takes the segments of text messages from the day of their organizations: one call each where all fit. An organization whose
 * limit does not answer is over it: a text message costs money.
 * @returns the outcomes of those that are over, by id
 */
export async function takeSegments(
  ctx: Ctx,
  quotas: Quotas,
  messages: readonly Costing[],
): Promise<Map<string, Over>> {
  const over = new Map<string, Over>();
  const byOrg = Map.groupBy(messages, ({ dispatch }) => dispatch.org_id ?? NO_ORG);
  await Promise.all(
    [...byOrg].map(async ([org, own]) => {
      const all = own.reduce((sum, { segments }) => sum + segments, 0);
      if ((await spend(ctx, quotas, org, all)) === "taken") return;
      for (const { dispatch, segments } of own) {
        const answer = await spend(ctx, quotas, org, segments);
        if (answer !== "taken")
          over.set(dispatch.id, overLimit(answer === "unknown" ? AGAIN_MS : waitOver(ctx, answer)));
      }
    }),
  );
  if (over.size > 0) ctx.log.warn("deferred_over_sms_limit", { dispatches: over.size });
  return over;
}

/** Nothing answered: another try in a minute or so. */
const AGAIN_MS = MINUTE;

const overLimit = (afterMs: number): Over => ({
  kind: "deferred",
  code: "org_sms_limit",
  message: "The organization's text messages for today are used up",
  afterMs,
});

/** Whether the provider takes money: it has the message, or may have it. */
const isPaid = (outcome: Outcome | undefined): boolean =>
  outcome?.kind === "accepted" || outcome?.kind === "retry";

/** Gives back what was taken for messages that no provider has. */
export function giveBackSegments(
  quotas: Quotas,
  messages: readonly Costing[],
  outcomeOf: (message: Costing) => Outcome | undefined,
): void {
  for (const message of messages)
    if (!isPaid(outcomeOf(message))) quotas.giveBack(message.dispatch.org_id, message.segments);
}
