import type { Ctx } from "../../ctx.ts";
import type { Dispatch } from "../../db/schema/index.ts";
import type { Result } from "../../delivery/channel.ts";
import type { Outcome } from "../../delivery/outcome.ts";
import { RECEIPT_AFTER_MS } from "../../delivery/receipt-due.ts";
import type { DeliveryRecord } from "../../outbox/settlement.ts";
import { devicesOf, type Loaded, reachedBefore } from "./load.ts";
import type { Answered, PushDelivery } from "./send-by-provider.ts";

/** The lease ended before all devices got the push. The known results are recorded, and the others are retried at once. */
const LEASE_OVER: Outcome = {
  kind: "deferred",
  code: "lease_over",
  message: "Not all devices were reached in time",
  afterMs: 0,
};

/** The outcome of a push whose ttl is over. */
export const TOO_LATE = {
  kind: "rejected",
  code: "expired",
  message: "Its ttl was over before it could be sent",
} as const satisfies Outcome;

/** The result of a push whose ttl is over: an earlier attempt reached some device, or none did. */
export function tooLate(dispatch: Dispatch, loaded: Loaded): Result {
  const outcome: Outcome =
    reachedBefore(dispatch, loaded).length > 0 ? { kind: "accepted", messageId: null } : TOO_LATE;
  return unattempted(dispatch, loaded, outcome);
}

/** The result of a push that no provider was asked to send. */
export const unattempted = (dispatch: Dispatch, loaded: Loaded, outcome: Outcome): Result => ({
  dispatch,
  outcome,
  attempted: false,
  targets: devicesOf(dispatch, loaded).length,
  deliveries: [],
  gone: [],
});

/** A dispatch, its deliveries, and what became of them. */
interface Sent {
  dispatch: Dispatch;
  loaded: Loaded;
  pending: readonly PushDelivery[];
  answers: ReadonlyMap<PushDelivery, Answered>;
  /** Why it is not sent at all; null when it is. */
  refusal: Outcome | null;
  /** The title that was rendered, for the log; null where the dispatch has it. */
  title: string | null;
}

/** One result for a dispatch, from those of its devices. */
export function resultOf(ctx: Ctx, { dispatch, loaded, pending, answers, refusal, title }: Sent): Result {
  const answered = pending.flatMap((delivery) => {
    const answer = answers.get(delivery);
    return answer === undefined ? [] : [{ delivery, ...answer }];
  });
  const outcomes = answered.map(({ outcome }) => outcome);
  const outcome =
    answered.length < pending.length
      ? LEASE_OVER
      : (refusal ?? summarize(outcomes, reachedBefore(dispatch, loaded).length));
  return {
    dispatch,
    outcome,
    attempted: answered.some(({ provider, outcome }) => provider !== null && outcome.kind !== "deferred"),
    ms: longest(answered.flatMap(({ ms }) => ms ?? [])),
    targets: devicesOf(dispatch, loaded).length,
    ...(title !== null && title !== dispatch.title && { subject: title }),
    deliveries: answered.flatMap((one) => recordOf(ctx, one.delivery, one)),
    gone: answered.flatMap(({ delivery, outcome }) =>
      outcome.kind === "gone" ? [{ device_id: delivery.device.id, reason: outcome.code }] : [],
    ),
  };
}

const longest = (times: readonly number[]): number | undefined =>
  times.length === 0 ? undefined : Math.max(...times);

function recordOf(ctx: Ctx, { dispatch, device }: PushDelivery, answer: Answered): DeliveryRecord[] {
  const { provider, outcome } = answer;
  if (outcome.kind === "deferred") return [];
  const accepted = outcome.kind === "accepted";
  const ticket = accepted ? outcome.messageId : null;
  const now = ctx.clock.now();
  const hasReceipt = ticket !== null && provider?.receipts !== undefined;
  return [
    {
      dispatch_id: dispatch.id,
      device_id: device.id,
      status: accepted ? "accepted" : outcome.kind === "retry" ? "retry" : "failed",
      provider: provider?.name ?? device.provider,
      ticket_id: ticket,
      error: accepted ? null : outcome.code,
      accepted_at: accepted ? now : null,
      receipt_due_at: hasReceipt ? now + RECEIPT_AFTER_MS : null,
    },
  ];
}

/** The outcome for a user without a device. */
export const NO_DEVICE = {
  kind: "rejected",
  code: "no_device",
  message: "The user has no registered device",
} as const satisfies Outcome;

/**
 * One outcome for a dispatch, from those of its devices. The dispatch is open as long as a device may still get it; after
 * that it is accepted when any device took it.
 * @param before how many devices had accepted in earlier attempts
 */
function summarize(outcomes: readonly Outcome[], before: number): Outcome {
  const open = outcomes.filter((outcome) => outcome.kind === "retry");
  const deferred = outcomes.find((outcome) => outcome.kind === "deferred");
  const [retry] = open;
  if (retry !== undefined)
    return { ...retry, afterMs: Math.max(0, ...open.map((outcome) => outcome.afterMs ?? 0)) };
  if (deferred !== undefined) return deferred;
  const accepted = outcomes.find((outcome) => outcome.kind === "accepted");
  if (accepted !== undefined || before > 0) return { kind: "accepted", messageId: null };
  return outcomes.find((outcome) => outcome.kind === "rejected") ?? outcomes[0] ?? NO_DEVICE;
}
