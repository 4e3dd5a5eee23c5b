import type { Problem } from "./generated/api.ts";
import { retryAfterMs } from "./retry.ts";

/** Codes that any operation can answer with; many have further ones of their own. */
export type ProblemCode =
  | "invalid_request"
  | "malformed_json"
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "method_not_allowed"
  | "conflict"
  | "gone"
  | "payload_too_large"
  | "unsupported_media_type"
  | "idempotency_key_reused"
  | "rate_limited"
  | "internal"
  | "unavailable"
  | "token_expired"
  | "token_malformed"
  | "token_untrusted"
  | "token_claims_invalid"
  // The client's own: there was no answer, or one that is not Tidings'.
  | "unreachable"
  | "unreadable";

/** A call that has failed for good: what the service says (RFC 9457), or that it did not answer. */
export class TidingsError extends Error {
  override readonly name = "TidingsError";
  /** Of the answer. Null: there was none. */
  readonly status: number | null;
  /** Why, for programs. */
  readonly code: ProblemCode | (string & {});
  /** The whole problem document. Null: the answer was none. */
  readonly problem: Problem | null;
  /** What is wrong with the request: a pointer into the body or a parameter's name, and what about it. */
  readonly errors: NonNullable<Problem["errors"]>;
  /** Finds the request in the service's log. */
  readonly requestId: string | null;
  /** When another attempt may help, in milliseconds; null where the service does not say. */
  readonly retryAfterMs: number | null;

  private constructor(
    message: string,
    told: Pick<TidingsError, "status" | "code" | "problem" | "requestId" | "retryAfterMs">,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = told.status;
    this.code = told.code;
    this.problem = told.problem;
    this.errors = told.problem?.errors ?? [];
    this.requestId = told.requestId;
    this.retryAfterMs = told.retryAfterMs;
  }

  /** Of an answer that is not 2xx. */
  static of(response: Response, text: string): TidingsError {
    const { status, headers } = response;
    const problem = problemIn(text);
    return new TidingsError(problem?.detail ?? `The answer was ${status}`, {
      status,
      code: problem?.code ?? "unreadable",
      problem,
      requestId: problem?.request_id ?? headers.get("x-request-id"),
      retryAfterMs: retryAfterMs(headers.get("retry-after"), Date.now()),
    });
  }

  /** Of a request without an answer. */
  static unreachable({ method, path }: { method: string; path: string }, cause: unknown): TidingsError {
    const told = { status: null, code: "unreachable", problem: null, requestId: null, retryAfterMs: null };
    return new TidingsError(`${method} ${path.split("?")[0]} got no answer`, told, cause);
  }
}

const isProblem = (value: unknown): value is Problem =>
  typeof value === "object" && value !== null && "code" in value && "detail" in value && "status" in value;

function problemIn(text: string): Problem | null {
  try {
    const value: unknown = JSON.parse(text);
    return isProblem(value) ? value : null;
  } catch {
    return null;
  }
}
