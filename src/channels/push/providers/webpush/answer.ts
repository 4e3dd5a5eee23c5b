import { HOUR, MINUTE } from "../../../../lib/clock.ts";
import { type Answer, retryAfterMs } from "../../../send-kit/http.ts";
import { accepted, type ProviderVerdict } from "../../../send-kit/verdict.ts";
import { verdict } from "./codes.ts";

const LONGEST_WAIT_MS = HOUR;

/**
 * A service may throttle one subscription or all of ours, and does not say which. So the message waits as long as it was
 * told, and the others a minute at most.
 */
const LONGEST_PAUSE_MS = MINUTE;

/**
 * How the services say that a subscription was made with another key: Google (403, text), Mozilla (401, errno 109), Apple.
 * Their other refusals blame the token.
 */
const OTHER_KEY =
  /do not correspond to the credentials used|does not correspond to the sender ID|public key mismatch|VapidPkHashMismatch/i;

/** What the answer to one message means. @param now epoch ms, for a Retry-After that is a date */
export function readAnswer(answer: Answer, now: number): ProviderVerdict {
  if (answer.kind === "silence")
    return verdict(answer.code === "timeout" ? "webpush_timeout" : "webpush_unreachable");
  const { status, headers, text } = answer;
  if (status >= 200 && status < 300) return accepted(null);
  if (status >= 500) return verdict("webpush_server_error", retryAfterMs(headers, now, LONGEST_WAIT_MS));
  switch (status) {
    case 404:
    case 410:
      return verdict("device_not_registered");
    case 413:
      return verdict("message_too_big");
    case 400:
    case 401:
    case 403:
      return verdict(OTHER_KEY.test(text) ? "webpush_other_key" : "webpush_unauthorized");
    // Microsoft's own.
    case 406:
    case 429:
      return throttled(retryAfterMs(headers, now, LONGEST_WAIT_MS));
    default:
      return verdict("webpush_bad_response");
  }
}

function throttled(afterMs: number | undefined): ProviderVerdict {
  const { outcome, health } = verdict("webpush_throttled", afterMs);
  return {
    outcome,
    health:
      health.kind === "throttled"
        ? { kind: "throttled", afterMs: Math.min(health.afterMs, LONGEST_PAUSE_MS) }
        : health,
  };
}
