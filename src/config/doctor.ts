import { checkVariables, givenIn, variableNames } from "./config.ts";
import type { Fault, Given, KnownProviders } from "./provider.ts";
import { isProduction, listedIn } from "./rules.ts";
import { isSecret, mailbox, url } from "./variables.ts";

/** One thing about the configuration, in a sentence. It never holds a secret's value. */
export interface Finding {
  /** `missing`: something does not work until this is mended. `warning`: it works, but should not stay so. */
  level: "ok" | "missing" | "warning";
  what: string;
  /** How to mend it; null where nothing is to be done. */
  fix: string | null;
}

export const ok = (what: string): Finding => ({ level: "ok", what, fix: null });
export const missing = (what: string, fix: string): Finding => ({ level: "missing", what, fix });
export const warning = (what: string, fix: string): Finding => ({ level: "warning", what, fix });

/** The environment of a Worker, as far as it can be seen. */
export interface Patient {
  /** Its variables, secrets and bindings, by name. An empty value is unset. */
  env: object;
  known: KnownProviders;
  /** Secrets that are set, but whose values cannot be read from here. */
  sealed?: readonly string[];
}

/** What `diagnose` knows: variables that it can read, and all that are set. */
interface Chart {
  given: Given;
  /** Like `given`, with the sealed secrets: to ask whether a variable is set. */
  set: Given;
  env: object;
  known: KnownProviders;
}

/**
 * What is configured, what is missing, and what to do: all that the variables alone can tell. The worst comes first.
 * It also works where `readConfig` throws.
 */
export function diagnose({ env, known, sealed = [] }: Patient): Finding[] {
  const given = givenIn(env);
  const set = { ...Object.fromEntries(sealed.map((name) => [name, "sealed"])), ...given };
  const chart = { given, set, env, known };
  const findings = [
    ...faultsIn(chart),
    ...tokensIn(chart),
    ...vaultIn(chart),
    ...addressesIn(chart),
    ...providersIn(chart, "PUSH_PROVIDERS", "Pushes", known.push),
    ...providersIn(chart, "EMAIL_PROVIDERS", "E-mails", known.email),
    ...providersIn(chart, "SMS_PROVIDERS", "Text messages", known.sms),
    ...pumpingIn(chart),
    ...opennessOf(chart),
    ...leftoversIn(chart),
    ...strangersIn(chart),
  ];
  return findings.toSorted((a, b) => SEVERITY[a.level] - SEVERITY[b.level]);
}

const SEVERITY = { missing: 0, warning: 1, ok: 2 } as const satisfies Record<Finding["level"], number>;

/** Where a variable is set. */
function setIt({ set }: Chart, name: string): string {
  if (!isProduction(set)) return `Set ${name} in .dev.vars.`;
  return isSecret(name)
    ? `Run \`npx wrangler secret put ${name}\`.`
    : `Set ${name} under [vars] in wrangler.toml, and deploy.`;
}

/** What `readConfig` refuses. A sealed secret is only known to be there. */
function faultsIn(chart: Chart): Finding[] {
  const { given, set, known } = chart;
  const { wrong } = checkVariables(given, known);
  const { broken } = checkVariables(set, known);
  const seen = wrong.filter(({ variable }) => given[variable] !== undefined || set[variable] === undefined);
  // A variable that is missing for two reasons is named once, with the better reason.
  const reasons = new Map<string, Fault>([...seen, ...broken].map((fault) => [fault.variable, fault]));
  return [...reasons.values()].map(({ variable, problem }) =>
    missing(
      set[variable] === undefined && !broken.some((fault) => fault.variable === variable)
        ? `${variable} is not set.`
        : `${variable}: ${problem}.`,
      setIt(chart, variable),
    ),
  );
}

function tokensIn({ set }: Chart): Finding[] {
  const hasSecret = set["JWT_SECRET"] !== undefined;
  if (hasSecret === (set["JWKS_URL"] !== undefined)) return [];
  return [
    ok(
      hasSecret
        ? "Tokens are verified with JWT_SECRET."
        : "Tokens are verified with the public keys of JWKS_URL.",
    ),
  ];
}

/** Whether secrets of customers can be stored. */
const vaultIn = (chart: Chart): Finding[] =>
  chart.set["SECRETS_KEY"] === undefined
    ? [
        warning(
          "SECRETS_KEY is not set: chat connections and webhook endpoints cannot be stored.",
          setIt(chart, "SECRETS_KEY"),
        ),
      ]
    : [ok("Stored secrets are sealed with SECRETS_KEY.")];

/** Hosts of examples, and of the machine that a program runs on (RFC 2606, RFC 6761). */
const NOWHERE = /(^|\.)(example(\.(com|net|org))?|localhost|local|test|invalid)$|^127\.|^\[::1\]$/;

function addressesIn(chart: Chart): Finding[] {
  const { given } = chart;
  const isReal = isProduction(given);
  const from = mailbox.safeParse(given["EMAIL_FROM"] ?? "").data;
  const link = url.safeParse(given["PUBLIC_URL"]).data;
  const found: Finding[] = [];
  if (from !== undefined) {
    const isExample = isReal && NOWHERE.test(from.address.split("@").at(-1) ?? "");
    found.push(
      isExample
        ? missing(
            `E-mails come from ${from.address}, a domain that cannot be yours.`,
            `${setIt(chart, "EMAIL_FROM")} Its domain must be set up at each provider of EMAIL_PROVIDERS.`,
          )
        : ok(`E-mails come from ${from.address}.`),
    );
  }
  if (link !== undefined) {
    const { hostname, protocol } = new URL(link);
    if (isReal && NOWHERE.test(hostname))
      found.push(
        missing(`Links in messages lead to ${link}, which readers cannot reach.`, setIt(chart, "PUBLIC_URL")),
      );
    else if (isReal && protocol === "http:")
      found.push(
        warning(
          `Links in messages lead to ${link}, without TLS.`,
          `${setIt(chart, "PUBLIC_URL")} It should begin with https.`,
        ),
      );
    else found.push(ok(`Links in messages lead to ${link}.`));
  }
  return found;
}

/** @param variable PUSH_PROVIDERS or EMAIL_PROVIDERS */
function providersIn(chart: Chart, variable: string, what: string, known: KnownProviders["push"]): Finding[] {
  const listed = listedIn(chart.given, variable, known);
  if (listed.length === 0) return [];
  const names = listed.map(([name]) => name).join(", then ");
  const isNothing = listed.every(([, { isForDevelopment }]) => isForDevelopment);
  return [
    ok(`${what} go through ${names}${isNothing ? ", which delivers nothing" : ""}.`),
    ...listed.flatMap(([name, { advised = {}, binding }]) => [
      ...(binding !== undefined && !Object.hasOwn(chart.env, binding)
        ? [
            missing(
              `The provider ${name} has no binding ${binding}.`,
              `Add the binding ${binding} to wrangler.toml (as the repository has it), and deploy.`,
            ),
          ]
        : []),
      ...Object.entries(advised)
        .filter(([advice]) => chart.set[advice] === undefined)
        .map(([advice, lost]) => warning(`${advice} is not set: ${lost}.`, setIt(chart, advice))),
    ]),
  ];
}

/** Text messages cost money: whoever makes us send them to numbers of their own earns it. */
function pumpingIn(chart: Chart): Finding[] {
  const { given, known } = chart;
  if (listedIn(given, "SMS_PROVIDERS", known.sms).length === 0) return [];
  const countries = given["SMS_COUNTRIES"];
  return [
    ok(
      countries === undefined
        ? "Text messages go to the country of the user's organization alone."
        : `Text messages go to ${countries} alone.`,
    ),
  ];
}

/** What anybody may do. On a machine for development all of it is meant to be open. */
function opennessOf({ given }: Chart): Finding[] {
  if (!isProduction(given)) {
    const what = "This is development: contracts may be open, and messages may go nowhere.";
    const link = url.safeParse(given["PUBLIC_URL"]).data;
    return link === undefined || NOWHERE.test(new URL(link).hostname)
      ? [ok(what)]
      : [warning(what, "If others use this service, set ENVIRONMENT to production.")];
  }
  return [
    ...(given["OPEN_CONTRACTS"] === undefined
      ? []
      : [
          warning(
            `Anybody may call these contracts without a token: ${given["OPEN_CONTRACTS"]}.`,
            "Remove OPEN_CONTRACTS from wrangler.toml, unless a gateway in front of the Worker admits only your programs.",
          ),
        ]),
    ...((given["CORS_ORIGINS"] ?? "").split(",").some((origin) => origin.trim() === "*")
      ? [
          warning(
            "Pages of every origin may call the API from a browser.",
            "List your own origins in CORS_ORIGINS.",
          ),
        ]
      : []),
  ];
}

/** Links live as long as the mails that they are in, so the former LINK_SECRET may stay. */
const MAY_STAY = "LINK_SECRET_PREVIOUS";

/** Former secrets of a rotation that is over. */
const leftoversIn = ({ set }: Chart): Finding[] =>
  Object.keys(set)
    .filter((name) => name.endsWith("_PREVIOUS") && name !== MAY_STAY)
    .map((name) =>
      warning(
        `${name} is still accepted.`,
        `When ${name === "SECRETS_KEY_PREVIOUS" ? "a day is over" : "the provider uses the new one"}, run \`npx wrangler secret delete ${name}\`.`,
      ),
    );

/** Variables that nobody reads: a name that is misspelt has no effect, and no other check sees it. */
function strangersIn({ set, known }: Chart): Finding[] {
  const names = variableNames(known);
  return Object.keys(set)
    .filter((name) => !names.includes(name))
    .map((name) =>
      warning(
        `${name} is set, but nothing reads it.`,
        "Correct its name (src/config/README.md has all variables), or remove it.",
      ),
    );
}
