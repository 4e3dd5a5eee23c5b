/**
 * `npm run deploy`: creates what is missing in the Cloudflare account (the D1 database and the queues of wrangler.toml,
 * dead letters included), migrates the database, then deploys the Worker. Safe to repeat; stops at the first failure.
 * Further arguments go to `wrangler deploy`: `npm run deploy -- --secrets-file FILE`, which a first deployment needs.
 * `--dry-run` only builds into dist/, and needs no account.
 *
 * Log in with `npx wrangler login`, or set CLOUDFLARE_API_TOKEN (and CLOUDFLARE_ACCOUNT_ID, if you have several).
 *
 * Tried: `--dry-run`, and the messages without a login. Not tried, for want of an account: everything that talks to
 * Cloudflare; it was checked against wrangler's help and source. The database needs no `database_id`: wrangler finds it by
 * its name when it migrates and when it deploys.
 */
import { runCommand, UserError } from "./project.ts";
import { hasVariable, readDatabases, readQueues } from "./wrangler-toml.ts";
import { wrangler } from "./wrangler.ts";

const NO_LOGIN = `You are not logged in to Cloudflare: run \`npx wrangler login\`, or set CLOUDFLARE_API_TOKEN.`;

const NO_SECRETS = `The Worker has no secrets yet, and would refuse to start. Write them into a file outside the project, one NAME=value
a line, each at least 32 characters long (\`openssl rand -base64 32\` makes one):

  LINK_SECRET=…    signs the links in messages
  JWT_SECRET=…     verifies tokens; leave it out when JWKS_URL is configured
  SECRETS_KEY=…    seals the secrets of chat connections and webhook endpoints in the database
  VAPID_PRIVATE_KEY=…  only for Web Push: \`npm run vapid\` makes one and its public key

and deploy with: npm run deploy -- --secrets-file FILE`;

const NO_ADDRESS = `Set PUBLIC_URL in wrangler.toml to where the Worker will answer (https://tidings.<your subdomain>.workers.dev, or a domain of
yours): the links in e-mails lead there, and the Worker would refuse to start without it.`;

/** Runs a wrangler command and shows its output. Throws when it fails. */
async function step(title: string, args: readonly string[]): Promise<void> {
  console.log(`\n${title}`);
  const { code } = await wrangler(args, { show: true });
  if (code !== 0)
    throw new UserError(`\nStopped: \`wrangler ${args.join(" ")}\` failed. Nothing after it was done.`);
}

/** Creates a resource unless wrangler finds it. If the look-up failed for another reason, creating it fails too and says why. */
async function ensure(title: string, info: readonly string[], create: readonly string[]): Promise<void> {
  if ((await wrangler(info)).code === 0) console.log(`${title} exists.`);
  else await step(`Creating ${title} …`, create);
}

/** Whether the Worker has secrets in the account. False when there is no such Worker yet. */
async function hasSecrets(): Promise<boolean> {
  const { code, stdout } = await wrangler(["secret", "list", "--format", "json"]);
  return code === 0 && stdout.includes('"LINK_SECRET"');
}

async function deploy(args: readonly string[]): Promise<void> {
  if (!hasVariable("PUBLIC_URL")) throw new UserError(NO_ADDRESS);
  if ((await wrangler(["whoami", "--json"])).code !== 0) throw new UserError(NO_LOGIN);
  if (!args.some((arg) => arg.startsWith("--secrets-file")) && !(await hasSecrets()))
    throw new UserError(NO_SECRETS);

  for (const name of readDatabases())
    await ensure(`Database ${name}`, ["d1", "info", name], ["d1", "create", name]);
  for (const name of readQueues())
    await ensure(`Queue ${name}`, ["queues", "info", name], ["queues", "create", name]);
  await step("Migrating the database …", ["d1", "migrations", "apply", "DB", "--remote"]);
  await step("Deploying …", ["deploy", ...args]);
}

await runCommand(async () => {
  const args = process.argv.slice(2);
  if (args.includes("--dry-run"))
    await step("Building into dist/ …", ["deploy", "--outdir", "dist", ...args]);
  else await deploy(args);
});
