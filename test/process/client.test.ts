import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeClientCode } from "../../src/cli/client-code.ts";
import { ROOT } from "../../src/cli/project.ts";
import { createTidings } from "../../src/client/index.ts";
import { build, type Production, startProduction, tokenFor } from "../proof/production.ts";

const run = promisify(execFile);

let service: Production;
let scratch: string;

beforeAll(async () => {
  await build();
  await run(process.execPath, ["src/cli/client.ts", "--build"], { cwd: ROOT });
  service = await startProduction();
  // Below the package, so that its own name leads to its exports.
  scratch = await mkdtemp(join(ROOT, "dist", "client-test-"));
}, 300_000);

afterAll(async () => {
  await service.stop();
  await rm(scratch, { recursive: true, force: true });
});

/** What programs need to know, with a user and a device as `npm start` makes them. */
async function environment(user: string): Promise<Record<string, string>> {
  const token = await tokenFor({ sub: "client-test", role: "service" });
  const tidings = createTidings({ url: service.origin, token });
  await tidings.putUser(user, { name: "Kari" }, { notify: "false" });
  await tidings.registerDevice({ user_id: user, token: `ExponentPushToken[${user}]`, platform: "ios" });
  const USER_TOKEN = await tokenFor({ sub: user, role: "user" });
  return { TIDINGS_URL: service.origin, TOKEN: token, USER_TOKEN, USER: user };
}

test("the generated part is what the document makes: `npm run client` writes it anew", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tidings-client-"));
  const document = Object(await (await fetch(`${service.origin}/openapi.json`)).json());
  await writeClientCode(document, join(folder, "api.ts"));
  const [made, committed] = await Promise.all(
    [join(folder, "api.ts"), join(ROOT, "src/client/generated/api.ts")].map((file) => readFile(file, "utf8")),
  );
  await rm(folder, { recursive: true });
  // Not `toBe`: the difference of two such texts is not worth waiting for.
  expect(made === committed).toBe(true);
}, 120_000);

test("what is shipped is small, and loads nothing but the check of webhooks", async () => {
  const names = ["call", "error", "index", "operation", "pages", "retry", "webhook", "generated/api"];
  const files = await Promise.all(
    names.map((name) => readFile(join(ROOT, "dist/client", `${name}.js`), "utf8")),
  );
  const bytes = files.reduce((sum, code) => sum + gzipSync(code, { level: 9 }).length, 0);
  expect(bytes).toBeLessThan(8 * 1_024);
  const imports = files.flatMap((code) => [...code.matchAll(/(?:from|import\() ?"([^"]+)"/g)]);
  expect(new Set(imports.map(([, from = ""]) => from).filter((from) => !from.startsWith(".")))).toEqual(
    new Set(["standardwebhooks"]),
  );
});

const PROGRAM = `
import { createTidings, each, TidingsError, verifyWebhook } from "tidings/client";
const { TIDINGS_URL: url, TOKEN: token, USER: user_id } = process.env;
const tidings = createTidings({ url, token });
const seen = { node: process.version.split(".")[0], status: (await tidings.sendPush({ user_id, title: "Hello", body: "Hi" })).status, found: 0 };
for await (const push of each(tidings.listPushes, { user_id, limit: 1 })) seen.found += push.user_id === user_id ? 1 : 0;
await tidings.getPush("none").catch((error) => { seen.code = error instanceof TidingsError && error.code; });
await verifyWebhook("{}", {}, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").catch((error) => { seen.webhook = error.name; });
console.log(JSON.stringify(seen));
`;

/** Every Node that the machine has: the project's own, and the system's, which may be older. */
const NODES = [
  ...new Set([
    process.execPath,
    ...(process.env["PATH"] ?? "").split(delimiter).map((at) => join(at, "node")),
  ]),
].filter((path) => existsSync(path));

/** The major version of a Node, from 20 on; null for an older one. */
async function versionOf(node: string): Promise<number | null> {
  const major = Number((await run(node, ["-p", "process.versions.node.split('.')[0]"])).stdout);
  return major >= 20 ? major : null;
}

test("it runs under every Node that is here, from 20 on", async () => {
  const byVersion = new Map<number, string>();
  for (const node of NODES) {
    const version = await versionOf(node);
    if (version !== null) byVersion.set(version, node);
  }
  expect(byVersion.size).toBeGreaterThan(0);
  const file = join(scratch, "program.mjs");
  await writeFile(file, PROGRAM);
  for (const [version, node] of byVersion) {
    const env = await environment(`usr_node_${version}`);
    const { stdout } = await run(node, [file], { env: { ...process.env, ...env } });
    expect(JSON.parse(stdout)).toEqual({
      node: `v${version}`,
      status: "sent",
      found: 1,
      code: "not_found",
      webhook: "WebhookVerificationError",
    });
  }
}, 120_000);

describe("the program of the README", () => {
  let code: string;

  beforeAll(async () => {
    const readme = await readFile(join(ROOT, "README.md"), "utf8");
    code = /```ts\n(import \{ createTidings[\s\S]*?)```/.exec(readme)?.[1] ?? "";
    await writeFile(join(scratch, "first.ts"), code);
  });

  test("has fifteen lines at most, and the types of the package fit it", async () => {
    expect(code.trim().split("\n").length).toBeLessThanOrEqual(15);
    const config = {
      compilerOptions: { strict: true, noEmit: true, module: "nodenext", target: "es2022", types: ["node"] },
      files: ["first.ts"],
    };
    await writeFile(join(scratch, "tsconfig.json"), JSON.stringify(config));
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    await run(process.execPath, [tsc, "-p", scratch]).catch(({ stdout }: { stdout: string }) => {
      throw new Error(stdout);
    });
  }, 120_000);

  test("sends a push, an event in words of its own, and reads the inbox", async () => {
    const env = { ...process.env, ...(await environment("usr_demo")) };
    const { stdout } = await run(process.execPath, [join(scratch, "first.ts")], { env });
    expect(stdout.trim().split("\n")).toEqual(["sent", "On its way: Order A-1042 has left."]);
  }, 120_000);
});
