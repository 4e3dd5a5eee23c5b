import { type Context, Hono } from "hono";
import { ConnectionDropped } from "../expo.ts";
import { knownAccountOf } from "./account.ts";
import { grant } from "./oauth.ts";
import { problem, type Reply, send } from "./push.ts";
import { createFcmState, type Endpoint, type Fault, type FcmState, type KnownAccount } from "./state.ts";

export interface FcmSandbox extends FcmState {
  app: Hono;
  /** Like the platform's fetch, but it goes nowhere. */
  fetch(url: string, init?: RequestInit): Promise<Response>;
}

const pause = (ms: number) => (ms > 0 ? new Promise<void>((resolve) => setTimeout(resolve, ms)) : undefined);

const rejectOnAbort = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

const reply = ({ status, body, headers = {} }: Reply): Response => Response.json(body, { status, headers });

/** The answer of a request that goes wrong. */
function misbehave(fault: Fault, signal: AbortSignal): Response | Promise<never> {
  switch (fault.kind) {
    case "status": {
      const { status, code, message, retryAfter, details } = fault;
      const headers = retryAfter === undefined ? {} : { "Retry-After": retryAfter };
      return reply({ ...problem(status, message, code, details), headers });
    }
    case "answer":
      return new Response(fault.body, {
        status: fault.status,
        headers: { "Content-Type": "application/json" },
      });
    case "drop":
      throw new ConnectionDropped();
    case "hang":
      return rejectOnAbort(signal);
  }
}

/**
 * Firebase Cloud Messaging (HTTP v1) and the token endpoint of Google's OAuth, as documented
 * (https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages,
 * https://developers.google.com/identity/protocols/oauth2/service-account), and misbehaving when they are told to.
 */
export function createFcmSandbox({
  now = Date.now,
  accounts = [knownAccountOf("tidings-test"), knownAccountOf("kiosk-test")],
}: { now?: () => number; accounts?: readonly KnownAccount[] } = {}): FcmSandbox {
  const state = createFcmState(accounts);
  const app = new Hono();
  // Hono would make a 500 of it.
  app.onError((error) => {
    throw error;
  });

  async function handle(
    context: Context,
    endpoint: Endpoint,
    body: unknown,
    answer: () => Reply | Promise<Reply>,
  ): Promise<Response> {
    state.requests.push({ endpoint, headers: context.req.header(), body, at: now() });
    state.open.now += 1;
    state.open.most = Math.max(state.open.most, state.open.now);
    try {
      const fault = state.takeFault(endpoint);
      await pause(state.settings.latencyMs);
      if (fault === null) return reply(await answer());
      if ("accept" in fault && fault.accept) await answer();
      return await misbehave(fault, context.req.raw.signal);
    } finally {
      state.open.now -= 1;
    }
  }

  app.post("/token", async (context) => {
    // text() warns of what is none.
    const text = new TextDecoder().decode(await context.req.arrayBuffer());
    const form = Object.fromEntries(new URLSearchParams(text));
    return handle(context, "token", form, () => grant(state, form, context.req.url, now()));
  });
  app.post("/v1/projects/:project/:method", async (context) => {
    const { project, method } = context.req.param();
    if (method !== "messages:send") return context.text("Not Found", 404);
    const body: unknown = await context.req.json().catch(() => undefined);
    return handle(context, "send", body, () =>
      send(state, { project, body, authorization: context.req.header("authorization") }, now()),
    );
  });

  return {
    ...state,
    app,
    async fetch(url, init = {}) {
      const answer = Promise.resolve(app.fetch(new Request(url, init)));
      return init.signal ? Promise.race([answer, rejectOnAbort(init.signal)]) : answer;
    },
  };
}
