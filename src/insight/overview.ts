import type { Scope } from "../auth/scope.ts";
import type { Finding } from "../config/doctor.ts";
import type { Ctx } from "../ctx.ts";
import { type Costs, costs } from "./costs.ts";
import { deadLettersOf } from "./dead-letters.ts";
import { type Figures, figures, type Range } from "./figures.ts";
import { type Health, healthOf } from "./health.ts";
import { DAY, HOUR } from "../lib/clock.ts";
import { hourOf } from "./hours.ts";
import { messageTroubles } from "./trouble/messages.ts";
import {
  bounceTroubles,
  configTroubles,
  deadLetterTroubles,
  type GateView,
  gateTroubles,
  healthTroubles,
  peekGates,
} from "./trouble/service.ts";
import { byLevel, type Trouble } from "./trouble/trouble.ts";

/** How far back figures go, in hours, and how many hours are a step. */
export const SPANS = {
  day: { hours: 24, step: 1 },
  week: { hours: 7 * 24, step: 6 },
  month: { hours: 30 * 24, step: 24 },
} as const;
export type Span = keyof typeof SPANS;

/** The steps of a span up to now. Longer steps begin at the day's (UTC). */
function rangeOf(span: Span, now: number): Range {
  const { hours, step } = SPANS[span];
  const to = Math.ceil((hourOf(now) + 1) / step) * step;
  return { from: to - hours, to, step };
}

/** What happens now. */
export interface Overview {
  figures: Figures;
  /** The worst first; empty when nothing is wrong. */
  troubles: Trouble[];
  /** Of the service itself: null for an organization's admin. */
  service: { health: Health; gates: GateView[]; costs: Costs } | null;
}

/**
 * Reads figures, what is wrong now with the way to mend it, and what the month costs. One round trip to D1; for the whole
 * service also a call to each provider's gate. A scope of an organization sees its own messages and nothing of the service.
 * @param config what `diagnose` says of the configuration
 */
export async function overview(
  ctx: Ctx,
  scope: Scope,
  { span, config }: { span: Span; config: readonly Finding[] },
): Promise<Overview> {
  const now = ctx.clock.now();
  const mine = {
    shown: figures(scope, rangeOf(span, now)),
    week: figures(scope, rangeOf("week", now)),
    messages: messageTroubles(ctx, scope),
  };
  if (scope.kind !== "all") {
    const { shown, week, messages } = await ctx.db.read(mine);
    return {
      figures: shown,
      troubles: byLevel([...bounceTroubles(week.routes), ...messages(failedSince(week, now - DAY))]),
      service: null,
    };
  }
  const ofService = { health: healthOf(ctx), letters: deadLettersOf(now), costs: costs(ctx) };
  const [gates, { shown, week, messages, health, letters, costs: spent }] = await Promise.all([
    peekGates(ctx),
    ctx.db.read({ ...mine, ...ofService }),
  ]);
  const troubles = [
    ...healthTroubles(health, now),
    ...gateTroubles(gates),
    ...configTroubles(config),
    ...bounceTroubles(week.routes),
    ...messages(failedSince(week, now - DAY)),
    ...deadLetterTroubles(letters),
  ];
  return { figures: shown, troubles: byLevel(troubles), service: { health, gates, costs: spent } };
}

/** How many failed in the steps that lie wholly after `since` (epoch ms): no more than have. */
const failedSince = ({ steps }: Figures, since: number): number =>
  steps.reduce((sum, { hour, failed }) => sum + (hour * HOUR >= since ? failed : 0), 0);
