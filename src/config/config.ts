import { z } from "zod";
import { type ContractName, PUBLIC_CONTRACTS } from "./contracts.ts";
import { PROVIDER_TIMEOUT_MS } from "../delivery/outcome.ts";
import type { ProviderGate } from "../delivery/gate/durable-object.ts";
import { brokenRules } from "./rules.ts";
import type { EmailBinding } from "../channels/email/providers/cloudflare/index.ts";
import type { OrgQuota } from "../rate-limit/quota/durable-object.ts";
import type { UserInbox } from "../inbox/live/durable-object.ts";
import type { UserRateLimiter } from "../rate-limit/durable-object.ts";
import {
  count,
  days,
  list,
  listOf,
  mailbox,
  secret,
  url,
  webhookCredentials,
  webhookSecret,
} from "./variables.ts";

/** What the platform hands the Worker: wrangler.toml's bindings, its variables, and the secrets. */
export interface Bindings {
  DB: D1Database;
  ASSETS: Fetcher;
  PUSH_QUEUE: Queue;
  EMAIL_QUEUE: Queue;
  BULK_QUEUE: Queue;
  USER_RATE_LIMITER: DurableObjectNamespace<UserRateLimiter>;
  PROVIDER_GATE: DurableObjectNamespace<ProviderGate>;
  USER_INBOX: DurableObjectNamespace<UserInbox>;
  ORG_QUOTA: DurableObjectNamespace<OrgQuota>;
  INBOUND_LIMIT: RateLimit;
  /** Cloudflare Email Service; used when EMAIL_PROVIDERS names `cloudflare`. */
  EMAIL?: EmailBinding;
}

export const PUSH_PROVIDER_NAMES = ["expo", "log"] as const;
export const EMAIL_PROVIDER_NAMES = ["ses", "resend", "postmark", "cloudflare", "log"] as const;

/** Every variable that Tidings reads, its unit and its default. Nothing else reads a variable. */
const variables = z.object({
  /** `production` refuses providers that deliver nothing. */
  ENVIRONMENT: z.enum(["production", "development"]).default("production"),
  /** Base of the links in messages, without a trailing slash: a cron has no request to take a host from. Has no default in production. */
  PUBLIC_URL: url.default("http://localhost:8787"),
  /** Secret of HS256 tokens. Either this or JWKS_URL. */
  JWT_SECRET: secret.optional(),
  /** Where the public keys of asymmetric tokens are. Needs JWT_ISSUER and JWT_AUDIENCE. */
  JWKS_URL: z.url({ protocol: /^https?$/ }).optional(),
  JWT_ISSUER: z.string().min(1).optional(),
  JWT_AUDIENCE: z.string().min(1).optional(),
  /** Signs the links in messages. */
  LINK_SECRET: secret,
  /** While rotating: links signed with this one still work. */
  LINK_SECRET_PREVIOUS: secret.optional(),
  /** Contracts that accept calls without a token, comma-separated. */
  OPEN_CONTRACTS: listOf(PUBLIC_CONTRACTS),
  /** Origins that browsers may call from, comma-separated; `*` for all. Unset: none. */
  CORS_ORIGINS: z.string().default("").transform(list),
  /** Push providers in order of preference, comma-separated. */
  PUSH_PROVIDERS: listOf(PUSH_PROVIDER_NAMES, 1),
  EXPO_BASE_URL: url.default("https://exp.host"),
  /** Only where the Expo project asks for it ("enhanced push security"). */
  EXPO_ACCESS_TOKEN: z.string().min(1).optional(),
  /** Pushes an hour for one user. */
  PUSH_LIMIT_PER_HOUR: count(60, 100_000),
  /** E-mail providers in order of preference, comma-separated: the next one takes over while one rests. */
  EMAIL_PROVIDERS: listOf(EMAIL_PROVIDER_NAMES, 1),
  /** Who e-mails are from: `Name <address>`. */
  EMAIL_FROM: mailbox,
  /** E-mails an hour for one user. */
  EMAIL_LIMIT_PER_HOUR: count(100, 100_000),
  /** In-app messages an hour that callers may send to one user. */
  IN_APP_LIMIT_PER_HOUR: count(600, 100_000),
  /** Messages a day (UTC) for one organization; one counts once for each 4 KB that it stores. Users without one share a quota. */
  ORG_DAILY_QUOTA: count(1_000_000, 1_000_000_000),
  /** MB that the database may have: 10,000, or 500 on Workers' free plan. From 80 % on /healthz is degraded. */
  DATABASE_LIMIT_MB: count(10_000, 10_000),
  SES_REGION: z.string().min(1).default("us-east-1"),
  SES_ACCESS_KEY_ID: z.string().min(1).optional(),
  SES_SECRET_ACCESS_KEY: z.string().min(1).optional(),
  /** Sends its events to SNS, and so to /webhooks/ses. */
  SES_CONFIGURATION_SET: z.string().min(1).optional(),
  /** The account's maximum send rate, e-mails a second. */
  SES_RATE_PER_SECOND: count(14, 10_000),
  SES_ENDPOINT: url.optional(),
  /** Topics that /webhooks/ses listens to, comma-separated ARNs. */
  SES_TOPIC_ARNS: z.string().default("").transform(list),
  RESEND_API_KEY: z.string().min(1).optional(),
  RESEND_BASE_URL: url.default("https://api.resend.com"),
  /** `whsec_…`: signs what comes to /webhooks/resend. */
  RESEND_WEBHOOK_SECRET: webhookSecret.optional(),
  /** While rotating: what is signed with this one is taken too. */
  RESEND_WEBHOOK_SECRET_PREVIOUS: webhookSecret.optional(),
  POSTMARK_TOKEN: z.string().min(1).optional(),
  POSTMARK_BASE_URL: url.default("https://api.postmarkapp.com"),
  /** `user:password` that Postmark sends to /webhooks/postmark. */
  POSTMARK_WEBHOOK_CREDENTIALS: webhookCredentials.optional(),
  /** While rotating: Postmark does not send again what it was refused. */
  POSTMARK_WEBHOOK_CREDENTIALS_PREVIOUS: webhookCredentials.optional(),
  /** Days before a certificate's expiry at which its owner is reminded. */
  CERTIFICATION_REMINDER_DAYS: days.default([30, 14, 7, 1]),
  /** Local hour of digests and reminders, 0–23. */
  DIGEST_HOUR: z.coerce.number().int().min(0).max(23).default(8),
  /** Seconds for which a claim holds. */
  LEASE_SECONDS: count(60, 900),
  /** Seconds by which `wake_at` is set ahead: how long after its time a lost wake-up is noticed. */
  SWEEP_AFTER_SECONDS: count(120, 3_600),
  /** Seconds that a single or batch send waits for its outcome; 0 for never. */
  SEND_WAIT_SECONDS: z.coerce.number().min(0).max(10).default(3),
  /** Days for which finished dispatches are kept. */
  RETENTION_DAYS: count(60, 3_650),
  /** Days for which an erased user's own tokens bring nobody back: at least as long as tokens live. */
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
  openContracts: ReadonlySet<ContractName>;
  corsOrigins: readonly string[];
  push: {
    providers: readonly (typeof PUSH_PROVIDER_NAMES)[number][];
    expo: { baseUrl: string; accessToken: string | undefined };
    limitPerHour: number;
  };
  email: {
    providers: readonly (typeof EMAIL_PROVIDER_NAMES)[number][];
    from: { name: string; address: string };
    limitPerHour: number;
    ses: {
      region: string;
      accessKeyId: string;
      secretAccessKey: string;
      configurationSet: string | undefined;
      endpoint: string | undefined;
      ratePerSecond: number;
      topicArns: readonly string[];
    };
    resend: { apiKey: string; baseUrl: string; webhookSecrets: readonly string[] };
    postmark: { token: string; baseUrl: string; webhookCredentials: readonly string[] };
  };
  inApp: { limitPerHour: number };
  /** Units a day. */
  orgDailyQuota: number;
  databaseLimitBytes: number;
  /** Descending. */
  certificationReminderDays: readonly number[];
  /** Local hour, 0–23. */
  digestHour: number;
  /** How long a provider may take to answer: less than a lease, so that a claim outlives its request. */
  providerTimeoutMs: number;
  leaseMs: number;
  sweepAfterMs: number;
  sendWaitMs: number;
  retentionDays: number;
  tombstoneDays: number;
}

/** A variable is missing or wrong. The message names each, and never its value. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`Configuration: ${problems.join("; ")}`);
    this.name = "ConfigError";
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

const given = (...values: readonly (string | undefined)[]): string[] =>
  values.filter((value) => value !== undefined);

const emailOf = (v: Variables): Config["email"] => ({
  providers: v.EMAIL_PROVIDERS,
  from: v.EMAIL_FROM,
  limitPerHour: v.EMAIL_LIMIT_PER_HOUR,
  ses: {
    region: v.SES_REGION,
    accessKeyId: v.SES_ACCESS_KEY_ID ?? "",
    secretAccessKey: v.SES_SECRET_ACCESS_KEY ?? "",
    configurationSet: v.SES_CONFIGURATION_SET,
    endpoint: v.SES_ENDPOINT,
    ratePerSecond: v.SES_RATE_PER_SECOND,
    topicArns: v.SES_TOPIC_ARNS,
  },
  resend: {
    apiKey: v.RESEND_API_KEY ?? "",
    baseUrl: v.RESEND_BASE_URL,
    webhookSecrets: given(v.RESEND_WEBHOOK_SECRET, v.RESEND_WEBHOOK_SECRET_PREVIOUS),
  },
  postmark: {
    token: v.POSTMARK_TOKEN ?? "",
    baseUrl: v.POSTMARK_BASE_URL,
    webhookCredentials: given(v.POSTMARK_WEBHOOK_CREDENTIALS, v.POSTMARK_WEBHOOK_CREDENTIALS_PREVIOUS),
  },
});

/** Reads and checks the variables; throws a ConfigError that names every one that is wrong. An empty value is unset. */
export function readConfig(env: object): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => typeof value === "string" && value !== ""),
  );
  const parsed = variables.safeParse(given);
  const wrong = (parsed.error?.issues ?? []).map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  const problems = [...wrong, ...brokenRules(given)];
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  const v = parsed.data;
  return {
    environment: v.ENVIRONMENT,
    publicUrl: v.PUBLIC_URL,
    jwt: jwtOf(v),
    linkSecrets: { current: v.LINK_SECRET, previous: v.LINK_SECRET_PREVIOUS },
    openContracts: new Set(v.OPEN_CONTRACTS),
    corsOrigins: v.CORS_ORIGINS,
    push: {
      providers: v.PUSH_PROVIDERS,
      expo: { baseUrl: v.EXPO_BASE_URL, accessToken: v.EXPO_ACCESS_TOKEN },
      limitPerHour: v.PUSH_LIMIT_PER_HOUR,
    },
    email: emailOf(v),
    inApp: { limitPerHour: v.IN_APP_LIMIT_PER_HOUR },
    orgDailyQuota: v.ORG_DAILY_QUOTA,
    databaseLimitBytes: v.DATABASE_LIMIT_MB * 1_000_000,
    certificationReminderDays: v.CERTIFICATION_REMINDER_DAYS,
    digestHour: v.DIGEST_HOUR,
    providerTimeoutMs: Math.min(PROVIDER_TIMEOUT_MS, v.LEASE_SECONDS * 500),
    leaseMs: v.LEASE_SECONDS * 1_000,
    sweepAfterMs: v.SWEEP_AFTER_SECONDS * 1_000,
    sendWaitMs: v.SEND_WAIT_SECONDS * 1_000,
    retentionDays: v.RETENTION_DAYS,
    tombstoneDays: v.TOMBSTONE_DAYS,
  };
}
