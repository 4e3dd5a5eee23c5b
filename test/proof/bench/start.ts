import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Production, startProduction, VARS } from "../production.ts";
import { children, cpuMs } from "./cpu.ts";

/** A Worker in a workerd of its own. */
export interface Subject extends Production {
  /** Milliseconds of CPU that its workerd has used; null where that cannot be seen. */
  cpuMs(): number | null;
}

/** The Workers of this folder: `tidings.js`, `recorder.js` and `bare.js`. */
export type WorkerName = "tidings" | "recorder" | "bare";

/** Limits so high that no load here reaches them. */
const WIDE = { PUSH_LIMIT_PER_HOUR: "100000", EMAIL_LIMIT_PER_HOUR: "100000" };

/** The wrapper must be one module, so the files of this folder that it imports are put into it. */
async function sourceOf(name: WorkerName): Promise<string> {
  const read = (file: string) => readFile(join(import.meta.dirname, "workers", `${file}.js`), "utf8");
  const source = await read(name);
  const inlined = source.replace(/^import .* from "\.\/templates\.js";$/m, "");
  return inlined === source ? source : `${await read("templates")}\n${inlined}`;
}

/** Starts a Worker on a migrated database in memory. One at a time, so that its new process can be recognized. */
export async function start(name: WorkerName, vars: Record<string, string> = {}): Promise<Subject> {
  const source = await sourceOf(name);
  const before = new Set(children());
  const production = await startProduction({
    vars: { ...VARS, ...WIDE, BENCH_CONSUMES: "no", ...vars },
    wrapper: { name: `${name}.js`, source },
  });
  const pid = children().find((child) => !before.has(child));
  return { ...production, cpuMs: () => cpuMs(pid) };
}

/** Runs `use`, then stops every Worker that it started, even if it threw. */
export async function withSubjects<T>(use: (begin: typeof start) => Promise<T>): Promise<T> {
  const started: Subject[] = [];
  try {
    return await use(async (...args) => {
      const subject = await start(...args);
      started.push(subject);
      return subject;
    });
  } finally {
    for (const subject of started) await subject.stop();
  }
}
