import { PROVIDER_TIMEOUT_MS } from "../../../../config/provider.ts";
import type { ProviderVerdict } from "../../../send-kit/verdict.ts";
import { verdict } from "../verdicts.ts";
import { fromCloudflare, fromCloudflareError, type CloudflareMessage } from "./mapping.ts";

/** What is needed of a send_email binding (`SendEmail`). */
export interface EmailBinding {
  send(message: CloudflareMessage): Promise<{ messageId: string }>;
}

/** Sends through the binding. A call cannot be taken back: after `timeoutMs` it is only no longer waited for. */
export async function sendThrough(
  binding: EmailBinding,
  message: CloudflareMessage,
  timeoutMs: number = PROVIDER_TIMEOUT_MS,
): Promise<ProviderVerdict> {
  const { promise: timeout, resolve } = Promise.withResolvers<ProviderVerdict>();
  const timer = setTimeout(() => resolve(verdict("timeout")), timeoutMs);
  // Inside an async function, a binding that throws before it returns a promise is an error like any other.
  const sent = (async () => fromCloudflare(await binding.send(message)))().catch(fromCloudflareError);
  try {
    return await Promise.race([sent, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
