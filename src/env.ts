import { z } from "zod";
import { type ContractName, PUBLIC_CONTRACTS } from "./http/contracts.ts";
import type { ProviderGate } from "./gate/durable-object.ts";
import type { UserRateLimiter } from "./rate-limit/durable-object.ts";

/** What the platform hands the Worker: wrangler.toml's bindings, its variables, and the secrets. */
export interface Bindings {
  DB: D1Database;
  ASSETS: Fetcher;
  PUSH_QUEUE: Queue;
  EMAIL_QUEUE: Queue;
  BULK_QUEUE: Queue;
  USER_RATE_LIMITER: DurableObjectNamespace<UserRateLimiter>;
  PROVIDER_GATE: DurableObjectNamespace<ProviderGate>;
  INBOUND_LIMIT: RateLimit;
}

const count = (fallback: number, max: number) => z.coerce.number().int().min(1).max(max).default(fallback);
const secret = z.string().min(32, "must have at least 32 characters");
const url = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ""));
const list = (text: string) =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
const listOf = <T extends string>(values: readonly T[], least = 0) =>
  z
    .string()
    .default("")
    .transform(list)
    .pipe(
      z
        .array(z.string())
        .min(least)
        .pipe(z.array(z.enum(values))),
    );

export const PUSH_PROVIDER_NAMES = ["expo", "log"] as const;

/** Every variable that Tidings reads, its unit and its default. Nothing else reads a variable. */
const variables = z
  .object({
    /** `production` refuses providers that deliver nothing. */
    ENVIRONMENT: z.enum(["production", "development"]).default("production"),
    /** Base of the links in messages, without a trailing slash: a cron has no request to take a host from. */
    PUBLIC_URL: url.default("http://localhost:8787"),
    /** Secret of HS256 tokens. Either this or JWKS_URL. */
    JWT_SECRET: secret.optional(),
    /** Where the public keys of asymmetric tokens are. Needs JWT_ISSUER and JWT_AUDIENCE. */
    JWKS_URL: url.optional(),
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
    /** Seconds for which a claim holds. */
    LEASE_SECONDS: count(60, 900),
    /** Seconds by which `wake_at` is set ahead: how long after its time a lost wake-up is noticed. */
    SWEEP_AFTER_SECONDS: count(120, 3_600),
    /** Seconds that a single or batch send waits for its outcome; 0 for never. */
    SEND_WAIT_SECONDS: z.coerce.number().min(0).max(10).default(3),
    /** Days for which finished dispatches are kept. */
    RETENTION_DAYS: count(60, 3_650),
  })
  .check((context) => {
    const value = context.value;
    const problem = (path: string, message: string) =>
      context.issues.push({ code: "custom", path: [path], message, input: undefined });
    if ((value.JWT_SECRET === undefined) === (value.JWKS_URL === undefined))
      problem("JWT_SECRET", "exactly one of JWT_SECRET and JWKS_URL must be set");
    if (value.JWKS_URL !== undefined && (!value.JWT_ISSUER || !value.JWT_AUDIENCE))
      problem("JWT_ISSUER", "JWKS_URL needs JWT_ISSUER and JWT_AUDIENCE");
    if (value.ENVIRONMENT === "production" && value.PUSH_PROVIDERS.includes("log"))
      problem("PUSH_PROVIDERS", "`log` delivers nothing and is refused in production");
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
    providers: readonly string[];
    expo: { baseUrl: string; accessToken: string | undefined };
    limitPerHour: number;
  };
  leaseMs: number;
  sweepAfterMs: number;
  sendWaitMs: number;
  retentionDays: number;
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

/** Reads and checks the variables; throws a ConfigError that names every one that is wrong. An empty value is unset. */
export function readConfig(env: object): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => typeof value === "string" && value !== ""),
  );
  const parsed = variables.safeParse(given);
  if (!parsed.success)
    throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`));
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
    leaseMs: v.LEASE_SECONDS * 1_000,
    sweepAfterMs: v.SWEEP_AFTER_SECONDS * 1_000,
    sendWaitMs: v.SEND_WAIT_SECONDS * 1_000,
    retentionDays: v.RETENTION_DAYS,
  };
}
