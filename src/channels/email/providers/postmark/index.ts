import type { Clock } from "../../../../lib/clock.ts";
import { vet } from "../../headers.ts";
import type { EmailProvider } from "../../provider.ts";
import { sendVetted } from "../vetted.ts";
import { createPostmarkClient, type PostmarkClientOptions } from "./client.ts";
import { fromPostmark, POSTMARK_LIMITS, probeOfPostmark, toPostmark } from "./mapping.ts";

export interface PostmarkOptions extends PostmarkClientOptions {
  clock: Clock;
}

/**
 * Postmark. A batch may hold 500 messages; 100 keep a repeat after a time-out small, for there is no idempotency key. No
 * rate limit is documented: the pace is caution.
 */
export function createPostmarkProvider(options: PostmarkOptions): EmailProvider {
  const client = createPostmarkClient(options);
  return {
    name: "postmark",
    pace: { ratePerSecond: 300, burst: 300 },
    maxPerRequest: 100,
    send: (messages) =>
      sendVetted(
        messages.map((message) => vet(message, POSTMARK_LIMITS)),
        async (ready) => {
          const answer = await client.sendBatch(ready.map(toPostmark));
          return fromPostmark(answer, ready.length, options.clock.now());
        },
      ),
    probe: async () => probeOfPostmark(await client.getServer()),
  };
}
