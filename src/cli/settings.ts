import { resolve } from "node:path";
import { DEFAULT_STATE, ROOT, UserError } from "./project.ts";

/** Settings of `npm start` from the environment. */
export interface Settings {
  port: number;
  /** An absolute path. */
  state: string;
  cron: boolean;
}

/** Flags of wrangler that `npm start` sets itself, and what users should set instead. */
const OURS: Record<string, string> = {
  "--port": "Use PORT instead.",
  "--persist-to": "Use TIDINGS_STATE instead.",
  "--ip": "The server listens on this machine only.",
  "--inspector-port": "It is a free one, for several servers to run.",
};

/** Checks PORT, TIDINGS_STATE, TIDINGS_CRON, and the arguments meant for wrangler; throws a UserError. */
export function readSettings(environment: NodeJS.ProcessEnv, args: readonly string[]): Settings {
  for (const [flag, instead] of Object.entries(OURS))
    if (args.some((arg) => arg === flag || arg.startsWith(`${flag}=`)))
      throw new UserError(`${flag} is set by npm start itself. ${instead}`);
  const { PORT: port = "", TIDINGS_CRON: cron = "", TIDINGS_STATE: state = "" } = environment;
  if (!/^\d{0,5}$/.test(port) || Number(port) > 65_535)
    throw new UserError(`PORT is "${port}": it must be a number from 1 to 65535.`);
  if (!["", "on", "off"].includes(cron))
    throw new UserError(`TIDINGS_CRON is "${cron}": it must be "on" or "off".`);
  return {
    port: Number(port) || 8787,
    state: resolve(ROOT, state || DEFAULT_STATE),
    cron: cron !== "off",
  };
}

/** The variables in wrangler's arguments: `--var A:1 B:2` or `--var=A:1`. */
export function varsIn(args: readonly string[]): Record<string, string> {
  const vars: Record<string, string> = {};
  let flag = "";
  for (const arg of args) {
    const [name = "", value] = arg.startsWith("--") ? arg.split(/=(.*)/s) : [flag, arg];
    flag = name;
    const colon = value?.indexOf(":") ?? -1;
    if (name === "--var" && value !== undefined && colon > 0)
      vars[value.slice(0, colon)] = value.slice(colon + 1);
  }
  return vars;
}
