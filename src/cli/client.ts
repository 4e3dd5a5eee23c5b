import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeClientCode } from "./client-code.ts";
import { startServer } from "./process.ts";
import { ROOT, runCommand, UserError } from "./project.ts";

// Makes `tidings/client`: its generated part from the document of the service as it stands here, and dist/client from all of it.
//   npm run client             after a change of the API
//   npm run client -- --build  only dist/client

/** Secrets of a service that only shows its document. */
const VARS = Object.fromEntries(
  ["JWT_SECRET", "LINK_SECRET", "SECRETS_KEY"].map((name) => [name, crypto.randomUUID()]),
);

async function documentOfService(): Promise<object> {
  const state = await mkdtemp(join(tmpdir(), "tidings-client-"));
  const server = await startServer({ state, vars: { ENVIRONMENT: "development", ...VARS } });
  try {
    return Object(await (await fetch(`${server.origin}/openapi.json`)).json());
  } finally {
    await server.stop();
    await rm(state, { recursive: true, force: true });
  }
}

/** Twice, so that the comments are in the types, where editors look for them, and not in what is shipped to browsers. */
function build(): void {
  for (const args of [["--emitDeclarationOnly"], ["--declaration", "false", "--removeComments"]]) {
    const { status } = spawnSync(
      process.execPath,
      [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", join(ROOT, "src/client"), ...args],
      { stdio: "inherit" },
    );
    if (status !== 0) throw new UserError("The client could not be built.");
  }
}

await runCommand(async () => {
  if (!process.argv.includes("--build"))
    await writeClientCode(await documentOfService(), join(ROOT, "src/client/generated/api.ts"));
  build();
});
