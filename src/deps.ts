import { createChatChannel } from "./channels/chat/adapter.ts";
import { createEmailChannel } from "./channels/email/adapter.ts";
import type { Letterhead } from "./channels/email/compose.ts";
import type { Webhook } from "./channels/feedback/webhook.ts";
import { createProber, type Prober } from "./channels/email/health.ts";
import type { EmailProvider } from "./channels/email/provider.ts";
import { createEmailProviders, createWebhooks, EMAIL_PROVIDERS } from "./channels/email/providers/index.ts";
import { addToTotals } from "./channels/email/totals.ts";
import { createAccessTokens } from "./channels/send-kit/access-tokens/client.ts";
import { createInAppChannel } from "./channels/in-app/adapter.ts";
import { createSmsChannel } from "./channels/sms/adapter.ts";
import { createSmsProviders, createSmsWebhooks, SMS_PROVIDERS } from "./channels/sms/providers/index.ts";
import { createPushChannel } from "./channels/push/adapter.ts";
import type { PushProvider } from "./channels/push/provider.ts";
import { type TokenKinds, tokenKindsOf } from "./channels/push/token-kinds.ts";
import {
  createPushProviders,
  PUSH_PROVIDERS,
  type VapidPublicKey,
  vapidPublicKeys,
} from "./channels/push/providers/index.ts";
import { createWebhookChannel } from "./channels/webhook/adapter.ts";
import type { Ctx } from "./ctx.ts";
import { EVENT_KEYS } from "./events/dedupe-key.ts";
import type { Outbox } from "./dev-outbox/message.ts";
import { openDb, type SessionStart, type Tail } from "./db/client.ts";
import { throughProviders } from "./delivery/deliver.ts";
import type { Bindings } from "./bindings.ts";
import { createVerifyAccess, type VerifyAccess } from "./auth/access-jwt.ts";
import { type Config, readConfig } from "./config/config.ts";
import { createGates } from "./delivery/permit.ts";
import { type Authenticate, createAuthenticate } from "./auth/authenticate.ts";
import { createInboxes } from "./inbox/live/client.ts";
import { type Clock, systemClock } from "./lib/clock.ts";
import { createIds, type Ids } from "./lib/ids.ts";
import { createLog, type Log } from "./lib/log.ts";
import { IS_OVERTAKEN, KEPT, REACTIONS } from "./notifications/reactions.ts";
import { findTriggered, wakeTriggered } from "./outbox/triggered.ts";
import { createQuotas } from "./rate-limit/quota/quotas.ts";
import { chatBudget, emailBudget, pushBudget, smsBudget } from "./rate-limit/budgets.ts";
import { createLimiters } from "./rate-limit/client.ts";
import { type NotificationTypes, traitsOf } from "./content/type.ts";
import { builtInTypes } from "./notifications/registry.ts";

/** What a test may replace: time, randomness, `fetch`, the log, and the notification types. Everything else is real. */
export interface Seams {
  clock: Clock;
  random: () => number;
  fetch: typeof fetch;
  log: Log;
  types: NotificationTypes;
}

/** Everything that is put together once for an isolate. */
export interface Deps extends Seams {
  config: Config;
  bindings: Bindings;
  ids: Ids;
  authenticate: Authenticate;
  /** Who has signed in at Cloudflare Access; null where it is not configured. */
  verifyAccess: VerifyAccess | null;
  pushProviders: readonly PushProvider[];
  tokenKinds: TokenKinds;
  /** What browsers subscribe to Web Push with. */
  vapidPublicKey: VapidPublicKey;
  emailProviders: readonly EmailProvider[];
  probeEmail: Prober;
  /** The verifiers for /webhooks/<provider>; null where it is not configured. */
  webhooks: ReadonlyMap<string, Webhook | null>;
  /** A context on a D1 session that starts where `start` says. */
  open(start: SessionStart, log?: Log): Ctx;
}

/** The one place where things are put together. Throws a ConfigError when a variable is missing or wrong. */
export function createDeps(bindings: Bindings, seams: Partial<Seams> = {}): Deps {
  const config = readConfig(bindings, { push: PUSH_PROVIDERS, email: EMAIL_PROVIDERS, sms: SMS_PROVIDERS });
  const clock = seams.clock ?? systemClock;
  const all: Seams = {
    clock,
    random: seams.random ?? Math.random,
    // Looked up at each call, so that it is always the runtime's own.
    fetch: seams.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    log: seams.log ?? createLog(),
    types: seams.types ?? builtInTypes,
  };
  const ids = createIds(clock);
  const outbox: Outbox | null =
    config.environment === "development"
      ? async (taken) => {
          const { keepTaken } = await import("./dev-outbox/keep.ts");
          await keepTaken({ ids, log: all.log, db: openDb(bindings.DB, "first-primary", all) }, taken);
        }
      : null;
  const accessTokens = createAccessTokens(bindings.ACCESS_TOKENS, clock, all.log);
  const pushProviders = createPushProviders(config, { ...all, outbox, accessTokens });
  const emailProviders = createEmailProviders(config, { ...all, outbox, binding: bindings.EMAIL });
  const letterhead: Letterhead = {
    publicUrl: config.publicUrl,
    from: config.email.from,
    linkSecrets: config.linkSecrets,
  };
  const email = createEmailChannel(emailProviders, emailBudget({ config }), letterhead, all.types);
  const push = createPushChannel(pushProviders, pushBudget({ config }), IS_OVERTAKEN, all.types);
  const smsProviders = createSmsProviders(config, { ...all, outbox });
  const sms = createSmsChannel(
    smsProviders,
    smsBudget({ config }),
    createQuotas(bindings.ORG_QUOTA, clock, config.sms.orgDailyLimit, "sms"),
    config.sms,
    all.types,
  );
  const chat = createChatChannel(chatBudget({ config }), all.types, { ...all, outbox });
  const channels = [
    throughProviders(push),
    throughProviders(email),
    createInAppChannel(all.types),
    throughProviders(chat),
    createWebhookChannel(config, all.fetch),
    ...(smsProviders.length === 0 ? [] : [throughProviders(sms)]),
  ];
  const triggered = findTriggered(channels);
  const shared = {
    config,
    clock,
    ids,
    random: all.random,
    queues: {
      push: bindings.PUSH_QUEUE,
      email: bindings.EMAIL_QUEUE,
      bulk: bindings.BULK_QUEUE,
      hooks: bindings.HOOKS_QUEUE,
    },
    gates: createGates(bindings.PROVIDER_GATE, clock),
    limiters: createLimiters(bindings.USER_RATE_LIMITER, clock),
    quotas: createQuotas(bindings.ORG_QUOTA, clock, config.orgDailyQuota),
    inboxes: createInboxes(bindings.USER_INBOX, clock),
    reactions: REACTIONS,
    channels: new Map(channels.map((channel) => [channel.channel, channel])),
    types: traitsOf(all.types, EVENT_KEYS),
    beforeRemoval: [addToTotals, ...KEPT],
  };
  return {
    ...all,
    config,
    bindings,
    ids,
    authenticate: createAuthenticate(config.jwt, all.fetch),
    verifyAccess: config.access && createVerifyAccess(config.access, all.fetch),
    pushProviders,
    tokenKinds: tokenKindsOf(PUSH_PROVIDERS, pushProviders),
    vapidPublicKey: vapidPublicKeys(config.providerVariables),
    emailProviders,
    probeEmail: createProber(clock.now),
    webhooks: new Map([...createWebhooks(config, all), ...createSmsWebhooks(config)]),
    open: (start, log = all.log) => {
      const tail: Tail<{ id: string }> | null = triggered && {
        statement: triggered,
        done: (found, plain) => wakeTriggered(ctx, found, plain),
      };
      const ctx: Ctx = { ...shared, log, db: openDb(bindings.DB, start, all, tail) };
      return ctx;
    },
  };
}

let made: { from: Bindings; deps: Deps } | undefined;

/** An isolate's deps: made at its first event, since only then are the variables known. */
export function depsOf(env: Bindings): Deps {
  if (made?.from !== env) made = { from: env, deps: createDeps(env) };
  return made.deps;
}
