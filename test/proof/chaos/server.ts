import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { startProduction } from "../production.ts";

/** The one argument of the process, as JSON. */
const serverOptions = z.object({
  state: z.string(),
  port: z.number(),
  vars: z.record(z.string(), z.string()),
});
export type ServerOptions = z.infer<typeof serverOptions>;

// The Worker's process, which the driver kills. It and its child workerd are one process group.
const { state, port, vars } = serverOptions.parse(JSON.parse(process.argv[2] ?? "{}"));
const source = await readFile(join(import.meta.dirname, "wrapper.js"), "utf8");
const { origin } = await startProduction({ state, port, vars, wrapper: { name: "chaos.js", source } });
process.send?.({ origin });
