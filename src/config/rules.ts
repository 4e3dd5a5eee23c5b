import type { Given, KnownProviders, ProviderSettings } from "./provider.ts";
import { list } from "./variables.ts";

const isProduction = (given: Given): boolean => (given["ENVIRONMENT"] ?? "production") === "production";

/**
 * Checks rules that concern several variables. They use the raw variables, so that they also run when one of them is wrong.
 */
export function brokenRules(given: Given, known: KnownProviders): string[] {
  const found: string[] = [];
  const has = (name: string) => given[name] !== undefined;
  if (has("JWT_SECRET") === has("JWKS_URL"))
    found.push("JWT_SECRET: exactly one of JWT_SECRET and JWKS_URL must be set");
  for (const name of ["JWT_ISSUER", "JWT_AUDIENCE"])
    if (has("JWKS_URL") && !has(name)) found.push(`${name}: is needed with JWKS_URL`);
  for (const [name, other] of [
    ["ACCESS_TEAM_DOMAIN", "ACCESS_AUDIENCE"],
    ["ACCESS_AUDIENCE", "ACCESS_TEAM_DOMAIN"],
  ] as const)
    if (has(name) && !has(other)) found.push(`${other}: is needed with ${name}`);
  if (isProduction(given) && !has("PUBLIC_URL"))
    found.push("PUBLIC_URL: is needed in production; links in e-mails lead there");
  return [
    ...found,
    ...brokenByProviders(given, "PUSH_PROVIDERS", "push", known.push),
    ...brokenByProviders(given, "EMAIL_PROVIDERS", "e-mail", known.email),
  ];
}

/** @param variable PUSH_PROVIDERS or EMAIL_PROVIDERS */
function brokenByProviders(
  given: Given,
  variable: string,
  kind: string,
  known: Readonly<Record<string, ProviderSettings>>,
): string[] {
  const listed = new Set(list(given[variable] ?? ""));
  return Object.entries(known)
    .filter(([name]) => listed.has(name))
    .flatMap(([name, { credentials, isForDevelopment = false }]) => [
      ...(isForDevelopment && isProduction(given)
        ? [`${variable}: \`${name}\` delivers nothing and is refused in production`]
        : []),
      ...Object.keys(credentials)
        .filter((credential) => given[credential] === undefined)
        .map((credential) => `${credential}: is needed for the ${kind} provider ${name}`),
    ]);
}
