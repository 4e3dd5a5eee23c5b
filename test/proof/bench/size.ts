import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { join } from "node:path";
import { ROOT } from "../../../src/cli/project.ts";
import { textsOf } from "../production.ts";

const gzipped = (bytes: Uint8Array): number => gzipSync(bytes, { level: 9 }).length;

/** Bytes of the built Worker, as it is and as it travels. `texts`: of those, the console's style and scripts, and the reference's words. */
export async function sizeOf(): Promise<{ bytes: number; gzipped: number; texts: number }> {
  const bundle = await readFile(join(ROOT, "dist/index.js"));
  const texts = await Promise.all(
    textsOf(bundle.toString()).map((name) => readFile(join(ROOT, "dist", name))),
  );
  const sum = (sizes: readonly number[]) => sizes.reduce((total, one) => total + one, 0);
  return {
    bytes: sum([bundle, ...texts].map(({ length }) => length)),
    gzipped: sum([bundle, ...texts].map(gzipped)),
    texts: sum(texts.map(gzipped)),
  };
}
