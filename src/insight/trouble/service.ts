import type { Finding } from "../../config/doctor.ts";
import type { Ctx } from "../../ctx.ts";
import type { GateState } from "../../delivery/gate/gate.ts";
import { iso } from "../../lib/clock.ts";
import type { Route } from "../figures.ts";
import type { Health } from "../health.ts";
import { lasting } from "./lasting.ts";
import { listed, messages, plural, type Trouble } from "./trouble.ts";

// What is wrong with the service itself. An organization's admin is not told of it.

/** A provider's gate. Null: it did not answer. */
export interface GateView {
  channel: string;
  provider: string;
  state: GateState | null;
}

/** Looks at the gates of all providers: a call of a Durable Object each. */
export const peekGates = (ctx: Ctx): Promise<GateView[]> =>
  Promise.all(
    [...ctx.channels.values()].flatMap(({ channel, providers }) =>
      providers.map(async ({ name: provider }) => {
        try {
          return { channel, provider, state: await ctx.gates(channel, provider).peek() };
        } catch (error) {
          ctx.log.error("gate_failed", error, { channel });
          return { channel, provider, state: null };
        }
      }),
    ),
  );

export function healthTroubles(health: Health, now: number): Trouble[] {
  const { lastTickAt, isCronLate, failingJobs, jobs, overdueMs, isOverdue, database } = health;
  const lateJobs = jobs.filter(({ state }) => state === "late").map(({ job }) => job);
  const found: Trouble[] = [];
  const add = (level: Trouble["level"], what: string, fix: string, place: Trouble["place"] = null) =>
    void found.push({ level, what, fix, place });
  if (isCronLate)
    add(
      "error",
      lastTickAt === null
        ? "The cron has never run. Nothing is sent at a later time, retried or reminded of."
        : `The cron last ran ${lasting(now - lastTickAt)} ago; it should run every minute.`,
      "Check that wrangler.toml has its two cron triggers, that the Worker is deployed, and what its logs say of scheduled events.",
    );
  if (failingJobs.length > 0)
    add(
      "error",
      `The last run of ${listed(failingJobs)} failed.`,
      "Search the Worker's logs for `job_failed`. The job tries again at its next run, and loses nothing.",
    );
  if (lateJobs.length > 0)
    add(
      "warning",
      `${listed(lateJobs)} ${lateJobs.length === 1 ? "has" : "have"} not run for two hours.`,
      "Check the hourly cron trigger in wrangler.toml, and whether its invocations exceed a limit.",
    );
  if (isOverdue)
    add(
      "error",
      `The oldest unsent message is ${lasting(overdueMs ?? 0)} late.`,
      "See what it waits for: its timeline says it. If there are many, look at the gates and at the queues' consumers.",
      { page: "messages", status: "queued" },
    );
  if (database.isAlmostFull)
    add(
      "error",
      `The database is ${Math.round((100 * database.sizeBytes) / database.limitBytes)} % full. Once it is full, nothing can be sent.`,
      "Lower RETENTION_DAYS. If you need the log for longer, export it first.",
      { page: "settings" },
    );
  return found;
}

/** Of each channel: whether all its providers rest, or one while others stand in. */
export function gateTroubles(gates: readonly GateView[]): Trouble[] {
  const isOut = ({ state }: GateView) =>
    state === null || state.restsUntil !== null || state.circuit !== "closed";
  return [...Map.groupBy(gates, ({ channel }) => channel)].flatMap(([channel, own]) => {
    const out = own.filter(isOut);
    if (out.length === 0) return [];
    const isAll = out.length === own.length;
    const says = isAll
      ? `No provider takes ${plural(channel)} now; they wait.`
      : `${listed(own.filter((gate) => !isOut(gate)).map(({ provider }) => provider))} stands in.`;
    return [
      {
        level: isAll ? ("error" as const) : ("warning" as const),
        what: `${out.map(describe).join(" ")} ${says}`,
        fix: "Look at the provider's status page, and at its limits and credentials. Tidings tries again by itself.",
        place: { page: "messages" as const, channel, status: "queued" },
      },
    ];
  });
}

function describe({ provider, state }: GateView): string {
  if (state === null) return `The gate of ${provider} does not answer.`;
  const until = state.restsUntil === null ? "" : ` until ${iso(state.restsUntil).slice(11, 16)} UTC`;
  if (state.circuit === "closed") return `${provider} asked us to pause${until}.`;
  return `${provider} has failed ${state.failures} times in a row and rests${until}.`;
}

export function deadLetterTroubles(letters: readonly { kind: string; n: number }[]): Trouble[] {
  const n = letters.reduce((sum, letter) => sum + letter.n, 0);
  if (n === 0) return [];
  return [
    {
      level: "warning",
      what: `${messages(n, null)} of the queues ${n === 1 ? "has" : "have"} failed too often in the last 24 hours (${letters.map(({ kind, n: own }) => `${kind}: ${own}`).join(", ")}).`,
      fix: "Nothing is lost: the sweep finds the rows again. Search the Worker's logs for `dead_letter` and for errors before it.",
      place: null,
    },
  ];
}

/** Providers pause an account at 10 % of bounces, and look at it from 5 % on (Amazon SES; others have similar limits). */
const BOUNCE_RATES = { error: 0.1, warning: 0.05 } as const;
/** Of fewer e-mails a rate says nothing. */
const ENOUGH = 50;

/** @param routes the e-mails of the last days, by provider */
export const bounceTroubles = (routes: readonly Route[]): Trouble[] =>
  routes.flatMap(({ channel, provider, sent, bounced }) => {
    const rate = bounced / Math.max(1, sent + bounced);
    if (channel !== "email" || sent + bounced < ENOUGH || rate < BOUNCE_RATES.warning) return [];
    return [
      {
        level: rate < BOUNCE_RATES.error ? ("warning" as const) : ("error" as const),
        what: `${(100 * rate).toFixed(1)} % of the e-mails through ${provider ?? "the provider"} came back in the last 7 days. From 10 % on, providers stop an account.`,
        fix: "Find out where the bad addresses come from, and stop sending to them.",
        place: { page: "messages" as const, channel, status: "bounced" },
      },
    ];
  });

/** What the configuration lacks. What is only advised is shown by the settings. */
export const configTroubles = (config: readonly Finding[]): Trouble[] =>
  config
    .filter(({ level }) => level === "missing")
    .map(({ what, fix }) => ({ level: "error", what, fix: fix ?? "", place: { page: "settings" } }));
