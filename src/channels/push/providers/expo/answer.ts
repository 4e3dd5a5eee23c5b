import { z } from "zod";
import { HOUR } from "../../../../lib/clock.ts";
import { type Answer, member, retryAfterMs } from "../../../send-kit/http.ts";
import type { ExpoCode } from "./codes.ts";

/** What an HTTP answer of Expo's push service (or its absence) says about the request as a whole. */
export type ExpoAnswer =
  /** Expo took it; `data` holds tickets or receipts, not yet read. */
  | { kind: "data"; data: unknown }
  /** Expo wants the messages in other groups. `projects`: the project of each token, where that was the trouble. */
  | { kind: "refused"; reason: "invalid" | "too_many" }
  | { kind: "refused"; reason: "mixed_projects"; projects: ReadonlyMap<string, string> }
  /** Further requests would fail as well. `afterMs`: the wait that Expo named. */
  | { kind: "failed"; code: ExpoCode; afterMs?: number | undefined };

const LONGEST_PAUSE_MS = HOUR;

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

// Only these blame the request. Any other 4xx (404, 405 …) comes from a wrong URL or a proxy, and no message is at fault.
const BLAMES_THE_REQUEST: ReadonlySet<number> = new Set([400, 413, 422]);

function readRefusal(status: number, code: string, details: Record<string, string[]>): ExpoAnswer | null {
  switch (code) {
    case "TOO_MANY_REQUESTS":
      return { kind: "failed", code: "expo_throttled" };
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

/** Reads an answer. `now`: epoch ms, for a Retry-After that is a date. */
export function readAnswer(answer: Answer, now: number): ExpoAnswer {
  if (answer.kind === "silence")
    return { kind: "failed", code: answer.code === "timeout" ? "expo_timeout" : "expo_unreachable" };
  const { status, headers, body } = answer;
  const afterMs = retryAfterMs(headers, now, LONGEST_PAUSE_MS);
  if (status === 429) return { kind: "failed", code: "expo_throttled", afterMs };
  if (status === 401 || status === 403) return { kind: "failed", code: "expo_unauthorized" };
  if (status >= 500) return { kind: "failed", code: "expo_server_error", afterMs };

  const refused = refusal.safeParse(body);
  if (refused.success) {
    const [{ code, details }] = refused.data.errors;
    const read = readRefusal(status, code, details);
    if (read?.kind === "failed" && read.code === "expo_throttled") return { ...read, afterMs };
    if (read !== null) return read;
  } else {
    const data = member(body, "data");
    if (status === 200 && data !== undefined) return { kind: "data", data };
  }
  return { kind: "failed", code: "expo_bad_response" };
}
