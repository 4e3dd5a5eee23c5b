import { z } from "zod";
import { PUBLIC_CONTRACTS } from "./contracts.ts";
import { count, countries, days, list, listOf, mailbox, secret, sender, url } from "./variables.ts";

/**
 * Every variable that Tidings reads, with its unit and default. Those of the providers are in the providers' folders.
 * Nothing else reads a variable.
 */
export const variables = z.object({
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

export type Variables = z.output<typeof variables>;
