import { z } from "zod";
import { HOUR, MINUTE, SECOND } from "../../../../lib/clock.ts";
import type { ExpoFailure } from "./codes.ts";

/** What an HTTP answer of Expo's push service (or its absence) says about the request as a whole. */
export type ExpoAnswer =
  /** It was taken; `data` holds tickets or receipts, not yet looked at. */
  | { kind: "data"; data: unknown }
  /** Expo wants it otherwise. `projects`: the experience of each token, where that was the trouble. */
  | { kind: "refused"; reason: "invalid" | "too_many" }
  | { kind: "refused"; reason: "mixed_projects"; projects: ReadonlyMap<string, string> }
  | { kind: "throttled"; afterMs: number }
  | { kind: "failed"; code: ExpoFailure; afterMs?: number };

const DEFAULT_PAUSE = MINUTE;
const LONGEST_PAUSE = HOUR;

/** A Retry-After header (RFC 9110, 10.2.3: seconds or a date) in milliseconds, 1 s to 1 h; null without a usable one. */
export function retryAfterMs(header: string | null, now: number): number | null {
  const text = header?.trim() ?? "";
  const wait = /^\d+$/.test(text) ? Number(text) * SECOND : Date.parse(text) - now;
  return Number.isNaN(wait) ? null : Math.min(Math.max(wait, SECOND), LONGEST_PAUSE);
}

const refusal = z.object({
  errors: z.tuple(
    [
      z.object({
        code: z.string().catch(""),
        details: z.record(z.string(), z.array(z.string())).catch({}),
      }),
    ],
    z.unknown(),
  ),
});

// Only these blame the request. Any other 4xx (404, 405 …) is a wrong address or a proxy, and no message's fault.
const BLAMES_THE_REQUEST: ReadonlySet<number> = new Set([400, 413, 422]);

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function readRefusal(status: number, code: string, details: Record<string, string[]>): ExpoAnswer | null {
  switch (code) {
    case "TOO_MANY_REQUESTS":
      return { kind: "throttled", afterMs: DEFAULT_PAUSE };
    case "UNAUTHORIZED":
      return { kind: "failed", code: "expo_unauthorized" };
    case "PUSH_TOO_MANY_NOTIFICATIONS":
      return { kind: "refused", reason: "too_many" };
    case "PUSH_TOO_MANY_EXPERIENCE_IDS": {
      const pairs = Object.entries(details).flatMap(([project, tokens]) =>
        tokens.map((token): [string, string] => [token, project]),
      );
      return { kind: "refused", reason: "mixed_projects", projects: new Map(pairs) };
    }
    default:
      return BLAMES_THE_REQUEST.has(status) ? { kind: "refused", reason: "invalid" } : null;
  }
}

export interface RawAnswer {
  status: number;
  /** The Retry-After header. */
  retryAfter: string | null;
  body: string;
}

/** Makes sense of an answer. `now`: epoch ms, for a Retry-After that is a date. */
export function readAnswer({ status, retryAfter, body }: RawAnswer, now: number): ExpoAnswer {
  const wait = retryAfterMs(retryAfter, now);
  if (status === 429) return { kind: "throttled", afterMs: wait ?? DEFAULT_PAUSE };
  if (status === 401 || status === 403) return { kind: "failed", code: "expo_unauthorized" };
  if (status >= 500)
    return { kind: "failed", code: "expo_server_error", ...(wait !== null && { afterMs: wait }) };

  const json = parse(body);
  const refused = refusal.safeParse(json);
  if (refused.success) {
    const [{ code, details }] = refused.data.errors;
    const answer = readRefusal(status, code, details);
    if (answer?.kind === "throttled" && wait !== null) return { kind: "throttled", afterMs: wait };
    if (answer !== null) return answer;
  } else if (status === 200 && typeof json === "object" && json !== null && "data" in json)
    return { kind: "data", data: json.data };
  return { kind: "failed", code: "expo_bad_response" };
}
