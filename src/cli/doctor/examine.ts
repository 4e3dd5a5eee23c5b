import { EMAIL_PROVIDERS } from "../../channels/email/providers/index.ts";
import { PUSH_PROVIDERS } from "../../channels/push/providers/index.ts";
import { SMS_PROVIDERS } from "../../channels/sms/providers/index.ts";
import { variableNames } from "../../config/config.ts";
import { diagnose, type Finding, missing } from "../../config/doctor.ts";
import { isSecret } from "../../config/variables.ts";
import { checkDatabase, checkQueues, readSecrets } from "./account.ts";
import type { Ask } from "./ask.ts";
import { checkEmail } from "./email.ts";
import type { Plan } from "./plan.ts";
import { checkService } from "./service.ts";

const known = { push: PUSH_PROVIDERS, email: EMAIL_PROVIDERS, sms: SMS_PROVIDERS };

const envOf = ({ vars, bindings }: Plan): object => ({
  ...vars,
  ...Object.fromEntries(bindings.map((name) => [name, {}])),
});

/** Secrets that nobody can see from here are taken to be set: that they could not be seen is said once. */
const unseenSecrets = ({ vars }: Plan): string[] =>
  variableNames(known)
    .filter((name) => isSecret(name) && !name.endsWith("_PREVIOUS"))
    .filter((name) => name !== "JWT_SECRET" || vars["JWKS_URL"] === undefined);

const exposedIn = ({ vars }: Plan): Finding[] =>
  Object.keys(vars)
    .filter(isSecret)
    .map((name) =>
      missing(
        `${name} is a secret, and stands in wrangler.toml for all to read.`,
        `Remove it there, make a new one, and run \`npx wrangler secret put ${name}\`.`,
      ),
    );

const NOT_LOGGED_IN = missing(
  "You are not logged in to Cloudflare: what the account has was not looked at, nor the secrets.",
  "Run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN (and CLOUDFLARE_ACCOUNT_ID, if you have several accounts).",
);

/** Examines wrangler.toml, the account and the service. */
export async function examine(plan: Plan, ask: Ask, get: typeof fetch, now: number): Promise<Finding[]> {
  const configured = (sealed: readonly string[]) => [
    ...diagnose({ env: envOf(plan), known, sealed }),
    ...exposedIn(plan),
  ];
  if ((await ask(["whoami", "--json"])).code !== 0)
    return [NOT_LOGGED_IN, ...configured(unseenSecrets(plan))];
  const { names, findings } = await readSecrets(ask, plan);
  const [database, queues, email, service] = await Promise.all([
    checkDatabase(ask, plan),
    checkQueues(ask, plan),
    checkEmail(ask, plan),
    names === null ? [] : checkService(plan.vars["PUBLIC_URL"], get, now),
  ]);
  return [
    ...configured(names ?? unseenSecrets(plan)),
    ...findings,
    ...database,
    ...queues,
    ...email,
    ...service,
  ];
}

/** Examines the configuration of `npm start`. */
export const examineLocally = (plan: Plan, devVars: Readonly<Record<string, string>>): Finding[] =>
  diagnose({ env: { ...envOf(plan), ...devVars }, known });
