import { type Fault, faultsOf, type Given, type KnownProviders, type ProviderSettings } from "./provider.ts";
import { list } from "./variables.ts";

export const isProduction = (given: Given): boolean =>
  (given["ENVIRONMENT"] ?? "production") === "production";

/**
 * Checks rules that concern several variables. They use the raw variables, so that they also run when one of them is wrong.
 */
export function brokenRules(given: Given, known: KnownProviders): Fault[] {
  const found: Fault[] = [];
  const has = (name: string) => given[name] !== undefined;
  if (has("JWT_SECRET") === has("JWKS_URL"))
    found.push({ variable: "JWT_SECRET", problem: "exactly one of JWT_SECRET and JWKS_URL must be set" });
  for (const name of ["JWT_ISSUER", "JWT_AUDIENCE"])
    if (has("JWKS_URL") && !has(name)) found.push({ variable: name, problem: "is needed with JWKS_URL" });
  for (const [name, other] of [
    ["ACCESS_TEAM_DOMAIN", "ACCESS_AUDIENCE"],
    ["ACCESS_AUDIENCE", "ACCESS_TEAM_DOMAIN"],
  ] as const)
    if (has(name) && !has(other)) found.push({ variable: other, problem: `is needed with ${name}` });
  if (has("SECRETS_KEY_PREVIOUS") && !has("SECRETS_KEY"))
    found.push({ variable: "SECRETS_KEY", problem: "is needed with SECRETS_KEY_PREVIOUS" });
  if (isProduction(given) && !has("PUBLIC_URL"))
    found.push({ variable: "PUBLIC_URL", problem: "is needed in production; links in e-mails lead there" });
  return [
    ...found,
    ...brokenByProviders(given, "PUSH_PROVIDERS", "push", known.push),
    ...brokenByProviders(given, "EMAIL_PROVIDERS", "e-mail", known.email),
    ...brokenByProviders(given, "SMS_PROVIDERS", "SMS", known.sms),
    ...withoutSender(given, known),
    ...faultsOf(given, known),
  ];
}

/** The providers that `variable` (PUSH_PROVIDERS or EMAIL_PROVIDERS) lists, in its order. Names of no provider are left out. */
export const listedIn = (
  given: Given,
  variable: string,
  known: Readonly<Record<string, ProviderSettings>>,
): (readonly [name: string, settings: ProviderSettings])[] =>
  [...new Set(list(given[variable] ?? ""))].flatMap((name) => {
    const settings = Object.hasOwn(known, name) ? known[name] : undefined;
    return settings === undefined ? [] : [[name, settings] as const];
  });

/** A text message needs a sender: SMS_FROM, or the provider's own. */
function withoutSender(given: Given, known: KnownProviders): Fault[] {
  const lacking = listedIn(given, "SMS_PROVIDERS", known.sms).filter(
    ([name, { isForDevelopment = false }]) =>
      !isForDevelopment &&
      given["SMS_FROM"] === undefined &&
      given[`${name.toUpperCase()}_FROM`] === undefined,
  );
  return lacking.length === 0
    ? []
    : [{ variable: "SMS_FROM", problem: "is needed: a text message has a sender" }];
}

/** @param variable PUSH_PROVIDERS, EMAIL_PROVIDERS or SMS_PROVIDERS */
const brokenByProviders = (
  given: Given,
  variable: string,
  kind: string,
  known: Readonly<Record<string, ProviderSettings>>,
): Fault[] =>
  listedIn(given, variable, known).flatMap(
    ([name, { credentials, oneOf = [], isForDevelopment = false }]) => [
      ...(isForDevelopment && isProduction(given)
        ? [{ variable, problem: `\`${name}\` delivers nothing and is refused in production` }]
        : []),
      ...Object.keys(credentials)
        .filter((credential) => given[credential] === undefined)
        .map((credential) => ({
          variable: credential,
          problem: `is needed for the ${kind} provider ${name}`,
        })),
      ...(oneOf.some((credential) => given[credential] !== undefined)
        ? []
        : oneOf.slice(0, 1).map((credential) => ({
            variable: credential,
            problem: `${["it", ...oneOf.slice(1)].join(" or ")} is needed for the ${kind} provider ${name}`,
          }))),
    ],
  );
