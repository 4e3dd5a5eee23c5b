import { Agent, type IncomingMessage, request as open } from "node:http";

/** One request of a load. */
export interface Call {
  method: "GET" | "POST";
  path: string;
  headers: Record<string, string>;
  body?: string;
}

/** The result of some seconds of load. */
export interface Load {
  requests: number;
  perSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
}

const AT_PERCENTILE = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;

/** Sends one request and reads its answer. Rejects unless it succeeded, so that fast refusals are not measured. */
export function send(origin: string, agent: Agent, { method, path, headers, body }: Call): Promise<string> {
  return new Promise((resolve, reject) => {
    const bytes = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
    const onResponse = (response: IncomingMessage) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(parts).toString();
        const { statusCode = 0 } = response;
        if (statusCode < 300) resolve(text);
        else reject(new Error(`${method} ${path} was answered ${statusCode}: ${text.slice(0, 300)}`));
      });
    };
    const options = { agent, method, headers: { ...headers, ...bytes, "accept-encoding": "identity" } };
    open(`${origin}${path}`, options, onResponse).on("error", reject).end(body);
  });
}

/** Sends `next()` to `origin` again and again, on so many open connections, for so long, and at least so often. */
export async function load(
  origin: string,
  next: () => Call,
  { connections, ms, atLeast = 0 }: { connections: number; ms: number; atLeast?: number },
): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const latencies: number[] = [];
  const start = performance.now();
  const client = async () => {
    for (let at = performance.now(); at - start < ms || latencies.length < atLeast;) {
      await send(origin, agent, next());
      const now = performance.now();
      latencies.push(now - at);
      at = now;
    }
  };
  try {
    await Promise.all(Array.from({ length: connections }, client));
  } finally {
    agent.destroy();
  }
  const seconds = (performance.now() - start) / 1_000;
  const sorted = latencies.toSorted((a, b) => a - b);
  return {
    requests: latencies.length,
    perSecond: latencies.length / seconds,
    p50: AT_PERCENTILE(sorted, 0.5),
    p99: AT_PERCENTILE(sorted, 0.99),
  };
}
