import { defineConfig, mergeConfig } from "vitest/config";
import base from "../../../vitest.config.ts";
import { transformed } from "./active.ts";

/** The usual suite, one file after the other, on code with the active change. */
export default mergeConfig(
  base,
  defineConfig({
    plugins: [
      {
        name: "mutate",
        enforce: "pre",
        transform: (code, id) => transformed(id, code),
      },
    ],
    test: {
      setupFiles: ["test/proof/mutate/entered.ts"],
      maxWorkers: 1,
      bail: 1,
      // With a fault a test may wait for something that never happens.
      testTimeout: 30_000,
      hookTimeout: 30_000,
    },
  }),
);
