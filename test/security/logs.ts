import { afterEach, expect, vi } from "vitest";
import { createLog } from "../../src/lib/log.ts";
import type { Harness } from "../support/harness.ts";

afterEach(() => vi.restoreAllMocks());

/** Everything that `h` logs from now on, by the real log with its stacks: what would stand in Workers Logs. */
export function overhear(h: Harness): string[] {
  const lines: string[] = [];
  for (const level of ["log", "warn", "error"] as const)
    vi.spyOn(console, level).mockImplementation((...words: unknown[]) => void lines.push(words.join(" ")));
  const log = createLog();
  const { open } = h.deps;
  h.deps.log = log;
  h.deps.open = (start, requestLog = log) => open(start, requestLog);
  return lines;
}

/** Each line is one JSON object without control characters, some are about requests, and none holds any of `secrets`. */
export function expectCleanLog(lines: readonly string[], secrets: readonly string[]): void {
  expect(lines.some((line) => line.includes('"event":"request"'))).toBe(true);
  for (const line of lines) {
    expect(line).not.toMatch(/\p{Cc}/u);
    expect(JSON.parse(line)).toMatchObject({ level: expect.any(String), event: expect.any(String) });
  }
  const all = lines.join("\n");
  expect(secrets.filter((secret) => all.includes(secret))).toEqual([]);
}
