import { MINUTE } from "../../lib/clock.ts";
import type { Outcome } from "../../delivery/outcome.ts";
import { retryAfterMs } from "../send-kit/http.ts";
import type { ProviderVerdict } from "../send-kit/verdict.ts";
import type { Answered } from "./request.ts";

/** The endpoint has said that it wants no more webhooks. */
export const GONE_STATUS = 410;

export const DISABLED = {
  kind: "unwanted",
  code: "endpoint_disabled",
  message: "The endpoint is disabled",
} as const satisfies Outcome;

export const DELETED = {
  kind: "unwanted",
  code: "endpoint_deleted",
  message: "The endpoint has been deleted",
} as const satisfies Outcome;

/** The URL was allowed when it was stored, and is not any more. */
export const REFUSED_URL = {
  kind: "rejected",
  code: "url_not_allowed",
  message: "No request may go to the endpoint's URL",
} as const satisfies Outcome;

/** It waits for the operator: the key that sealed the secret is not configured. */
export const UNREADABLE_SECRET = {
  kind: "deferred",
  code: "secret_unreadable",
  message: "The endpoint's secret cannot be opened",
  afterMs: 10 * MINUTE,
} as const satisfies Outcome;

const isSuccess = (status: number) => status >= 200 && status < 300;

/**
 * What an answer means. Everything but 2xx is a failure that is tried again, redirects included; 410 ends it. A receiver that
 * answers 4xx is alive, so its other webhooks go on; what fails otherwise counts against it. @param now epoch ms
 */
export function verdictOf(answered: Answered, now: number): ProviderVerdict {
  if (answered.kind === "silence") {
    const message =
      answered.code === "timeout" ? "The endpoint did not answer in time" : "No connection to the endpoint";
    return { outcome: { kind: "retry", code: answered.code, message }, health: { kind: "error" } };
  }
  const { status, headers } = answered;
  if (isSuccess(status)) return { outcome: { kind: "accepted", messageId: null }, health: { kind: "ok" } };
  const code = `http_${status}`;
  if (status === GONE_STATUS) {
    const message = "The endpoint wants no more webhooks";
    return { outcome: { kind: "rejected", code, message }, health: { kind: "ok" } };
  }
  const afterMs = retryAfterMs(headers, now);
  const outcome: Outcome = {
    kind: "retry",
    code,
    message: status < 400 ? "The endpoint answered with a redirect" : `The endpoint answered ${status}`,
    ...(afterMs !== undefined && { afterMs }),
  };
  // It asks for a pause: all of its webhooks wait.
  if (status === 429 || (afterMs !== undefined && status >= 500))
    return { outcome, health: { kind: "throttled", afterMs: afterMs ?? MINUTE } };
  return { outcome, health: { kind: status >= 400 && status < 500 ? "ok" : "error" } };
}
