import { readFileSync } from "node:fs";

/** A clock tick of /proc, in milliseconds (USER_HZ is 100 on every Linux that we meet). */
const TICK_MS = 10;

const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
};

/** The child processes of this one; none where there is no /proc. */
export const children = (): number[] =>
  read(`/proc/self/task/${process.pid}/children`).split(" ").filter(Boolean).map(Number);

/** Milliseconds of CPU that a process has used; null where there is no /proc. */
export function cpuMs(pid: number | undefined): number | null {
  // Fields after the name, which may contain anything: the 12th and 13th are user and system time.
  const fields = read(`/proc/${pid}/stat`).split(") ").at(-1)?.split(" ") ?? [];
  const used = Number(fields[11]) + Number(fields[12]);
  return Number.isNaN(used) ? null : used * TICK_MS;
}
