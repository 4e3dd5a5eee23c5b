import { join } from "node:path";
import { createVitest, type TestModule, type TestSpecification } from "vitest/node";
import { activate } from "./active.ts";
import type { Mutant } from "./mutants.ts";
import type { TestFile } from "./test-file.ts";

/** The test suite, kept loaded in this process, so that a run costs no more than the start of a workerd. */
export interface Suite {
  /** Runs all test files and records which functions each one enters. @throws when one fails */
  trace(paths: readonly string[]): Promise<TestFile[]>;
  /** Runs these test files with the fault. @returns the first failing test and its message; null when all pass */
  failing(mutant: Mutant, files: readonly string[]): Promise<string | null>;
  close(): Promise<void>;
}

const pathOf = ({ moduleId }: { moduleId: string }): string => moduleId.slice(process.cwd().length + 1);

export async function openSuite(): Promise<Suite> {
  process.env["CLOUDFLARE_CF_FETCH_ENABLED"] = "false";
  const vitest = await createVitest("test", {
    root: process.cwd(),
    config: "test/proof/mutate/vitest.config.ts",
    watch: false,
    fsModuleCache: false,
    reporters: [{}],
    silent: true,
  });
  const all = await vitest.globTestSpecifications();
  const run = async (specs: TestSpecification[]) => {
    // Otherwise failures of the previous run count towards `bail`, and this run ends before it begins.
    vitest.state.filesMap.clear();
    vitest.state.clearErrors();
    const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specs, false);
    return { modules: testModules, failed: unhandledErrors.length > 0 || testModules.some(isFailed) };
  };
  let last: string | null = null;
  return {
    async trace(paths) {
      activate({ kind: "trace", paths: new Set(paths) });
      const { modules, failed } = await run(all);
      const broken = modules.filter(isFailed).map(pathOf);
      if (failed) throw new Error(`The tests fail without any fault: ${broken.join(", ")}`);
      return modules.map((module) => ({
        path: pathOf(module),
        ms: module.diagnostic().duration,
        entered: module.meta().entered ?? [],
      }));
    },
    async failing(mutant, files) {
      activate({ kind: "mutant", mutant });
      for (const path of new Set([last ?? mutant.path, mutant.path]))
        vitest.invalidateFile(join(process.cwd(), path));
      last = mutant.path;
      const specs = files.flatMap((file) => all.filter((spec) => pathOf(spec) === file));
      const { modules, failed } = await run(specs);
      return failed ? whyOf(modules) : null;
    },
    close: () => vitest.close(),
  };
}

const isFailed = (module: TestModule): boolean => module.state() === "failed";

const firstLine = (text = "") => text.split("\n")[0] ?? "";

/** The test that failed, or the file that could not be loaded. */
function whyOf(modules: readonly TestModule[]): string {
  for (const module of modules) {
    for (const test of module.children.allTests("failed"))
      return `${pathOf(module)}: ${test.fullName}: ${firstLine(test.result().errors?.[0]?.message)}`;
    const [error] = module.errors();
    if (error !== undefined) return `${pathOf(module)}: ${firstLine(error.message)}`;
  }
  return "an error outside of any test";
}
