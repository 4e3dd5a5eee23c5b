import { Webhook } from "standardwebhooks";
import { SECOND } from "../../../lib/clock.ts";
import { accepted } from "../../send-kit/verdict.ts";
import { programMessage } from "../kinds/program.ts";
import { verdictOf } from "../verdicts.ts";
import type { ChatProvider } from "./definition.ts";

/**
 * A program of the customer's, by Standard Webhooks 1.0.0. Each attempt has the same `webhook-id`, so that it can leave out
 * what it has seen. 410 says that it wants no more.
 */
export const program: ChatProvider = {
  request: ({ secret, message, facts, madeAt, now }) => {
    if (!("url" in secret) || secret.signing === undefined) return null;
    const body = JSON.stringify(programMessage(message, facts, madeAt));
    return {
      url: secret.url,
      headers: {
        "webhook-id": facts.id,
        "webhook-timestamp": String(Math.floor(now / SECOND)),
        "webhook-signature": new Webhook(secret.signing).sign(facts.id, new Date(now), body),
      },
      body,
    };
  },
  verdict: ({ status }) => {
    if (status >= 200 && status < 300) return accepted(null);
    return verdictOf(
      status === 410 ? "connection_revoked" : status === 413 ? "invalid_message" : "unknown_answer",
    );
  },
};
