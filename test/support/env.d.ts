import type { D1Migration } from "cloudflare:test";
import type { Bindings } from "../../src/bindings.ts";

declare global {
  namespace Cloudflare {
    interface Env extends Bindings {
      TEST_MIGRATIONS: D1Migration[];
      /** What the values that properties try are drawn from. */
      PROPERTY_SEED: number;
      JWT_SECRET: string;
    }
    interface GlobalProps {
      mainModule: typeof import("../../src/index.ts");
    }
  }
}
