import { afterAll, beforeAll } from "vitest";

// Loaded into the test pool before each file: which functions the file's tests enter.
declare global {
  var __entered: Set<string> | undefined;
}

declare module "vitest" {
  interface TaskMeta {
    entered?: string[];
  }
}

beforeAll(() => {
  globalThis.__entered = new Set();
});

// The first argument must be such a pattern: vitest reads from it which fixtures are wanted.
// oxlint-disable-next-line no-empty-pattern
afterAll(({}, file) => {
  file.meta.entered = [...(globalThis.__entered ?? [])];
});
