import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { type Http2Bindings, type HttpBindings, serve } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { z } from "zod";
import { HOST } from "../../../src/cli/port.ts";
import type { Fault, Provider } from "./faults.ts";
import { byStatus, nextFault, takes, type Weather } from "./faults.ts";
import type { Killer } from "./killer.ts";
import { type Acceptance, answerOf, type Ledger, type ProviderRequest } from "./ledger.ts";
import type { Random } from "./random.ts";

/** What this file needs of a provider's sandbox. */
export interface Sandbox<Item> {
  provider: Provider;
  fetch(request: Request): Response | Promise<Response>;
  /** The messages that it has accepted so far. */
  accepted: Item[];
  read(item: Item): Pick<Acceptance, "dispatch" | "to" | "title">;
  /** Paths under which messages are sent. */
  sends(path: string): boolean;
  /** Whether a status is its whole answer. */
  tellsByStatus?: boolean;
  /** Hears of each message that it has accepted, before the sender does. */
  onAccepted?: (item: Item) => void;
}

export interface ServedProvider {
  url: string;
  weather: Weather;
  close(): Promise<void>;
}

interface Surroundings {
  ledger: Ledger;
  random: Random;
  killer: Killer;
}

/** What the server hands over beside a request. */
type Bindings = HttpBindings | Http2Bindings;

interface Visit {
  request: ProviderRequest;
  isCopy: boolean;
}

/** How long a provider takes, both ends included: long enough for other things to happen meanwhile. */
const USUAL_MS = [2, 30] as const;
const SLOW_MS = [50, 300] as const;

/** Serves a sandbox on a real socket, with faults of a network and of a provider in between. */
export async function serveProvider<Item>(
  sandbox: Sandbox<Item>,
  { ledger, random, killer }: Surroundings,
): Promise<ServedProvider> {
  const visits = new AsyncLocalStorage<Visit>();
  const push = sandbox.accepted.push.bind(sandbox.accepted);
  sandbox.accepted.push = (...items) => {
    const visit = visits.getStore();
    for (const item of items)
      if (visit) ledger.acceptances.push({ ...sandbox.read(item), ...visit, at: Date.now() });
    const count = push(...items);
    for (const item of items) if (visit) sandbox.onAccepted?.(item);
    return count;
  };

  const visit = (request: Request, body: ArrayBuffer, about: Visit) => {
    const { method, headers } = request;
    // Where the service has asked: signatures and tokens name it.
    const url = headers.get("x-chaos-url") ?? request.url;
    const again = new Request(url, { method, headers, ...(method === "POST" && { body }) });
    return visits.run(about, () => sandbox.fetch(again));
  };

  async function handle(request: Request, { incoming, outgoing }: Bindings): Promise<Response> {
    const isSend = sandbox.sends(new URL(request.url).pathname);
    const any = nextFault(random, served.weather);
    const fault = sandbox.tellsByStatus === true ? byStatus(any) : any;
    const seen: ProviderRequest = { provider: sandbox.provider, fault, at: Date.now(), answer: "none" };
    const name = request.headers.get("x-chaos-request") ?? "";
    outgoing.once("finish", () => {
      if (!ledger.givenUp.has(name)) seen.answer = answerOf(fault);
    });
    const body = await request.arrayBuffer();
    if (isSend) {
      ledger.requests.push(seen);
      ledger.named.set(name, seen);
      await killer.reach("asked");
    }
    await sleep(fault === "slow" ? random.int(...SLOW_MS) : random.int(...USUAL_MS));
    const right = takes(fault) ? await visit(request, body, { request: seen, isCopy: false }) : null;
    if (fault === "twice") await visit(request, body, { request: seen, isCopy: true });
    if (isSend && right !== null) {
      await killer.reach("accepted");
      outgoing.once("finish", () => void killer.reach("answered"));
    }
    return right !== null && answerOf(fault) === "whole"
      ? right
      : misbehave(fault, right, incoming, outgoing);
  }

  const served: ServedProvider = { url: "", weather: "calm", close: async () => {} };
  await new Promise<void>((ready) => {
    const server = serve(
      {
        fetch: handle,
        hostname: HOST,
        port: 0,
      },
      ({ port }) => {
        served.url = `http://${HOST}:${port}`;
        ready();
      },
    );
    served.close = () =>
      new Promise((closed) => {
        server.close(() => closed());
        if ("closeAllConnections" in server) server.closeAllConnections();
      });
  });
  return served;
}

/** The answer with this fault. @param right the correct answer; null where nothing was accepted */
async function misbehave(
  fault: Fault,
  right: Response | null,
  incoming: Bindings["incoming"],
  outgoing: Bindings["outgoing"],
): Promise<Response> {
  const json = { "content-type": "application/json" };
  switch (fault.replace("_taken", "")) {
    case "throttled":
      return new Response("{}", { status: 429, headers: { ...json, "retry-after": "5" } });
    case "error":
      return new Response("{}", { status: 500, headers: json });
    case "html":
      return new Response("<html><body><h1>Bad Gateway</h1></body></html>", {
        status: 502,
        headers: { "content-type": "text/html" },
      });
    case "short":
      return new Response(await withoutOne(right), { headers: json });
    case "dropped":
      incoming.socket.destroy();
      return RESPONSE_ALREADY_SENT;
    case "hanging":
      await new Promise((gone) => outgoing.once("close", gone));
      return RESPONSE_ALREADY_SENT;
    default:
      return new Response('{"data":[{"status":"ok","i', { headers: json });
  }
}

/** The answer without the last of its tickets. An answer without a list becomes an empty list. */
async function withoutOne(right: Response | null): Promise<string> {
  const { data } = z.object({ data: z.array(z.unknown()).catch([]) }).parse(await right?.json());
  return JSON.stringify({ data: data.slice(0, -1) });
}
