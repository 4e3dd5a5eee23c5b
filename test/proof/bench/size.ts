import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { join } from "node:path";
import { ROOT } from "../../../src/cli/project.ts";

/** Bytes of the built Worker, as it is and as it travels. */
export async function sizeOf(): Promise<{ bytes: number; gzipped: number }> {
  const bundle = await readFile(join(ROOT, "dist/index.js"));
  return { bytes: bundle.length, gzipped: gzipSync(bundle, { level: 9 }).length };
}
