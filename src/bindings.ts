import type { AccessTokenKeeper } from "./channels/send-kit/access-tokens/durable-object.ts";
import type { ProviderGate } from "./delivery/gate/durable-object.ts";
import type { UserInbox } from "./inbox/live/durable-object.ts";
import type { UserRateLimiter } from "./rate-limit/durable-object.ts";
import type { OrgQuota } from "./rate-limit/quota/durable-object.ts";

/** What the platform hands the Worker: the bindings of wrangler.toml. Its variables and secrets are read by `readConfig`. */
export interface Bindings {
  DB: D1Database;
  ASSETS: Fetcher;
  PUSH_QUEUE: Queue;
  EMAIL_QUEUE: Queue;
  BULK_QUEUE: Queue;
  HOOKS_QUEUE: Queue;
  USER_RATE_LIMITER: DurableObjectNamespace<UserRateLimiter>;
  PROVIDER_GATE: DurableObjectNamespace<ProviderGate>;
  ACCESS_TOKENS: DurableObjectNamespace<AccessTokenKeeper>;
  USER_INBOX: DurableObjectNamespace<UserInbox>;
  ORG_QUOTA: DurableObjectNamespace<OrgQuota>;
  INBOUND_LIMIT: RateLimit;
  /** Cloudflare Email Service; used when EMAIL_PROVIDERS names `cloudflare`. */
  EMAIL?: SendEmail;
}
