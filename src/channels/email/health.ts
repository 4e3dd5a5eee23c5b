import type { Ctx } from "../../ctx.ts";
import type { GateState } from "../../delivery/gate/gate.ts";
import { MINUTE } from "../../lib/clock.ts";
import { emailBudget } from "../../rate-limit/budgets.ts";
import type { EmailProvider, ProviderProbe } from "./provider.ts";

/** The state of the e-mail service, for a caller. */
export interface EmailHealth {
  /** `degraded`: with errors, or over another provider than the first. `unavailable`: no provider can be reached. */
  status: "healthy" | "degraded" | "unavailable";
  /** The provider that would be asked now. */
  backend: string;
  /** The caller's e-mails within the hour, and how many they may be. */
  usage: { used: number; limit: number };
}

/** A provider's account endpoint is asked at most once in this time (SES allows one call a second). */
const PROBE_KEPT_MS = MINUTE;

/** Probes providers, and remembers for a minute what they said. */
export function createProber(now: () => number) {
  // It keeps answers, not promises: the promise of a request that ends early would never settle.
  const remembered = new Map<string, { at: number; answer: ProviderProbe }>();
  return async (provider: EmailProvider): Promise<ProviderProbe> => {
    const known = remembered.get(provider.name);
    if (known !== undefined && now() - known.at < PROBE_KEPT_MS) return known.answer;
    const answer: ProviderProbe = (await provider.probe?.()) ?? { kind: "ok" };
    remembered.set(provider.name, { at: now(), answer });
    return answer;
  };
}

export type Prober = ReturnType<typeof createProber>;

/** `resting`: reachable, but it asked for a pause. `unreachable`: it cannot be reached. */
type State = "healthy" | "degraded" | "resting" | "unreachable";

async function stateOf(ctx: Ctx, provider: EmailProvider, probe: Prober): Promise<State> {
  const gate = await stateOfGate(ctx, provider);
  if (gate?.circuit === "open") return "unreachable";
  const answer = await probe(provider);
  if (answer.kind === "unreachable") return "unreachable";
  if (gate === null) return "degraded";
  if (gate.restsUntil !== null) return "resting";
  return answer.kind === "degraded" || gate.circuit === "half_open" || gate.failures > 0
    ? "degraded"
    : "healthy";
}

/** Null when the gate does not answer: the health page must work while what it shows does not. */
async function stateOfGate(ctx: Ctx, { name }: EmailProvider): Promise<GateState | null> {
  try {
    return await ctx.gates(`email:${name}`).peek();
  } catch (error) {
    ctx.log.error("gate_failed", error, { provider: name });
    return null;
  }
}

/** Asks the gates, which know the recent outcomes, and the providers' account endpoints. No D1. */
export async function emailHealth(
  ctx: Ctx,
  providers: readonly EmailProvider[],
  probe: Prober,
  userId: string,
): Promise<EmailHealth> {
  const [usage, ...states] = await Promise.all([
    ctx.limiters(userId).usage(emailBudget(ctx)),
    ...providers.map((provider) => stateOf(ctx, provider, probe)),
  ]);
  const using = states.findIndex((state) => state === "healthy" || state === "degraded");
  const reachable = using === -1 ? states.indexOf("resting") : using;
  const backend = providers[Math.max(0, reachable)]?.name ?? "none";
  const status =
    reachable === -1 ? "unavailable" : using === 0 && states[0] === "healthy" ? "healthy" : "degraded";
  return { status, backend, usage };
}
