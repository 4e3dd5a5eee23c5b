import { globSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Server } from "../../src/cli/process.ts";
import { call, start, stateFolder } from "./support.ts";

// What `npm start` starts, in a state folder that nobody has used before.

/** The jobs that have ended at least once, from the local database's file. */
function jobsIn(state: string): unknown[] {
  const folderOfD1 = join(state, "v3/d1/miniflare-D1DatabaseObject");
  return globSync(join(folderOfD1, "*.sqlite")).flatMap((file) => {
    const database = new DatabaseSync(file, { readOnly: true });
    const isOurs =
      database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'job_runs'").get() !== undefined;
    const rows = isOurs ? database.prepare("SELECT job FROM job_runs").all() : [];
    database.close();
    return rows.map(({ job }) => job);
  });
}

let folder: Awaited<ReturnType<typeof stateFolder>>;
let server: Server | undefined;

beforeAll(async () => {
  folder = await stateFolder();
});
afterAll(async () => {
  await server?.stop();
  await folder.remove();
});

test("a server with cron is ready only after its first tick, and is then healthy", async () => {
  server = await start(folder.path, { PUSH_PROVIDERS: "log" }, true);
  const ran = jobsIn(folder.path);
  expect(ran).toContain("receipts");
  const { status, body } = await call(server, "GET", "/healthz");
  expect({ status, body }).toMatchObject({ status: 200, body: { status: "ok", cron: { failing_jobs: [] } } });
}, 180_000);
