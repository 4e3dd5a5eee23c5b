import fc from "fast-check";
import { createContractCheck, type OpenApi } from "../../support/contract.ts";
import {
  type Operation,
  operationsOf,
  requestsTo,
  type Things,
  type Wanted,
} from "../../support/requests.ts";
import { type Production, tokenFor } from "../production.ts";
import { createThings } from "./world.ts";

/** Requests to one operation in one world. Each round makes a new world, since requests delete much of it. */
const RUNS_PER_ROUND = 50;

/** Operations that are asked at the same time. */
const AT_ONCE = 8;

export interface Report {
  requests: number;
  operations: number;
  /** Answers by status. */
  byStatus: Record<number, number>;
  /** What was wrong, with the smallest request that shows it. */
  failures: string[];
}

type Send = (operation: Operation, wanted: Wanted) => Promise<void>;

/**
 * Sends about `requests` requests to all operations of the Worker's own /openapi.json. An answer must be one that the
 * document declares for its route and status, an error a problem document, and none a 5xx. `seed` chooses the requests.
 */
export async function runFuzz(
  production: Production,
  { requests, seed, onRound }: { requests: number; seed: number; onRound?: (said: string) => void },
): Promise<Report> {
  const document: OpenApi = await (await fetch(`${production.origin}/openapi.json`)).json();
  // Deleting comes last, so that the others find something.
  const operations = operationsOf(document).toSorted(
    (a, b) => Number(a.method === "DELETE") - Number(b.method === "DELETE"),
  );
  const report: Report = { requests: 0, operations: operations.length, byStatus: {}, failures: [] };
  const send = createSender(production.origin, document, report);
  const rounds = Math.max(1, Math.ceil(requests / operations.length / RUNS_PER_ROUND));
  const numRuns = Math.ceil(requests / operations.length / rounds);
  for (let round = 0; round < rounds && report.failures.length === 0; round++) {
    // /healthz is 503 before the first cron tick.
    await (await production.mf.getWorker()).scheduled({ cron: "* * * * *" });
    const things = await createThings(production, `${seed}_${round}`);
    const waiting = [...operations];
    const worker = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift())
        await fuzz(next, things, send, { seed: seed + round, numRuns }, report);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    onRound?.(`Round ${round + 1} of ${rounds}: ${report.requests} requests`);
  }
  return report;
}

async function fuzz(
  operation: Operation,
  things: Things,
  send: Send,
  options: { seed: number; numRuns: number },
  report: Report,
): Promise<void> {
  const property = fc.asyncProperty(requestsTo(operation, things), (wanted) => send(operation, wanted));
  const result = await fc.check(property, { ...options, endOnFailure: false });
  if (!result.failed) return;
  const [wanted] = result.counterexample ?? [];
  const reason =
    result.errorInstance instanceof Error ? result.errorInstance.message : String(result.errorInstance);
  report.failures.push(
    `${operation.method} ${operation.path}\n${reason}\n${JSON.stringify(wanted, null, 2)}`,
  );
}

function createSender(origin: string, document: OpenApi, report: Report): Send {
  const check = createContractCheck(document);
  const tokens = new Map<string, Promise<string>>();
  const authorization = async (as: Wanted["as"]): Promise<Record<string, string>> => {
    if (as === null) return {};
    const key = JSON.stringify(as);
    const { role, sub, org: org_id } = as;
    const token = tokens.get(key) ?? tokenFor({ role, sub, org_id });
    tokens.set(key, token);
    return { authorization: `Bearer ${await token}` };
  };
  return async ({ method, path }, wanted) => {
    const answer = await fetch(origin + wanted.url, {
      method,
      headers: {
        "content-type": "application/json",
        ...wanted.headers,
        ...(await authorization(wanted.as)),
      },
      ...(wanted.body !== undefined && { body: JSON.stringify(wanted.body) }),
      signal: AbortSignal.timeout(30_000),
    });
    const { status } = answer;
    const contentType = answer.headers.get("content-type");
    const text = await answer.text();
    report.requests += 1;
    report.byStatus[status] = (report.byStatus[status] ?? 0) + 1;
    const body: unknown = contentType?.includes("json") ? JSON.parse(text) : text;
    check({ method, path: wanted.url, status, contentType, body });
    // /healthz may answer 503: it reports that the service is not well.
    if (status >= 500 && path !== "/healthz") throw new Error(`${method} ${wanted.url} → ${status} ${text}`);
  };
}
