import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wrangler } from "../../../src/cli/wrangler.ts";
import { median } from "./numbers.ts";
import type { Row } from "./report.ts";
import { sizeOf } from "./size.ts";

/** A profile as V8 writes it. */
interface Profile {
  nodes: { id: number; callFrame: { functionName: string } }[];
  samples: number[];
  /** Microseconds. */
  timeDeltas: number[];
}

/** Samples in which workerd did not work for the Worker: it waited, or had not begun. */
const RESTING = new Set(["(idle)", "(program)", "(root)"]);

/** Milliseconds that a profile spends in JavaScript and in collecting garbage. */
function busyMs({ nodes, samples, timeDeltas }: Profile): number {
  const resting = new Set(
    nodes.filter((node) => RESTING.has(node.callFrame.functionName)).map(({ id }) => id),
  );
  return samples.reduce((sum, id, i) => sum + (resting.has(id) ? 0 : (timeDeltas[i] ?? 0)), 0) / 1_000;
}

async function profileStart(folder: string): Promise<number> {
  const outfile = join(folder, "startup.cpuprofile");
  const { code, output } = await wrangler(["check", "startup", "--args=--minify", "--outfile", outfile]);
  if (code !== 0) throw new Error(output);
  return busyMs(JSON.parse(await readFile(outfile, "utf8")) as Profile);
}

/** The size of what is deployed, and how long workerd takes to evaluate it: the median of several profiled starts. */
export async function benchStartup(runs: number): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), "tidings-bench-"));
  try {
    const starts: number[] = [];
    for (let run = 0; run < runs; run++) starts.push(await profileStart(folder));
    const { bytes, gzipped } = await sizeOf();
    const range = `${Math.min(...starts).toFixed(0)}–${Math.max(...starts).toFixed(0)}`;
    return [
      { what: "bundle", value: `${(bytes / 1_024).toFixed(0)} KB`, goal: "" },
      { what: "bundle, gzip", value: `${(gzipped / 1_024).toFixed(0)} KB`, goal: "<= 400 KB" },
      { what: "start-up", value: `${median(starts).toFixed(0)} ms (${range})`, goal: "<= 50 ms" },
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}
