import type { z } from "zod";
import { SECOND } from "../lib/clock.ts";
import type { ContractName } from "./contracts.ts";
import { type Variables, variables } from "./definitions.ts";
import { type Fault, formOf, type Given, type KnownProviders, PROVIDER_TIMEOUT_MS } from "./provider.ts";
import { brokenRules } from "./rules.ts";
import { listOf } from "./variables.ts";

/** The checked configuration: times in milliseconds. */
export interface Config {
  environment: "production" | "development";
  publicUrl: string;
  jwt:
    | { kind: "secret"; secret: string; issuer: string | undefined; audience: string | undefined }
    | { kind: "jwks"; url: string; issuer: string; audience: string };
  linkSecrets: { current: string; previous: string | undefined };
  /** Null: secrets cannot be stored. */
  secretsKeys: { current: string; previous: string | undefined } | null;
  /** Cloudflare Access signs people in to the console; null: it does not. */
  access: { teamDomain: string; audience: string } | null;
  openContracts: ReadonlySet<ContractName>;
  corsOrigins: readonly string[];
  push: {
    /** Names, in order of preference. */
    providers: readonly string[];
    limitPerHour: number;
  };
  email: {
    providers: readonly string[];
    from: { name: string; address: string };
    limitPerHour: number;
  };
  sms: {
    /** Empty: there are no text messages. */
    providers: readonly string[];
    from: string | null;
    limitPerHour: number;
    /** Segments. */
    orgDailyLimit: number;
    /** ISO 3166-1 alpha-2. Empty: the country of the user's organization. */
    countries: readonly string[];
    maxSegments: number;
    helpText: string | null;
    /** US dollars; null: by list. */
    pricePerSegment: number | null;
  };
  /** The providers' variables as they were given. They have been checked; each provider reads its own. */
  providerVariables: Given;
  inApp: { limitPerHour: number };
  chat: { limitPerHour: number };
  /** Units a day. */
  orgDailyQuota: number;
  databaseLimitBytes: number;
  /** Descending. */
  certificationReminderDays: readonly number[];
  /** Local hour, 0–23. */
  digestHour: number;
  /**
   * How long a provider may take to answer. A request that is split takes up to three times as long, and so ends within half
   * a lease: a consumer that has just claimed can send.
   */
  providerTimeoutMs: number;
  leaseMs: number;
  sweepAfterMs: number;
  sendWaitMs: number;
  retentionDays: number;
  tombstoneDays: number;
}

/** A variable is missing or wrong. The message names each, and never its value. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`Configuration: ${problems.join("; ")}`);
    this.name = "ConfigError";
    this.problems = problems;
  }
}

const jwtOf = (v: Variables): Config["jwt"] =>
  v.JWKS_URL !== undefined && v.JWT_ISSUER !== undefined && v.JWT_AUDIENCE !== undefined
    ? { kind: "jwks", url: v.JWKS_URL, issuer: v.JWT_ISSUER, audience: v.JWT_AUDIENCE }
    : {
        kind: "secret",
        secret: v.JWT_SECRET ?? "",
        issuer: v.JWT_ISSUER,
        audience: v.JWT_AUDIENCE,
      };

/** The variables that have a value. Bindings are left out. */
export const givenIn = (env: object): Given =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => typeof value === "string" && value !== ""));

/** The names of all variables that somebody reads. */
export const variableNames = (known: KnownProviders): string[] => [
  ...Object.keys(variables.shape),
  ...Object.keys(formOf(known).shape),
];

/** Of a variable that holds JSON the problem names the member. */
function faultOf({ path: [variable, ...inside], message }: z.core.$ZodIssue): Fault {
  const member = inside.filter((key) => typeof key === "string").join(".");
  return { variable: String(variable), problem: member === "" ? message : `${member} ${message}` };
}

/** Checks each variable for itself, and the rules between them. */
export function checkVariables(given: Given, known: KnownProviders) {
  const form = variables.extend({
    PUSH_PROVIDERS: listOf(Object.keys(known.push), 1),
    EMAIL_PROVIDERS: listOf(Object.keys(known.email), 1),
    SMS_PROVIDERS: listOf(Object.keys(known.sms)),
  });
  const parsed = form.safeParse(given);
  const issues = [...(parsed.error?.issues ?? []), ...(formOf(known).safeParse(given).error?.issues ?? [])];
  const wrong = issues.map(faultOf);
  return { parsed, wrong, broken: brokenRules(given, known) };
}

/**
 * Reads and checks the variables. An empty value is unset.
 * @param known the providers that PUSH_PROVIDERS, EMAIL_PROVIDERS and SMS_PROVIDERS can name, with their variables
 * @throws ConfigError that names every variable that is wrong
 */
export function readConfig(env: object, known: KnownProviders): Config {
  const given = givenIn(env);
  const { parsed, wrong, broken } = checkVariables(given, known);
  const problems = [...wrong, ...broken].map(({ variable, problem }) => `${variable}: ${problem}`);
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  const v = parsed.data;
  return {
    environment: v.ENVIRONMENT,
    publicUrl: v.PUBLIC_URL,
    jwt: jwtOf(v),
    linkSecrets: { current: v.LINK_SECRET, previous: v.LINK_SECRET_PREVIOUS },
    secretsKeys:
      v.SECRETS_KEY === undefined ? null : { current: v.SECRETS_KEY, previous: v.SECRETS_KEY_PREVIOUS },
    access:
      v.ACCESS_TEAM_DOMAIN === undefined || v.ACCESS_AUDIENCE === undefined
        ? null
        : { teamDomain: v.ACCESS_TEAM_DOMAIN, audience: v.ACCESS_AUDIENCE },
    openContracts: new Set(v.OPEN_CONTRACTS),
    corsOrigins: v.CORS_ORIGINS,
    push: {
      providers: v.PUSH_PROVIDERS,
      limitPerHour: v.PUSH_LIMIT_PER_HOUR,
    },
    email: {
      providers: v.EMAIL_PROVIDERS,
      from: v.EMAIL_FROM,
      limitPerHour: v.EMAIL_LIMIT_PER_HOUR,
    },
    sms: {
      providers: v.SMS_PROVIDERS,
      from: v.SMS_FROM ?? null,
      limitPerHour: v.SMS_LIMIT_PER_HOUR,
      orgDailyLimit: v.SMS_ORG_DAILY_LIMIT,
      countries: v.SMS_COUNTRIES,
      maxSegments: v.SMS_MAX_SEGMENTS,
      helpText: v.SMS_HELP_TEXT ?? null,
      pricePerSegment: v.SMS_PRICE_PER_SEGMENT ?? null,
    },
    providerVariables: Object.fromEntries(
      Object.entries(given).filter(([name]) => Object.hasOwn(formOf(known).shape, name)),
    ),
    inApp: { limitPerHour: v.IN_APP_LIMIT_PER_HOUR },
    chat: { limitPerHour: v.CHAT_LIMIT_PER_HOUR },
    orgDailyQuota: v.ORG_DAILY_QUOTA,
    databaseLimitBytes: v.DATABASE_LIMIT_MB * 1_000_000,
    certificationReminderDays: v.CERTIFICATION_REMINDER_DAYS,
    digestHour: v.DIGEST_HOUR,
    providerTimeoutMs: Math.min(PROVIDER_TIMEOUT_MS, (v.LEASE_SECONDS * SECOND) / 6),
    leaseMs: v.LEASE_SECONDS * 1_000,
    sweepAfterMs: v.SWEEP_AFTER_SECONDS * 1_000,
    sendWaitMs: v.SEND_WAIT_SECONDS * 1_000,
    retentionDays: v.RETENTION_DAYS,
    tombstoneDays: v.TOMBSTONE_DAYS,
  };
}
