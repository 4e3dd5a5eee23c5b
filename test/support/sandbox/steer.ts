import { type Context, Hono } from "hono";
import { ConnectionDropped } from "./expo.ts";

/** How one request goes wrong. `accept`: the messages are taken first, so that the sender cannot know. */
export type Fault = { accept?: boolean } & (
  | { kind: "answer"; status: number; body: unknown; headers?: Record<string, string> }
  /** What a proxy shows while the provider is away. */
  | { kind: "html"; status: number }
  /** 200 with something that is not JSON. */
  | { kind: "garbage" }
  /** The connection breaks before an answer. */
  | { kind: "drop" }
  /** No answer until the client gives up. */
  | { kind: "hang" }
);

/** A request that came in, whatever became of it. */
export interface SeenRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: unknown;
}

/** An e-mail that the provider took, in the words of our own interface. */
export interface AcceptedEmail {
  id: string;
  from: string;
  to: string;
  replyTo: string | null;
  subject: string;
  html: string;
  text: string;
  headers: Record<string, string>;
  /** Tags or metadata. */
  tags: Record<string, string>;
  /** Stream or configuration set; null where there is none. */
  stream: string | null;
}

export const rejectOnAbort = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

export function misbehave(fault: Fault, signal: AbortSignal): Response | Promise<never> {
  if (fault.kind === "drop") throw new ConnectionDropped();
  if (fault.kind === "hang") return rejectOnAbort(signal);
  if (fault.kind === "garbage")
    return new Response('{"id":"5', { headers: { "content-type": "application/json" } });
  if (fault.kind === "html")
    return new Response("<html><body><h1>Bad Gateway</h1></body></html>", {
      status: fault.status,
      headers: { "content-type": "text/html" },
    });
  return Response.json(fault.body, { status: fault.status, headers: fault.headers ?? {} });
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** What the sandboxes of the e-mail providers have in common: what they remember, and how they are told to misbehave. */
export function createSteering() {
  const accepted: AcceptedEmail[] = [];
  const requests: SeenRequest[] = [];
  const faults: Fault[] = [];
  const app = new Hono();
  // Hono would make a 500 of it.
  app.onError((error) => {
    throw error;
  });

  return {
    accepted,
    requests,
    app,
    /** The next `times` requests go wrong in this way. */
    failNext(fault: Fault, times = 1) {
      for (let i = 0; i < times; i++) faults.push(fault);
    },
    /** Forgets what was sent and what was planned. */
    forget() {
      accepted.length = requests.length = faults.length = 0;
    },
    /** Handles a request, rightly by `answer`, or as the next fault wants it. */
    async handle(
      context: Context,
      answer: (request: SeenRequest, text: string) => Response | Promise<Response>,
    ) {
      const text = await context.req.text();
      const { method, path } = context.req;
      const request = { method, path, headers: context.req.header(), body: parse(text) };
      requests.push(request);
      const fault = faults.shift();
      if (fault === undefined) return answer(request, text);
      if (fault.accept === true) await answer(request, text);
      return misbehave(fault, context.req.raw.signal);
    },
    /** Like the platform's fetch, but it goes nowhere. */
    fetch: async (url: string, init: RequestInit = {}): Promise<Response> => {
      const answer = Promise.resolve(app.fetch(new Request(url, init)));
      return init.signal ? Promise.race([answer, rejectOnAbort(init.signal)]) : answer;
    },
  };
}

/** The address in `Name <address>`, `"Name" <address>` or a bare address; null for what a mail server would not take. */
export function addressIn(mailbox: unknown): string | null {
  if (typeof mailbox !== "string" || /[\r\n]/.test(mailbox)) return null;
  const named = /^(?:"(?:[^"\\]|\\.)*"|[^"<>@]*)\s*<([^<>]+)>$/.exec(mailbox);
  const address = named?.[1] ?? mailbox;
  return /^[^\s"(),:;<>@[\]\\]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i.test(address) ? address : null;
}

export const domainOf = (address: string): string =>
  address.slice(address.lastIndexOf("@") + 1).toLowerCase();

/** Every tag of SES and Resend: ASCII letters, digits, `_` and `-`, at most 256 characters, for name and value. */
export const isTag = (text: unknown): text is string =>
  typeof text === "string" && /^[\w-]{1,256}$/.test(text);
