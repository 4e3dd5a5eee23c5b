import type { Config } from "../../../config/config.ts";
import type { Clock } from "../../../lib/clock.ts";
import type { Log } from "../../../lib/log.ts";
import type { EmailProvider } from "../provider.ts";
import { createCloudflareProvider, type EmailBinding } from "./cloudflare/index.ts";
import { createLogProvider } from "./log/index.ts";
import { createPostmarkProvider } from "./postmark/index.ts";
import { createResendProvider } from "./resend/index.ts";
import { createSesProvider } from "./ses/index.ts";

interface Tools {
  fetch: typeof globalThis.fetch;
  clock: Clock;
  log: Log;
  /** Cloudflare's send_email binding; undefined where wrangler.toml has none. */
  binding: EmailBinding | undefined;
}

/** The configured e-mail providers, in order of preference. */
export function createEmailProviders({ email, providerTimeoutMs }: Config, tools: Tools): EmailProvider[] {
  const { fetch, clock, log, binding } = tools;
  const http = { fetch, clock, timeoutMs: providerTimeoutMs };
  const make = {
    ses: () => {
      const { ratePerSecond, ...ses } = email.ses;
      return createSesProvider({ ...http, ...ses, pace: { ratePerSecond, burst: ratePerSecond } });
    },
    resend: () => createResendProvider({ ...http, ...email.resend }),
    postmark: () => createPostmarkProvider({ ...http, ...email.postmark }),
    cloudflare: () => {
      if (binding === undefined)
        throw new Error("The e-mail provider cloudflare needs the send_email binding EMAIL");
      return createCloudflareProvider({ binding, timeoutMs: providerTimeoutMs });
    },
    log: () => createLogProvider({ log }),
  } satisfies Record<(typeof email.providers)[number], () => EmailProvider>;
  return email.providers.map((name) => make[name]());
}
