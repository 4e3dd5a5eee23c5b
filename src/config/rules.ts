import { list } from "./variables.ts";

/** Secrets that an e-mail provider cannot do without. */
const CREDENTIALS = {
  ses: ["SES_ACCESS_KEY_ID", "SES_SECRET_ACCESS_KEY"],
  resend: ["RESEND_API_KEY"],
  postmark: ["POSTMARK_TOKEN"],
} as const;

/**
 * What is wrong although each variable by itself may be right. It looks at them as they were given, so that one that is
 * wrong hides no other.
 */
export function brokenRules(given: Readonly<Partial<Record<string, string>>>): string[] {
  const found: string[] = [];
  const has = (name: string) => given[name] !== undefined;
  const lists = (name: string, item: string) => list(given[name] ?? "").includes(item);
  if (has("JWT_SECRET") === has("JWKS_URL"))
    found.push("JWT_SECRET: exactly one of JWT_SECRET and JWKS_URL must be set");
  for (const name of ["JWT_ISSUER", "JWT_AUDIENCE"])
    if (has("JWKS_URL") && !has(name)) found.push(`${name}: is needed with JWKS_URL`);
  if ((given["ENVIRONMENT"] ?? "production") === "production") {
    if (!has("PUBLIC_URL")) found.push("PUBLIC_URL: is needed in production; links in e-mails lead there");
    for (const name of ["PUSH_PROVIDERS", "EMAIL_PROVIDERS"])
      if (lists(name, "log")) found.push(`${name}: \`log\` delivers nothing and is refused in production`);
  }
  for (const [provider, names] of Object.entries(CREDENTIALS))
    for (const name of names)
      if (lists("EMAIL_PROVIDERS", provider) && !has(name))
        found.push(`${name}: is needed for the e-mail provider ${provider}`);
  return found;
}
