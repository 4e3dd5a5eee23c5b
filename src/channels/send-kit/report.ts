import type { ProviderHealth, SendReport } from "../../delivery/outcome.ts";
import { notTried, type ProviderVerdict } from "./verdict.ts";

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

/** For providers that take one message a request: sends one after another, until an answer shows that the provider is not well. */
export async function inTurn<T>(
  items: readonly T[],
  send: (item: T) => Promise<ProviderVerdict>,
): Promise<SendReport> {
  const verdicts: ProviderVerdict[] = [];
  let last: ProviderHealth = { kind: "ok" };
  for (const item of items) {
    const next: ProviderVerdict =
      last.kind === "ok" ? await send(item) : notTried(last.kind === "throttled" ? last.afterMs : undefined);
    if (last.kind === "ok") last = next.health;
    verdicts.push(next);
  }
  return report(verdicts);
}
