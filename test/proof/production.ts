import { globSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, readdir, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import {
  unstable_getMiniflareWorkerOptions as workerOptionsOf,
  unstable_readConfig as readConfig,
  unstable_splitSqlQuery as splitSql,
} from "wrangler";
import { type Claims, signToken } from "../../src/cli/jwt.ts";
import { HOST } from "../../src/cli/port.ts";
import { ROOT } from "../../src/cli/project.ts";
import { wrangler } from "../../src/cli/wrangler.ts";

/** Variables of every Worker here: they must not depend upon anyone's .dev.vars. */
export const VARS = {
  ENVIRONMENT: "development",
  JWT_SECRET: "proof-jwt-secret-proof-jwt-secret-0123",
  LINK_SECRET: "proof-link-secret-proof-link-secret-01",
  SECRETS_KEY: "proof-secrets-key-proof-secrets-key-01",
  OPEN_CONTRACTS: "",
  CORS_ORIGINS: "",
  PUSH_PROVIDERS: "log",
  EMAIL_PROVIDERS: "log",
  EMAIL_FROM: "Tidings <notifications@example.com>",
};

/** What is deployed, minified. */
const BUNDLE = join(ROOT, "dist/index.js");

/** Makes the bundle in about two seconds. It replaces the file at once, so readers never see half of it. */
export async function build(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "tidings-build-"));
  const { code, output } = await wrangler(["deploy", "--dry-run", "--outdir", folder, "--minify"]);
  if (code !== 0) throw new Error(output);
  await mkdir(dirname(BUNDLE), { recursive: true });
  const fresh = `${BUNDLE}.${process.pid}`;
  await copyFile(join(folder, "index.js"), fresh);
  // Texts have names made from what is in them.
  for (const name of await readdir(folder))
    if (/^[0-9a-f]{40}-/u.test(name)) await copyFile(join(folder, name), join(dirname(BUNDLE), name));
  await rename(fresh, BUNDLE);
  await rm(folder, { recursive: true });
}

/** The names of the texts that a bundle imports; they lie beside it. */
export const textsOf = (code: string): string[] =>
  [...code.matchAll(/"\.\/([0-9a-f]{40}-[^"]+)"/gu)].map(([, name = ""]) => name);

/** The Worker and the texts that it imports, as modules. */
async function readBundle() {
  const code = await readFile(BUNDLE, "utf8");
  const texts = textsOf(code).map(async (name) => {
    const path = join(dirname(BUNDLE), name);
    return { type: "Text" as const, path, contents: await readFile(path, "utf8") };
  });
  return [{ type: "ESModule" as const, path: BUNDLE, contents: code }, ...(await Promise.all(texts))];
}

export interface ProductionOptions {
  /** Win over `VARS`. */
  vars?: Record<string, string>;
  /** The folder of D1 and the Durable Objects. Default: none; they end with the process. */
  state?: string;
  /** An ES module around the Worker, which it imports from `./index.js`. Default: the Worker itself. */
  wrapper?: { name: string; source: string };
  /** Default: a free one. */
  port?: number;
  /** Every line that the Worker logs. Default: warnings and errors are printed. */
  onLog?: (line: string) => void;
}

/** The built Worker in workerd, with Miniflare's D1, queues and Durable Objects, and without wrangler dev's proxy. */
export interface Production {
  mf: Miniflare;
  origin: string;
  db: Awaited<ReturnType<Miniflare["getD1Database"]>>;
  stop(): Promise<void>;
}

/** Starts the bundle on a migrated database. End it through `stop`, or kill its process group. */
export async function startProduction(options: ProductionOptions = {}): Promise<Production> {
  const modules = await readBundle();
  const { wrapper, state } = options;
  const config = join(ROOT, "wrangler.toml");
  const { modulesRules: _, ...rest } = workerOptionsOf(config).workerOptions;
  const defined = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const mf = new Miniflare(
    convertV4MiniflareOptions({
      ...defined,
      bindings: { ...readConfig({ config }).vars, ...VARS, ...options.vars },
      // All callers have the same address here.
      ratelimits: { INBOUND_LIMIT: { namespace_id: "1001", simple: { limit: 1_000_000_000, period: 60 } } },
      modulesRoot: dirname(BUNDLE),
      modules: wrapper
        ? [
            {
              type: "ESModule" as const,
              path: join(dirname(BUNDLE), wrapper.name),
              contents: wrapper.source,
            },
            ...modules,
          ]
        : modules,
      handleStructuredLogs: ({ message }: { message: string }) => (options.onLog ?? printTroubles)(message),
      host: HOST,
      port: options.port ?? 0,
      ...(state !== undefined && { resourcePersistencePath: state }),
    }),
  );
  const origin = (await mf.ready).origin;
  const db = await mf.getD1Database("DB");
  await migrate(db);
  return { mf, origin, db, stop: () => mf.dispose() };
}

function printTroubles(line: string): void {
  if (!line.startsWith('{"level":"info"')) console.error(line);
}

/** Applies the migrations that are missing, as wrangler does. */
async function migrate(db: Production["db"]): Promise<void> {
  await db.prepare("CREATE TABLE IF NOT EXISTS proof_migrations (file TEXT PRIMARY KEY)").run();
  const { results } = await db.prepare("SELECT file FROM proof_migrations").all<{ file: string }>();
  const done = new Set(results.map(({ file }) => file));
  for (const file of globSync("migrations/*.sql", { cwd: ROOT }).toSorted()) {
    if (done.has(file)) continue;
    const statements = splitSql(await readFile(join(ROOT, file), "utf8"));
    await db.batch([
      ...statements.map((statement) => db.prepare(statement)),
      db.prepare("INSERT INTO proof_migrations VALUES (?)").bind(file),
    ]);
  }
}

/** A token for these Workers, good for a day. */
export const tokenFor = (claims: Claims): Promise<string> => signToken(claims, 86_400, VARS);
