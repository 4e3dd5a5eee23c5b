import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";

/** Everything here runs inside workerd, with real D1, queues and Durable Objects. */
export default defineConfig({
  plugins: [
    cloudflareTest(async () => ({
      wrangler: { configPath: "./wrangler.toml" },
      miniflare: {
        bindings: {
          PROPERTY_SEED: Number(process.env.PROPERTY_SEED ?? 1),
          TEST_MIGRATIONS: await readD1Migrations("./migrations"),
          ENVIRONMENT: "development",
          PUBLIC_URL: "http://localhost:8787",
          JWT_SECRET: "test-jwt-secret-test-jwt-secret-0123",
          LINK_SECRET: "test-link-secret-test-link-secret-01",
          SECRETS_KEY: "test-secrets-key-test-secrets-key-01",
          OPEN_CONTRACTS: "push-notifications,admin-notifications,stats-notifications",
          CORS_ORIGINS: "",
          PUSH_PROVIDERS: "expo",
          EMAIL_PROVIDERS: "ses,resend",
          EMAIL_FROM: "Tidings <notifications@example.com>",
          SES_ACCESS_KEY_ID: "AKIATEST",
          SES_SECRET_ACCESS_KEY: "test-secret",
          RESEND_API_KEY: "re_test",
        },
        // Nothing leaves the machine: a test that forgot its fake gets this.
        outboundService: () => new Response("blocked by the test pool", { status: 599 }),
      },
    })),
  ],
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/process/**", "test/browser/**"],
    setupFiles: ["test/support/setup.ts"],
    isolate: false,
    maxWorkers: 2,
    // Generous: times on a busy machine say nothing about the code.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
