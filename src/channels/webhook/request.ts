import { Webhook } from "standardwebhooks";
import { SECOND } from "../../lib/clock.ts";
import { readSome } from "../send-kit/read-some.ts";
import { type Fetch, USER_AGENT } from "../send-kit/http.ts";

/** How much of an answer is read: the connection can then be used again. None of it is kept. */
const READ_BYTES = 64 * 1_024;

/** A webhook that is to be sent now. */
export interface Outgoing {
  url: string;
  /** The same for every attempt: receivers leave out what they have seen. */
  id: string;
  /** JSON. */
  body: string;
  /** One; two during a rotation. */
  secrets: readonly string[];
}

/** How a receiver has answered. */
export type Answered =
  | { kind: "answer"; status: number; headers: Headers }
  | { kind: "silence"; code: "timeout" | "network_error" };

/** The headers of Standard Webhooks 1.0.0. @param now the time of this attempt, epoch ms */
function signed({ id, body, secrets }: Outgoing, now: number): Record<string, string> {
  const at = new Date(now);
  return {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(now / SECOND)),
    "webhook-signature": secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(" "),
  };
}

/** Sends a webhook, and waits for the answer no longer than `timeoutMs`. It follows no redirect, and does not throw. */
export async function sendWebhook(
  fetch: Fetch,
  outgoing: Outgoing,
  now: number,
  timeoutMs: number,
): Promise<Answered> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(outgoing.url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "user-agent": USER_AGENT,
        ...signed(outgoing, now),
      },
      body: outgoing.body,
      redirect: "manual",
      signal,
    });
    // The status says all: a receiver that has answered 200 has the webhook, whatever becomes of the rest of its answer.
    await readSome(response, READ_BYTES).catch(() => {});
    return { kind: "answer", status: response.status, headers: response.headers };
  } catch {
    return { kind: "silence", code: signal.aborted ? "timeout" : "network_error" };
  }
}
