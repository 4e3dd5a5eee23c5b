import type { Mutant } from "./mutants.ts";
import { openSuite } from "./suite.ts";

// A process of its own: a fault that makes the code run for ever takes no more than this process with it.

/** What the process is asked for, and answers. */
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
