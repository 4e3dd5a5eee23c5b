import { Webhook } from "standardwebhooks";

/** How a receiver answers one request. */
export type Reaction =
  | { kind: "answer"; status: number; headers?: Record<string, string>; body?: BodyInit }
  /** It takes the webhook, but its answer never comes. */
  | { kind: "silence" }
  /** The connection is reset before anything came. */
  | { kind: "reset" };

/** A webhook as a receiver has seen it. */
export interface Received {
  url: string;
  headers: Headers;
  id: string;
  /** Of the attempt, epoch seconds. */
  timestamp: number;
  body: { type: string; version: number; timestamp: string; data: Record<string, unknown> };
  text: string;
  redirect: string | undefined;
  /** By the library of Standard Webhooks, with the secrets that the receiver has. Null: it has none. */
  isGenuine: boolean | null;
}

/**
 * A customer's receiver of webhooks. It verifies signatures by the library of Standard Webhooks, whose clock the caller sets:
 * the library takes the system's time, so the signature is checked for the time that the headers say.
 */
export function createReceiver() {
  const received: Received[] = [];
  const reactions: Reaction[] = [];
  const secrets: string[] = [];
  let standing: Reaction = { kind: "answer", status: 200 };

  function isGenuine(id: string, timestamp: number, signature: string, text: string): boolean | null {
    if (secrets.length === 0) return null;
    return secrets.some((secret) =>
      signature.split(" ").includes(new Webhook(secret).sign(id, new Date(timestamp * 1_000), text)),
    );
  }

  async function fetch(url: string, init?: RequestInit): Promise<Response> {
    const request = new Request(url, init);
    const text = await request.text();
    const id = request.headers.get("webhook-id") ?? "";
    const timestamp = Number(request.headers.get("webhook-timestamp"));
    const signature = request.headers.get("webhook-signature") ?? "";
    const reaction = reactions.shift() ?? standing;
    if (reaction.kind === "reset") throw new Error("Network connection lost.");
    received.push({
      url,
      headers: request.headers,
      id,
      timestamp,
      body: JSON.parse(text),
      text,
      redirect: init?.redirect,
      isGenuine: isGenuine(id, timestamp, signature, text),
    });
    if (reaction.kind === "silence") {
      const { signal } = init ?? {};
      return new Promise<never>((_, reject) => {
        signal?.addEventListener("abort", () => reject(new Error("aborted")));
      });
    }
    const { status, headers = {}, body = null } = reaction;
    return new Response(body, { status, headers });
  }

  return {
    received,
    /** The secrets that it verifies with. */
    secrets,
    fetch,
    /** The next requests are answered like this, in order. */
    next: (...some: readonly Reaction[]) => void reactions.push(...some),
    /** All others are answered like this. */
    always: (reaction: Reaction) => void (standing = reaction),
    typesOf: () => received.map(({ body }) => body.type),
  };
}
