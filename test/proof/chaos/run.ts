import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { DAY, HOUR, MINUTE, SECOND } from "../../../src/lib/clock.ts";
import { CALM } from "./broker.ts";
import type { Caller } from "./caller.ts";
import { PROVIDERS } from "./faults.ts";
import { createModel, type Model } from "./model.ts";
import { carryOut } from "./operations.ts";
import { planRounds, type Round, type Size, type Step } from "./plan.ts";
import { createRandom } from "./random.ts";
import { type Service, startService, tokenOf } from "./service.ts";
import { importWorld } from "./import-world.ts";
import { createWorld, type World } from "./world.ts";

export interface ChaosOptions {
  seed: number;
  /** At least so many accepted dispatches, and so many kills. */
  dispatches: number;
  kills: number;
  size: Size;
  /** Receives progress messages. */
  say?: ((line: string) => void) | undefined;
  onLine?: ((line: string) => void) | undefined;
}

/** A finished run, with nothing left to do: what the judge looks at. */
export interface Run {
  options: ChaosOptions;
  service: Service;
  model: Model;
  world: World;
  token: string;
  rounds: number;
  ticks: Record<"fired" | "skipped" | "together" | "killed", number>;
  /** Promises that the run itself broke: something got stuck. */
  stuck: string[];
  /** How far the clock of the service moved, ms. */
  lived: number;
}

const EVERY_MINUTE = "* * * * *";

/** Calls of a round at the same time. */
const CALLERS = 12;

/** A round that takes longer to come to rest is stuck. */
const REST_WITHIN_MS = 60_000;

/** Reminders of certificates are due on a morning within the first two and a half days. */
const LIVED_AT_LEAST_MS = 2.5 * DAY;

/** Runs the service through the plan and lets it finish its work. The caller stops it. */
export async function runChaos(options: ChaosOptions): Promise<Run> {
  const random = createRandom(options.seed);
  const service = await startService(random, options.onLine);
  try {
    return await live(options, service);
  } catch (error) {
    await service.stop();
    throw error;
  }
}

async function live(options: ChaosOptions, service: Service): Promise<Run> {
  const { clock, worker, killer, strikes } = service;
  const world = createWorld(options.size);
  const token = await tokenOf();
  const bornAt = clock.now();
  await importWorld(world, service.sandboxes, clock, (...args) =>
    worker.call(args[0], args[1], token, args[2]),
  );
  const model = createModel(clock.now);
  const run: Run = {
    ...{ options, service, model, world, token, rounds: 0, stuck: [], lived: 0 },
    ticks: { fired: 0, skipped: 0, together: 0, killed: 0 },
  };
  const caller: Caller = { model, clock, worker, killer, token };

  const rounds = planRounds(createRandom(options.seed).fork("plan"), options.size, options);
  for (const round of rounds) {
    if (acceptedIn(model) >= options.dispatches && strikes.length >= options.kills) break;
    if (run.stuck.length > 0) break;
    await liveThrough(run, caller, round);
    run.rounds++;
    if (run.rounds % 10 === 0)
      options.say?.(`round ${run.rounds}: ${acceptedIn(model)} accepted, ${strikes.length} kills`);
  }
  await drain(run, bornAt + LIVED_AT_LEAST_MS);
  run.lived = clock.now() - bornAt;
  return run;
}

const acceptedIn = (model: Model): number =>
  model.calls.reduce((sum, call) => sum + call.ids.length, 0) +
  model.bulks.reduce((sum, bulk) => sum + bulk.dispatched, 0);

async function liveThrough(run: Run, caller: Caller, round: Round): Promise<void> {
  const { broker, killer, providers } = run.service;
  for (const name of PROVIDERS) providers[name].weather = round.weather[name];
  broker.weather = round.queues;
  if (round.kill !== null) killer.arm(round.kill);
  await allSteps(run, caller, round.steps);
  await rest(run);
  if (round.ticks.length === 0) run.ticks.skipped++;
  for (const together of round.ticks) await tick(run, together);
  await killer.finish();
  await rest(run);
  await jump(run, round.jumpSeconds * SECOND);
}

/** Carries steps out in order, some at the same time. */
async function allSteps({ world }: Run, caller: Caller, steps: readonly Step[]): Promise<void> {
  const left = steps.values();
  const work = async () => {
    for (const step of left) await carryOut(caller, world, step);
  };
  await Promise.all(Array.from({ length: CALLERS }, work));
}

async function tick({ service, ticks }: Run, together: number): Promise<void> {
  const { worker, killer } = service;
  await worker.up();
  const fired = Array.from({ length: together }, () =>
    worker.control("tick", { cron: EVERY_MINUTE }, z.unknown()),
  );
  void killer.reach("tick");
  const answers = await Promise.all(fired);
  ticks.fired += together;
  if (together > 1) ticks.together++;
  ticks.killed += answers.filter((answer) => answer === null).length;
}

/** Waits until nothing is under way. */
async function rest({ service, stuck }: Run): Promise<void> {
  const { broker, worker, reports } = service;
  const until = Date.now() + REST_WITHIN_MS;
  const pump = () => {
    broker.pump();
    reports.pump();
  };
  await worker.up();
  for (pump(); !broker.isIdle() || !reports.isIdle(); pump()) {
    if (Date.now() > until) return void stuck.push("the queues do not come to rest");
    await sleep(5);
  }
}

async function jump({ service }: Run, ms: number): Promise<void> {
  const { clock, worker, broker } = service;
  clock.jump(ms);
  await worker.control("setClock", { ahead: clock.ahead() }, z.unknown());
  broker.pump();
}

/** The jumps of the clock at the end: short ones for retries, then long ones for messages that wait for their budget. */
const JUMPS = [
  ...Array<number>(10).fill(MINUTE),
  ...Array<number>(20).fill(5 * MINUTE),
  ...Array<number>(150).fill(HOUR),
];

/** Without any faults from now on, the service must finish everything that is left. */
async function drain(run: Run, until: number): Promise<void> {
  const { broker, clock, providers } = run.service;
  for (const name of PROVIDERS) providers[name].weather = "calm";
  broker.weather = CALM;
  for (const [i, ms] of JUMPS.entries()) {
    await rest(run);
    await tick(run, 1);
    await rest(run);
    const left = await unfinished(run);
    if (i % 10 === 0) run.options.say?.(`drain ${i}: ${left} unfinished`);
    if ((left === 0 && clock.now() >= until) || run.stuck.length > 0) return;
    // Once nothing is left to do, larger jumps are safe.
    await jump(run, left === 0 ? Math.max(ms, 4 * HOUR) : ms);
  }
}

const counted = z.object({ pagination: z.object({ total: z.number() }) });

async function unfinished({ service: { worker, reports }, token }: Run): Promise<number> {
  let left = 0;
  for (const status of ["queued", "sending"]) {
    const path = `/api/v1/admin/notifications?limit=1&status=${status}`;
    const answer = await worker.call("GET", path, token);
    if (answer?.status !== 200) throw new Error(`${path}: ${answer?.status}`);
    left += counted.parse(answer.body).pagination.total;
  }
  for (const others of ["receiptsDue", "webhooksLeft"])
    left += (await worker.control(others, {}, z.object({ n: z.number() })))?.n ?? 0;
  return left + reports.left();
}
