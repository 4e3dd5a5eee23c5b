import { afterAll, beforeAll } from "vitest";

// Loaded into the test pool before each test file. Records which functions the tests of the file enter.
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

// The first argument must be an object pattern: vitest reads from it which fixtures are needed.
// oxlint-disable-next-line no-empty-pattern
afterAll(({}, file) => {
  file.meta.entered = [...(globalThis.__entered ?? [])];
});
