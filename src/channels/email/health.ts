import type { Ctx } from "../../ctx.ts";
import type { GateState } from "../../delivery/gate/gate.ts";
import { MINUTE } from "../../lib/clock.ts";
import { emailBudget } from "../../rate-limit/budgets.ts";
import type { EmailProvider, ProviderProbe } from "./provider.ts";

/** The state of the e-mail service, as a caller sees it. */
export interface EmailHealth {
  /** `degraded`: there are errors, or the first provider is not used. `unavailable`: no provider can be reached. */
  status: "healthy" | "degraded" | "unavailable";
  /** The provider that would be used now. */
  backend: string;
  /** The caller's e-mails within the hour, and their limit. */
  usage: { used: number; limit: number };
}

/** A provider's account endpoint is called at most once in this time (SES allows one call a second). */
const PROBE_KEPT_MS = MINUTE;

/** Calls providers' account endpoints, and caches the answers for a minute. */
export function createProber(now: () => number) {
  // Caches answers, not promises: if the request that made a promise ends early, the promise never settles.
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

/** `resting`: the provider asked for a pause. `unreachable`: it does not answer. */
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

/** Null when the gate does not answer, because the health page must work even then. */
async function stateOfGate(ctx: Ctx, { name }: EmailProvider): Promise<GateState | null> {
  try {
    return await ctx.gates("email", name).peek();
  } catch (error) {
    ctx.log.error("gate_failed", error, { provider: name });
    return null;
  }
}

/** Asks the gates, which know the recent outcomes, and the providers' account endpoints. Does not use D1. */
export async function emailHealth(
  ctx: Ctx,
  providers: readonly EmailProvider[],
  probe: Prober,
  userId: string,
): Promise<EmailHealth> {
  const [usage, ...states] = await Promise.all([
    ctx.limiters.of(userId).usage(emailBudget(ctx)),
    ...providers.map((provider) => stateOf(ctx, provider, probe)),
  ]);
  const using = states.findIndex((state) => state === "healthy" || state === "degraded");
  const reachable = using === -1 ? states.indexOf("resting") : using;
  const backend = providers[Math.max(0, reachable)]?.name ?? "none";
  const status =
    reachable === -1 ? "unavailable" : using === 0 && states[0] === "healthy" ? "healthy" : "degraded";
  return { status, backend, usage };
}
