import type { Mutant } from "./mutants.ts";
import { openSuite } from "./suite.ts";

// A separate process: a fault that makes the code loop for ever then blocks only this process.

/** A request to the process. */
export type Request =
  | { kind: "trace"; paths: string[] }
  | { kind: "mutant"; mutant: Mutant; files: string[] };

const suite = await openSuite();

async function answer(request: Request): Promise<unknown> {
  return request.kind === "trace" ? suite.trace(request.paths) : suite.failing(request.mutant, request.files);
}

process.on("message", (request: Request) => {
  void answer(request).then(
    (value) => process.send?.({ ok: true, value }),
    (error: unknown) => process.send?.({ ok: false, error: String(error) }),
  );
});
process.send?.("ready");
