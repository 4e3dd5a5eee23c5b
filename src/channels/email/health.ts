import type { Ctx } from "../../ctx.ts";
import { HOUR, MINUTE } from "../../lib/clock.ts";
import type { EmailProvider, ProviderProbe } from "./provider.ts";

/** How the e-mail service does, for a caller. */
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

/** Probes an isolate's providers, and remembers for a minute what they said. */
export function createProber(providers: readonly EmailProvider[], now: () => number) {
  const remembered = new Map<string, { at: number; answer: Promise<ProviderProbe> }>();
  return (provider: EmailProvider): Promise<ProviderProbe> => {
    const known = remembered.get(provider.name);
    if (known !== undefined && now() - known.at < PROBE_KEPT_MS) return known.answer;
    const answer = provider.probe?.() ?? Promise.resolve<ProviderProbe>({ kind: "ok" });
    if (providers.includes(provider)) remembered.set(provider.name, { at: now(), answer });
    return answer;
  };
}

export type Prober = ReturnType<typeof createProber>;

type State = "well" | "weak" | "away";

async function stateOf(ctx: Ctx, provider: EmailProvider, probe: Prober): Promise<State> {
  const { circuit, failures } = await ctx.gates(`email:${provider.name}`).peek();
  if (circuit === "open") return "away";
  const answer = await probe(provider);
  if (answer.kind === "unreachable") return "away";
  return answer.kind === "degraded" || circuit === "half_open" || failures > 0 ? "weak" : "well";
}

/** Looks at the circuits, which know the recent outcomes, and at the providers' own account endpoints. No D1. */
export async function emailHealth(
  ctx: Ctx,
  providers: readonly EmailProvider[],
  probe: Prober,
  userId: string,
): Promise<EmailHealth> {
  const budget = { name: "email", limit: ctx.config.email.limitPerHour, periodMs: HOUR };
  const [usage, ...states] = await Promise.all([
    ctx.limiters(userId).usage(budget),
    ...providers.map((provider) => stateOf(ctx, provider, probe)),
  ]);
  const using = states.findIndex((state) => state !== "away");
  const backend = providers[Math.max(0, using)]?.name ?? "none";
  const status = using === -1 ? "unavailable" : using === 0 && states[0] === "well" ? "healthy" : "degraded";
  return { status, backend, usage };
}
