import type { Outcome, ProviderHealth, SendReport } from "../../delivery/outcome.ts";
import { SECOND } from "../../lib/clock.ts";

/** What a provider's answer means: for the message, and for the provider's health. */
export interface ProviderVerdict {
  outcome: Outcome;
  health: ProviderHealth;
}

/** What one code means. The codes of a table are stable and get stored; the messages are our words, never a provider's. */
export type VerdictRow =
  /** `waitMs`: the least wait before the next attempt. */
  | { kind: "retry"; health: "ok" | "error"; message: string; waitMs?: number }
  | { kind: "rejected" | "gone"; health: "ok" | "error"; message: string }
  /** `waitMs`: the wait where the provider names none. */
  | { kind: "deferred"; health: "ok" | "throttled"; message: string; waitMs: number };

/** The verdict of a code. @param afterMs the wait that the provider named (milliseconds), instead of the table's */
export type VerdictOf<Code extends string> = (code: Code, afterMs?: number) => ProviderVerdict;

/** Makes a table into a function from its codes to verdicts. */
export const verdictsOf =
  <Code extends string>(table: Readonly<Record<Code, VerdictRow>>): VerdictOf<Code> =>
  (code, afterMs) =>
    verdictOfRow(code, table[code], afterMs);

function verdictOfRow(code: string, row: VerdictRow, named: number | undefined): ProviderVerdict {
  const { message } = row;
  switch (row.kind) {
    case "deferred": {
      const afterMs = named ?? row.waitMs;
      const health: ProviderHealth =
        row.health === "throttled" ? { kind: "throttled", afterMs } : { kind: "ok" };
      return { outcome: { kind: "deferred", code, message, afterMs }, health };
    }
    case "retry": {
      const afterMs = named ?? row.waitMs;
      const outcome: Outcome = { kind: "retry", code, message, ...(afterMs !== undefined && { afterMs }) };
      return { outcome, health: { kind: row.health } };
    }
    case "rejected":
    case "gone":
      return { outcome: { kind: row.kind, code, message }, health: { kind: row.health } };
  }
}

/** The provider has the message. @param messageId the provider's own id; null where it gave none */
export const accepted = (messageId: string | null): ProviderVerdict => ({
  outcome: { kind: "accepted", messageId },
  health: { kind: "ok" },
});

/** No request carried the message. */
export const notTried = (afterMs: number = SECOND): ProviderVerdict => ({
  outcome: {
    kind: "deferred",
    code: "not_tried",
    message: "The message was left for the next request.",
    afterMs,
  },
  health: { kind: "ok" },
});

/** What `table` says of a provider's own error code; undefined where it does not know it. */
export const lookUp = <T>(table: Readonly<Record<string, T>>, code: string): T | undefined =>
  Object.hasOwn(table, code) ? table[code] : undefined;

const SEVERITY = { ok: 0, throttled: 1, error: 2 } as const;

/** The worse of two; of two pauses the longer. */
function worse(a: ProviderHealth, b: ProviderHealth): ProviderHealth {
  if (a.kind === "throttled" && b.kind === "throttled") return a.afterMs >= b.afterMs ? a : b;
  return SEVERITY[b.kind] > SEVERITY[a.kind] ? b : a;
}

/** The report of one `send`: outcomes in order, and the worst health of all verdicts. */
export const report = (verdicts: readonly ProviderVerdict[]): SendReport => ({
  outcomes: verdicts.map((one) => one.outcome),
  health: verdicts.reduce<ProviderHealth>((health, one) => worse(health, one.health), { kind: "ok" }),
});

/**
 * For providers that take one message a request: sends one after another, until an answer shows that the provider is not well.
 * @param isOver whether there is no time for another one
 */
export async function inTurn<T>(
  items: readonly T[],
  send: (item: T) => Promise<ProviderVerdict>,
  isOver: () => boolean = () => false,
): Promise<SendReport> {
  const verdicts: ProviderVerdict[] = [];
  let last: ProviderHealth = { kind: "ok" };
  for (const item of items) {
    const next: ProviderVerdict =
      last.kind === "ok" && (verdicts.length === 0 || !isOver())
        ? await send(item)
        : notTried(last.kind === "throttled" ? last.afterMs : undefined);
    if (last.kind === "ok") last = next.health;
    verdicts.push(next);
  }
  return report(verdicts);
}
