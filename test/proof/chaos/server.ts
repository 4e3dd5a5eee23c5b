import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { startProduction } from "../production.ts";

/** What the process is told as its one argument, as JSON. */
export interface ServerOptions {
  state: string;
  port: number;
  vars: Record<string, string>;
}

// The Worker's process, which the driver kills: this one and workerd, its child, are a process group.
const { state, port, vars } = JSON.parse(process.argv[2] ?? "{}") as ServerOptions;
const source = await readFile(join(import.meta.dirname, "wrapper.js"), "utf8");
const { origin } = await startProduction({ state, port, vars, wrapper: { name: "chaos.js", source } });
process.send?.({ origin });
