import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, UserError } from "./project.ts";
import { wrangler } from "./wrangler.ts";

/** Changes whenever a migration is added or edited. */
function fingerprint(): string {
  const hash = createHash("sha256");
  for (const file of globSync("migrations/*.sql", { cwd: ROOT }).toSorted())
    hash
      .update(file)
      .update("\0")
      .update(readFileSync(join(ROOT, file)))
      .update("\0");
  return hash.digest("hex");
}

/**
 * Migrates the local database in `state`. Wrangler needs three seconds to find nothing to do, so a marker beside the
 * database shows which migrations it already has. Returns whether wrangler ran.
 */
export async function migrateLocally(state: string): Promise<boolean> {
  const marker = join(state, "tidings-migrations");
  const wanted = fingerprint();
  const seen = existsSync(join(state, "v3/d1")) && existsSync(marker) ? readFileSync(marker, "utf8") : "";
  if (seen === wanted) return false;
  const { code, output } = await wrangler([
    "d1",
    "migrations",
    "apply",
    "DB",
    "--local",
    "--persist-to",
    state,
  ]);
  if (code !== 0)
    throw new UserError(`${output.trim()}\n\nThe local database in ${state} could not be migrated.`);
  mkdirSync(state, { recursive: true });
  writeFileSync(marker, wanted);
  return true;
}
