import { parseJson } from "../../../../lib/objects.ts";
import type { Webhook } from "../../../feedback/webhook.ts";
import { confirmSubscription } from "./sns-keys.ts";
import { createSnsVerifier, type SnsVerifierOptions } from "./sns.ts";

/** SES's events come through SNS, signed with a certificate of AWS, from a topic that we accept. */
export function createSnsWebhook(options: SnsVerifierOptions): Webhook {
  const verify = createSnsVerifier(options);
  return async (call) => {
    const checked = await verify(await call.text());
    if (!checked.ok)
      return checked.code === "certificate_unavailable"
        ? { kind: "unverifiable" }
        : { kind: "forged", code: checked.code };
    const { message } = checked;
    switch (message.Type) {
      case "SubscriptionConfirmation":
        return {
          kind: "confirmation",
          done: await confirmSubscription(options.fetch, message.SubscribeURL),
        };
      case "UnsubscribeConfirmation":
        return { kind: "nothing" };
      case "Notification":
        // To a new topic SES sends a plain sentence. It gives no events.
        return { kind: "event", payload: parseJson(message.Message) };
    }
  };
}
