import type { Config } from "../../../config/config.ts";
import type { PostmarkCredentials } from "./postmark.ts";
import { createSnsVerifier } from "./sns.ts";
import { confirmSubscription } from "./sns-keys.ts";
import { createSvixVerifier } from "./svix.ts";

/** What tells a provider's webhook from a forgery. Null: not configured; SNS is when it has topics. */
export interface Verifiers {
  verifySns: ReturnType<typeof createSnsVerifier>;
  confirmSns(url: string): Promise<boolean>;
  verifySvix: ReturnType<typeof createSvixVerifier> | null;
  /** Empty: not configured. */
  postmark: readonly PostmarkCredentials[];
}

/** Kept for the life of an isolate, since they remember the keys of certificates. */
export function createVerifiers({ email }: Config, fetch: typeof globalThis.fetch): Verifiers {
  const { webhookSecrets } = email.resend;
  return {
    verifySns: createSnsVerifier({ fetch, topics: email.ses.topicArns }),
    confirmSns: (url) => confirmSubscription(fetch, url),
    verifySvix: webhookSecrets.length === 0 ? null : createSvixVerifier(webhookSecrets),
    postmark: email.postmark.webhookCredentials.map(credentialsOf),
  };
}

function credentialsOf(text: string): PostmarkCredentials {
  const colon = text.indexOf(":");
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
