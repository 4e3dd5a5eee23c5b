import { defineConfig, mergeConfig } from "vitest/config";
import base from "../../../vitest.config.ts";
import { transformed } from "./active.ts";

/** The suite as it is, one file after the other, on code that has the active fault. */
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
      // A fault may make a test wait for what never comes.
      testTimeout: 30_000,
      hookTimeout: 30_000,
    },
  }),
);
