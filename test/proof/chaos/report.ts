import { HOUR } from "../../../src/lib/clock.ts";
import { FAULTS, isPlain, type Provider, PROVIDERS } from "./faults.ts";
import type { Finding, Findings } from "./findings.ts";
import { faultCounts } from "./ledger.ts";
import type { Run } from "./run.ts";

/** How many findings of each kind are shown with their history. */
const SHOWN = 20;

const sum = (counts: Iterable<number>): number => [...counts].reduce((total, count) => total + count, 0);

const listed = (counts: Iterable<[string, number]>): string =>
  [...counts].map(([name, count]) => `${name} ${count}`).join(", ") || "none";

/** Everything that broke a promise, by the promise. */
export const brokenPromises = (run: Run, findings: Findings): Record<string, readonly Finding[]> => {
  const { model, service, stuck } = run;
  const finding = (what: string): Finding => ({ id: "", what });
  return {
    Lost: findings.lost,
    "Doubled without a reason": findings.doubled,
    "Cancelled, and sent or not cancelled": findings.cancelledSent,
    "Stopped, and sent": findings.unwanted,
    "Followed, though it had reached its user": findings.needless,
    "Webhooks that never came": findings.unheard,
    "Made twice, for nobody or otherwise wrong": findings.wrong,
    "Counts that differ": findings.differing,
    "Wrong answers": model.broken.map(finding),
    "Stuck or thrown": [...stuck, ...service.worker.stuck, ...service.broker.thrown].map(finding),
  };
};

export const isKept = (run: Run, findings: Findings): boolean =>
  Object.values(brokenPromises(run, findings)).every((broken) => broken.length === 0);

/** The table of a run. */
export function table(run: Run, findings: Findings, tookMs: number): string {
  const { model, service, options, ticks } = run;
  const { broker, ledger, reports, strikes, worker } = service;
  const byProvider = faultCounts(ledger);
  const faultsOf = (name: Provider) =>
    FAULTS.flatMap((fault): [string, number][] => {
      const count = byProvider.get(name)?.get(fault) ?? 0;
      return fault === "none" || count === 0 ? [] : [[fault.replace("_", " "), count]];
    });
  const faulty = ledger.requests.filter(({ fault }) => !isPlain(fault)).length;
  const copies = ledger.acceptances.filter(({ isCopy }) => isCopy).length;
  const { sent, lost, repeated, refused, redelivered, dead } = broker.counts;
  const confirmed = [...model.cancels.values()].filter(({ confirmedAt }) => confirmedAt !== null).length;
  const lines: [string, string | number][] = [
    ["seed", options.seed],
    ["rounds; calls (answers by status)", `${run.rounds}; ${model.calls.length} (${listed(model.answers)})`],
    ["dispatches", sum(findings.outcomes.values())],
    ["… by outcome", listed([...findings.outcomes].toSorted())],
    ["kills (SIGKILL), batches interrupted", `${strikes.length}, ${broker.killed.length}`],
    [
      "time: lived by the service, taken here",
      `${Math.round(run.lived / HOUR)} h, ${Math.round(tookMs / 1_000)} s`,
    ],
    ["requests to providers, of them gone wrong", `${ledger.requests.length}, ${faulty}`],
    ...PROVIDERS.map((name): [string, string] => [`… ${name}`, listed(faultsOf(name))]),
    ["messages taken by providers, copies made by the network", `${ledger.acceptances.length}, ${copies}`],
    [
      "queue messages (lost, repeated, redelivered, dead letters)",
      `${sent} (${lost}, ${repeated}, ${redelivered}, ${dead})`,
    ],
    ["sendBatch calls refused", refused],
    [
      "cron ticks (rounds without one, two at once, killed)",
      `${ticks.fired} (${ticks.skipped}, ${ticks.together}, ${ticks.killed})`,
    ],
    [
      "delivery reports (before the answer, doubled, repeated)",
      `${reports.counts.handed} (${reports.counts.early}, ${reports.counts.doubled}, ${reports.counts.repeated})`,
    ],
    [
      "events; messages read; numbers stopped",
      `${model.events.length}; ${model.reads.size}; ${model.stops.size}`,
    ],
    ["cancelled, confirmed; retried by hand", `${confirmed}; ${sum(model.retries.values())}`],
    ["errors in the Worker's log", listed(worker.errors)],
    ["doubled with a reason", `${sum(findings.excused.values())} (${listed(findings.excused)})`],
    ["lists, totals, statistics and records compared", findings.compared],
    ...Object.entries(brokenPromises(run, findings)).map(([promise, broken]): [string, number] => [
      promise.toUpperCase(),
      broken.length,
    ]),
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n");
}

/** The broken promises, with everything that is known of each dispatch. */
export function evidence(run: Run, findings: Findings): string {
  const lines: string[] = [];
  for (const [promise, broken] of Object.entries(brokenPromises(run, findings))) {
    if (broken.length === 0) continue;
    lines.push("", `${promise}: ${broken.length}`);
    for (const { id, what } of broken.slice(0, SHOWN)) lines.push(`- ${id} ${what}`, ...historyOf(run, id));
    if (broken.length > SHOWN) lines.push(`- and ${broken.length - SHOWN} more`);
  }
  return lines.join("\n");
}

function historyOf({ service, model }: Run, id: string): string[] {
  const time = (at: number) => new Date(at).toISOString().slice(11, 23);
  const taken = service.ledger.acceptances
    .filter(({ dispatch }) => dispatch === id)
    .map(({ at, to, request }) => ({
      at,
      what: `${request.provider} took it for ${to} (${request.fault}, answer: ${request.answer})`,
    }));
  const killed = service.broker.killed
    .filter(({ ids }) => ids.has(id))
    .map(({ from, until }) => ({ at: from, what: `a consumer had it and was killed, back ${time(until)}` }));
  const ours = [...taken, ...killed].toSorted((a, b) => a.at - b.at);
  return [
    ...(model.histories.get(id) ?? []).map((line) => `    ${line}`),
    ...ours.map(({ at, what }) => `    [real time ${time(at)}] ${what}`),
  ];
}
