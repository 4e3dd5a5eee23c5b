import { type Context, Hono } from "hono";
import { failed, getReceipts, recipientCount, type Reply, send } from "./expo-push.ts";
import { createExpoState, type Endpoint, type ExpoState, type Fault } from "./expo-state.ts";

/** Thrown where a server would cut the line: in process it rejects the fetch, over a socket it destroys the socket. */
export class ConnectionDropped extends Error {
  constructor() {
    super("The sandbox dropped the connection.");
    this.name = "ConnectionDropped";
  }
}

export interface ExpoSandbox extends ExpoState {
  app: Hono;
  /** Like the platform's fetch, but it goes nowhere. */
  fetch(url: string, init?: RequestInit): Promise<Response>;
}

export interface ExpoSandboxOptions {
  /** Epoch ms; the system's clock if left out. */
  now?: () => number;
}

const pause = (ms: number) => (ms > 0 ? new Promise<void>((resolve) => setTimeout(resolve, ms)) : undefined);

const rejectOnAbort = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

async function readBody(request: Request): Promise<unknown> {
  const gzip = request.headers.get("content-encoding") === "gzip";
  const stream = gzip ? request.body?.pipeThrough(new DecompressionStream("gzip")) : request.body;
  try {
    return JSON.parse(await new Response(stream ?? null).text());
  } catch {
    return undefined;
  }
}

const reply = ({ status, body, headers }: Reply): Response =>
  Response.json(body, { status, headers: headers ?? {} });

/** The answer that a fault makes of the right one. */
function misbehave(fault: Fault, right: Reply | null, signal: AbortSignal): Response | Promise<never> {
  const retryAfter =
    "retryAfter" in fault && fault.retryAfter !== undefined ? { "Retry-After": fault.retryAfter } : {};
  switch (fault.kind) {
    case "throttle":
      return reply({ ...failed(429, "TOO_MANY_REQUESTS", "Slow down."), headers: retryAfter });
    case "status":
      return reply({ ...failed(fault.status, fault.code, "As the test wants it."), headers: retryAfter });
    case "answer":
      return new Response(fault.body, { status: fault.status, headers: { "Content-Type": fault.type } });
    case "html":
      return new Response("<html><body><h1>Bad Gateway</h1></body></html>", {
        status: fault.status,
        headers: { "Content-Type": "text/html" },
      });
    case "garbage":
      return new Response('{"data":[{"status":"ok","i', { headers: { "Content-Type": "application/json" } });
    case "drop":
      throw new ConnectionDropped();
    case "hang":
      return rejectOnAbort(signal);
    case "tickets": {
      const data = right?.body["data"];
      const tickets: unknown[] = Array.isArray(data) ? data : [data];
      const changed = fault.change < 0 ? tickets.slice(0, -1) : [...tickets, ...tickets.slice(0, 1)];
      return reply({ status: 200, body: { data: changed } });
    }
    case "slow":
      return reply(right ?? failed(500, "INTERNAL_SERVER_ERROR", "Nothing to say."));
  }
}

const takesMessages = (fault: Fault): boolean =>
  fault.kind === "tickets" || fault.kind === "slow" || ("accept" in fault && fault.accept);

/**
 * Expo's push service, as its documentation describes it (https://docs.expo.dev/push-notifications/sending-notifications/),
 * and misbehaving when it is told to. It remembers what it was given.
 */
export function createExpoSandbox({ now = Date.now }: ExpoSandboxOptions = {}): ExpoSandbox {
  const state = createExpoState();
  const app = new Hono();
  // Hono would make a 500 of it.
  app.onError((error) => {
    throw error;
  });

  const authorized = (header: string | undefined) =>
    state.settings.accessToken === null || header === `Bearer ${state.settings.accessToken}`;

  async function handle(context: Context, endpoint: Endpoint): Promise<Response> {
    const body = await readBody(context.req.raw);
    const ids = typeof body === "object" && body !== null && "ids" in body ? body.ids : [];
    const size = endpoint === "send" ? recipientCount(body) : Array.isArray(ids) ? ids.length : 0;
    const headers = context.req.header();
    state.requests.push({ endpoint, size, gzip: headers["content-encoding"] === "gzip", headers, at: now() });

    const fault = state.takeFault(endpoint);
    await pause(state.settings.latencyMs + (fault?.kind === "slow" ? fault.ms : 0));
    const answer = () => {
      if (!authorized(headers["authorization"]))
        return failed(401, "UNAUTHORIZED", "The access token is missing or wrong.");
      return (endpoint === "send" ? send : getReceipts)(state, body, now());
    };
    if (fault === null) return reply(answer());
    return misbehave(fault, takesMessages(fault) ? answer() : null, context.req.raw.signal);
  }

  app.post("/--/api/v2/push/send", (context) => handle(context, "send"));
  app.post("/--/api/v2/push/getReceipts", (context) => handle(context, "receipts"));

  return {
    ...state,
    app,
    async fetch(url, init = {}) {
      const answer = Promise.resolve(app.fetch(new Request(url, init)));
      return init.signal ? Promise.race([answer, rejectOnAbort(init.signal)]) : answer;
    },
  };
}
