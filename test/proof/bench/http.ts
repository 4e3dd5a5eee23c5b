import { Agent } from "node:http";
import { alternate, type Effort, type Side } from "./alternate.ts";
import { send } from "./load.ts";
import { compare, type Row } from "./report.ts";
import { callsOf, furnish, type Scenario, SCENARIOS, type World, worldOf } from "./scenarios.ts";
import { type Subject, withSubjects } from "./start.ts";
import { userId } from "./world.ts";

/** Rows of the log before the load begins. */
const LOG = 10_000;

/** Records the D1 statements and queue messages of Tidings in each scenario, for the bare Worker. */
async function record(now: number): Promise<string> {
  return withSubjects(async (begin) => {
    const recorder = await begin("recorder");
    await furnish(recorder, LOG, now);
    const world = await worldOf(recorder);
    const look = async () => (await fetch(`${recorder.origin}/__trace`)).json();
    const agent = new Agent();
    const traces: Record<string, unknown> = {};
    for (const scenario of SCENARIOS) {
      await look();
      await send(recorder.origin, agent, callsOf(scenario, world)());
      traces[scenario.name] = { calls: await look(), known: { user: userId(0) } };
    }
    return JSON.stringify(traces);
  });
}

/** Compares Tidings and the bare Worker. Both run without consumers; benchDrain measures those. */
export async function benchHttp(effort: Effort): Promise<Row[]> {
  const now = Date.now();
  const TRACES = await record(now);
  return withSubjects(async (begin) => {
    const tidings = await begin("tidings");
    const unlimited = await begin("tidings", { BENCH_LIMITS: "none" });
    const bare = await begin("bare", { TRACES });
    for (const subject of [tidings, unlimited, bare]) await furnish(subject, LOG, now);
    const world = await worldOf(tidings);
    const rows: Row[] = [];
    for (const scenario of SCENARIOS) {
      const sides = sidesOf([tidings, bare], scenario, world);
      const [ours = [], theirs = []] = await alternate(sides, effort);
      rows.push(compare(scenario.name, ours, theirs, scenario.goal));
    }
    return [...rows, ...(await costs(tidings, unlimited, world, effort))];
  });
}

const sidesOf = (subjects: readonly Subject[], scenario: Scenario, world: World): Side[] =>
  subjects.map((subject) => ({ subject, next: callsOf(scenario, world) }));

/** What single parts of an async send cost, compared with the usual Tidings. */
async function costs(tidings: Subject, unlimited: Subject, world: World, effort: Effort): Promise<Row[]> {
  const [asyncSend] = SCENARIOS;
  if (asyncSend === undefined) return [];
  const [limited = [], free = []] = await alternate(sidesOf([tidings, unlimited], asyncSend, world), effort);
  const [side, loud] = sidesOf([tidings, tidings], asyncSend, world);
  if (side === undefined || loud === undefined) return [];
  const log = (on: 0 | 1) => async () => {
    await fetch(`${tidings.origin}/__log?on=${on}`);
  };
  const [quiet = [], logging = []] = await alternate(
    [
      { ...side, before: log(0) },
      { ...loud, before: log(1) },
    ],
    effort,
  );
  return [
    compare("async send with no limiter, beside itself", free, limited, null),
    compare("async send with its log line on stdout, beside itself", logging, quiet, null),
  ];
}
