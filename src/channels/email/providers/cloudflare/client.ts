import { PROVIDER_TIMEOUT_MS } from "../../../../config/provider.ts";
import type { ProviderVerdict } from "../../../send-kit/verdict.ts";
import { verdict } from "../verdicts.ts";
import { fromCloudflare, fromCloudflareError, type CloudflareMessage } from "./mapping.ts";

/** The part of a send_email binding (`SendEmail`) that we use. */
export interface EmailBinding {
  send(message: CloudflareMessage): Promise<{ messageId: string }>;
}

/** Sends through the binding. A call cannot be cancelled; after `timeoutMs` its answer is ignored. */
export async function sendThrough(
  binding: EmailBinding,
  message: CloudflareMessage,
  timeoutMs: number = PROVIDER_TIMEOUT_MS,
): Promise<ProviderVerdict> {
  const { promise: timeout, resolve } = Promise.withResolvers<ProviderVerdict>();
  const timer = setTimeout(() => resolve(verdict("timeout")), timeoutMs);
  // The async function also catches what the binding throws before it returns a promise.
  const sent = (async () => fromCloudflare(await binding.send(message)))().catch(fromCloudflareError);
  try {
    return await Promise.race([sent, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
