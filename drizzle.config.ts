import { defineConfig } from "drizzle-kit";

/** `npm run db:generate -- --name <intent>` writes migrations/; wrangler alone applies them. */
export default defineConfig({
  dialect: "sqlite",
  schema: "./src/db/schema/index.ts",
  out: "./migrations",
  migrations: { prefix: "index" },
});
