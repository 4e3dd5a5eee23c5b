import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { wrangler } from "../../../src/cli/wrangler.ts";
import { startProduction, tokenFor } from "../production.ts";
import { median } from "./numbers.ts";
import type { Row } from "./report.ts";
import { sizeOf } from "./size.ts";

/** A profile as V8 writes it, in microseconds. */
const profile = z.object({
  nodes: z.array(z.object({ id: z.number(), callFrame: z.object({ functionName: z.string() }) })),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

/** Samples in which workerd was idle or had not begun. */
const RESTING = new Set(["(idle)", "(program)", "(root)"]);

/** Milliseconds that a profile spends in JavaScript and in collecting garbage. */
function busyMs({ nodes, samples, timeDeltas }: z.infer<typeof profile>): number {
  const resting = new Set(
    nodes.filter((node) => RESTING.has(node.callFrame.functionName)).map(({ id }) => id),
  );
  return samples.reduce((sum, id, i) => sum + (resting.has(id) ? 0 : (timeDeltas[i] ?? 0)), 0) / 1_000;
}

async function profileStart(folder: string): Promise<number> {
  const outfile = join(folder, "startup.cpuprofile");
  const { code, output } = await wrangler(["check", "startup", "--args=--minify", "--outfile", outfile]);
  if (code !== 0) throw new Error(output);
  return busyMs(profile.parse(JSON.parse(await readFile(outfile, "utf8"))));
}

/** Milliseconds of the first list of pushes in an isolate, which loads the code for it, and of the second. */
async function timeFirst(): Promise<{ first: number; second: number }> {
  const production = await startProduction();
  const headers = { authorization: `Bearer ${await tokenFor({ sub: "bench", role: "service" })}` };
  const time = async () => {
    const start = performance.now();
    const answer = await fetch(`${production.origin}/api/v1/notifications`, { headers });
    if (answer.status !== 200) throw new Error(`The list was answered ${answer.status}`);
    await answer.arrayBuffer();
    return performance.now() - start;
  };
  try {
    return { first: await time(), second: await time() };
  } finally {
    await production.stop();
  }
}

const printMs = (values: readonly number[]): string =>
  `${median(values).toFixed(0)} ms (${Math.min(...values).toFixed(0)}–${Math.max(...values).toFixed(0)})`;

/**
 * The size of the bundle, how long workerd takes to evaluate it (profiled), and how long the first request takes, which loads
 * more code. The median of several starts.
 */
export async function benchStartup(runs: number): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), "tidings-bench-"));
  try {
    const starts: number[] = [];
    const lists: { first: number; second: number }[] = [];
    for (let run = 0; run < runs; run++) {
      starts.push(await profileStart(folder));
      lists.push(await timeFirst());
    }
    const { bytes, gzipped } = await sizeOf();
    return [
      { what: "bundle", value: `${(bytes / 1_024).toFixed(0)} KB`, goal: "" },
      { what: "bundle, gzip", value: `${(gzipped / 1_024).toFixed(0)} KB`, goal: "<= 550 KB" },
      { what: "start-up", value: printMs(starts), goal: "<= 50 ms" },
      { what: "an isolate's first list", value: printMs(lists.map(({ first }) => first)), goal: "" },
      { what: "its second", value: printMs(lists.map(({ second }) => second)), goal: "" },
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}
