import { z } from "zod";
import { SECOND } from "../lib/clock.ts";
import { type ContractName, PUBLIC_CONTRACTS } from "./contracts.ts";
import { type Fault, formOf, type Given, type KnownProviders, PROVIDER_TIMEOUT_MS } from "./provider.ts";
import { brokenRules } from "./rules.ts";
import { count, countries, days, list, listOf, mailbox, secret, sender, url } from "./variables.ts";

/**
 * Every variable that Tidings reads, with its unit and default. Those of the providers are in the providers' folders.
 * Nothing else reads a variable.
 */
const variables = z.object({
  /** `production` refuses providers that deliver nothing. */
  ENVIRONMENT: z.enum(["production", "development"]).default("production"),
  /** Base of the links in messages (a cron job has no request to take the host from). Must be set in production. */
  PUBLIC_URL: url.default("http://localhost:8787"),
  /** Secret of HS256 tokens. Either this or JWKS_URL. */
  JWT_SECRET: secret.optional(),
  /** Where the public keys of asymmetric tokens are. Needs JWT_ISSUER and JWT_AUDIENCE. */
  JWKS_URL: z.url({ protocol: /^https?$/ }).optional(),
  JWT_ISSUER: z.string().min(1).optional(),
  JWT_AUDIENCE: z.string().min(1).optional(),
  /** Signs the links in messages. */
  LINK_SECRET: secret,
  /** The former LINK_SECRET, during a rotation: links signed with it still work. */
  LINK_SECRET_PREVIOUS: secret.optional(),
  /** Seals the secrets of chat connections and webhook endpoints in the database. Unset: none can be stored. */
  SECRETS_KEY: secret.optional(),
  /** The former SECRETS_KEY, during a rotation: what it sealed still opens, and is sealed anew within hours. */
  SECRETS_KEY_PREVIOUS: secret.optional(),
  /** Cloudflare Access in front of /console: the team's domain (`acme.cloudflareaccess.com`). Needs ACCESS_AUDIENCE. */
  ACCESS_TEAM_DOMAIN: z.hostname().optional(),
  /** The application's audience tag. Whoever the application's policy lets in is a global_admin in the console. */
  ACCESS_AUDIENCE: z.string().min(1).optional(),
  /** Contracts that accept calls without a token, comma-separated. */
  OPEN_CONTRACTS: listOf(PUBLIC_CONTRACTS),
  /** Origins that browsers may call from, comma-separated; `*` for all. Unset: none. */
  CORS_ORIGINS: z.string().default("").transform(list),
  /** Push providers in order of preference, comma-separated. */
  PUSH_PROVIDERS: z.string().default("").transform(list),
  /** Pushes an hour for one user. */
  PUSH_LIMIT_PER_HOUR: count(60, 100_000),
  /** E-mail providers in order of preference, comma-separated: the next one takes over while one does not work. */
  EMAIL_PROVIDERS: z.string().default("").transform(list),
  /** The sender of e-mails: `Name <address>`. */
  EMAIL_FROM: mailbox,
  /** E-mails an hour for one user. */
  EMAIL_LIMIT_PER_HOUR: count(100, 100_000),
  /** SMS providers in order of preference, comma-separated. Unset: there are no text messages. */
  SMS_PROVIDERS: z.string().default("").transform(list),
  /** The sender of text messages: a number, a Twilio messaging service, or a name. A provider may have one of its own. */
  SMS_FROM: sender.optional(),
  /** Text messages an hour for one user. */
  SMS_LIMIT_PER_HOUR: count(5, 1_000),
  /** Segments of text messages a day (UTC) for one organization. Users without an organization share a limit. */
  SMS_ORG_DAILY_LIMIT: count(200, 10_000_000),
  /** Countries that text messages may go to, comma-separated (`NO,SE`). Unset: the country of the user's organization. */
  SMS_COUNTRIES: countries,
  /** Segments that one text message may have. */
  SMS_MAX_SEGMENTS: count(3, 10),
  /** What HELP is answered with. Unset: nothing, since a provider may answer by itself. */
  SMS_HELP_TEXT: z.string().min(1).max(320).optional(),
  /** US dollars that a segment costs you. Unset: a list price, where one is known. */
  SMS_PRICE_PER_SEGMENT: z.coerce.number().min(0).max(10).optional(),
  /** In-app messages an hour that callers may send to one user. */
  IN_APP_LIMIT_PER_HOUR: count(600, 100_000),
  /** Chat messages an hour for one user, and for one connection of an organization. */
  CHAT_LIMIT_PER_HOUR: count(200, 100_000),
  /** Messages a day (UTC) for one organization; one counts for each 4 KB. Users without an organization share a quota. */
  ORG_DAILY_QUOTA: count(1_000_000, 1_000_000_000),
  /** MB that the database may have: 10,000, or 500 on Workers' free plan. From 80 % on /healthz is degraded. */
  DATABASE_LIMIT_MB: count(10_000, 10_000),
  /** Days before a certificate's expiry at which its owner is reminded. */
  CERTIFICATION_REMINDER_DAYS: days.default([30, 14, 7, 1]),
  /** Local hour of digests and reminders, 0–23. */
  DIGEST_HOUR: z.coerce.number().int().min(0).max(23).default(8),
  /** Seconds for which a claim holds. */
  LEASE_SECONDS: count(60, 900),
  /** How many seconds after its time the sweep looks for a dispatch whose wake-up call was lost (`wake_at`). */
  SWEEP_AFTER_SECONDS: count(120, 3_600),
  /** Seconds that a single or batch send waits for its outcome; 0 for never. */
  SEND_WAIT_SECONDS: z.coerce.number().min(0).max(10).default(3),
  /** Days for which finished dispatches are kept. */
  RETENTION_DAYS: count(60, 3_650),
  /** Days for which an erased user's token cannot create the user again: at least the lifetime of a token. */
  TOMBSTONE_DAYS: count(90, 3_650),
});

type Variables = z.output<typeof variables>;

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
