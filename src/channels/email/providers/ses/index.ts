import type { Pace } from "../../../../delivery/outcome.ts";
import { vet } from "../../headers.ts";
import type { EmailProvider } from "../../provider.ts";
import { inTurn } from "../../../send-kit/report.ts";
import { verdict } from "../verdicts.ts";
import { createSesClient, type SesClientOptions } from "./client.ts";
import { fromSes, probeOfSes, SES_LIMITS, toSes } from "./mapping.ts";

export interface SesOptions extends SesClientOptions {
  /** Its event destinations bring the feedback; without one SES publishes no tags. */
  configurationSet?: string | undefined;
  /** The account's maximum send rate; 14 a second is what accounts start with outside of the sandbox. */
  pace?: Pace | undefined;
}

/**
 * Amazon SES v2, one SendEmail a message: its bulk operation knows only templates rendered by SES. It has no idempotency key,
 * so that a repeat after a time-out may arrive twice.
 */
export function createSesProvider(options: SesOptions): EmailProvider {
  const client = createSesClient(options);
  return {
    name: "ses",
    pace: options.pace ?? { ratePerSecond: 14, burst: 14 },
    maxPerRequest: 1,
    send: (messages) =>
      inTurn(messages, async (message) => {
        const vetted = vet(message, SES_LIMITS);
        if (!vetted.ok) return verdict(vetted.defect);
        const answer = await client.sendEmail(toSes(vetted.message, options.configurationSet));
        return fromSes(answer, options.clock.now());
      }),
    probe: async () => probeOfSes(await client.getAccount()),
  };
}
