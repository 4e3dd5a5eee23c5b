import { defineConfig } from "vitest/config";

/** Suites that run in Node, over real sockets and against real processes. */
export default defineConfig({
  test: {
    include: ["test/process/**/*.test.ts"],
    environment: "node",
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
