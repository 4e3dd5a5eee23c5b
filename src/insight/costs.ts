import type { Ctx } from "../ctx.ts";
import { Parsed } from "../db/statement.ts";
import { MINUTE } from "../lib/clock.ts";
import { figures, type Route, type Tally } from "./figures.ts";
import { hourOf } from "./hours.ts";
import {
  type Item,
  ITEMS,
  PLAN,
  PRICES,
  PRICES_READ_ON,
  PROVIDER_PRICES,
  STORAGE,
  type Units,
  UNITS,
} from "./prices.ts";

/** One line of the month's costs. */
export interface CostLine {
  what: string;
  used: number;
  included: number;
  /** What is beyond the included number. */
  dollars: number;
}

/**
 * What this month (UTC) has cost so far, by the counts of messages and list prices: an estimate. Requests that only read are
 * not in it, since nobody counts them; what the plan includes is the whole account's.
 */
export interface Costs {
  /** The first moment of the month, epoch ms. */
  since: number;
  messages: number;
  /** The day of the list prices. */
  pricesOf: string;
  /** Dollars of Cloudflare's plan for the month. */
  plan: number;
  lines: readonly CostLine[];
  /** Of providers whose price is known. */
  providers: readonly (CostLine & { source: string })[];
  /** Plan, lines and providers together. */
  dollars: number;
  /** What a further thousand pushes or e-mails cost once nothing is included any more, without the provider. */
  perThousand: { push: number; email: number };
}

/** The costs of the whole service: a part of one batch. */
export function costs(ctx: Ctx): Parsed<Costs> {
  const now = ctx.clock.now();
  const date = new Date(now);
  const since = Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
  const end = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
  const [from, to] = [hourOf(since), hourOf(now) + 1];
  return Parsed.of({ month: figures({ kind: "all" }, { from, to, step: to }) }, ({ month }) => {
    const share = (now - since) / (end - since);
    const gigabytes = ctx.db.size() / 1_000_000_000;
    const perText = ctx.config.sms.pricePerSegment;
    return price(month.routes, { since, minutes: (now - since) / MINUTE, gigabytes, share, perText });
  });
}

interface Period {
  since: number;
  minutes: number;
  gigabytes: number;
  /** How much of the month has passed, 0–1. */
  share: number;
  /** US dollars for a segment of a text message; null: not known. */
  perText?: number | null;
}

/** A channel that nobody has counted yet costs like an e-mail. */
const unitsOf = (channel: string): Units => {
  const known: Readonly<Record<string, Units>> = UNITS;
  return known[channel] ?? UNITS.email;
};

const madeOf = ({ sent, failed, deferred, waiting, cancelled }: Tally): number =>
  sent + failed + deferred + waiting + cancelled;

/** Prices what was made. A pure function. */
export function price(
  routes: readonly Route[],
  { since, minutes, gigabytes, share, perText = null }: Period,
): Costs {
  const used = (item: Item): number =>
    Math.round(
      routes.reduce(
        (sum, route) => sum + madeOf(route) * unitsOf(route.channel)[item],
        minutes * UNITS.minute[item],
      ),
    );
  const lines: CostLine[] = ITEMS.map((item) => {
    const { name, perMillion, included } = PRICES[item];
    return line(name, used(item), included, perMillion / 1_000_000);
  });
  lines.push(
    line("Gigabytes in D1", Math.round(gigabytes * 100) / 100, STORAGE.included, STORAGE.perGigabyte * share),
  );
  const providers = Object.entries(PROVIDER_PRICES).flatMap(
    ([provider, { perThousand, included, source }]) => {
      const own = routes.filter((route) => route.provider === provider);
      const sent = own.reduce((sum, route) => sum + route.sent + route.bounced, 0);
      return sent === 0
        ? []
        : [{ ...line(`E-mails by ${provider}`, sent, included, perThousand / 1_000), source }];
    },
  );
  providers.push(...textsIn(routes, perText));
  const dollars = [...lines, ...providers].reduce((sum, one) => sum + one.dollars, PLAN);
  return {
    since,
    messages: routes.reduce((sum, route) => sum + madeOf(route), 0),
    pricesOf: PRICES_READ_ON,
    plan: PLAN,
    lines,
    providers,
    dollars,
    perThousand: { push: marginal(UNITS.push), email: marginal(UNITS.email) },
  };
}

/** What text messages cost at least: how many segments they had is not counted. */
function textsIn(routes: readonly Route[], each: number | null): (CostLine & { source: string })[] {
  const own = routes.filter(({ channel }) => channel === "sms");
  const sent = own.reduce((sum, route) => sum + route.sent + route.bounced, 0);
  if (each === null || sent === 0) return [];
  return [{ ...line("Text messages, of one segment each", sent, 0, each), source: "SMS_PRICE_PER_SEGMENT" }];
}

const line = (what: string, used: number, included: number, each: number): CostLine => ({
  what,
  used,
  included,
  dollars: Math.max(0, used - included) * each,
});

/** Dollars for a thousand. */
const marginal = (units: Units): number =>
  ITEMS.reduce((sum, item) => sum + (units[item] * PRICES[item].perMillion) / 1_000, 0);
