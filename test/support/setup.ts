import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { beforeAll, beforeEach } from "vitest";

// Properties try the same values in each run; `PROPERTY_SEED=$RANDOM npm run test:unit` tries others.
fc.configureGlobal({ seed: env.PROPERTY_SEED });

// Storage is shared by what runs in one worker: each file starts from empty tables, and each test mints its own world.
beforeAll(async () => {
  await reset();
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
});

// Each test has a time of its own, which may be before that of the last one.
beforeEach(async () => {
  await env.DB.prepare("DELETE FROM job_progress").run();
});
