import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { isPassingFault } from "../db/client.ts";
import { ConfigError } from "../config/config.ts";
import { Failure, PROBLEMS, type ProblemCode } from "../lib/failure.ts";
import { createLog, type Log } from "../lib/log.ts";
import type { AppEnv } from "./app-env.ts";
import { reportOf } from "./field-errors.ts";

/** The answer to a request that failed: RFC 9457 problem details. */
function problemResponse(c: Context<AppEnv>, failure: Failure): Response {
  const { status, title } = PROBLEMS[failure.problem];
  const { errors, code, headers, extra } = failure.options;
  const report = errors && reportOf(errors);
  const body = {
    ...extra,
    type: "about:blank",
    title,
    status,
    detail: failure.detail,
    code: code ?? failure.problem,
    request_id: c.get("requestId"),
    ...(report && { errors: report.errors }),
    ...(report?.capped === true && { errors_capped: true }),
  };
  return c.body(JSON.stringify(body), status satisfies ContentfulStatusCode, {
    "content-type": "application/problem+json",
    ...headers,
  });
}

const BY_STATUS: Partial<Record<number, ProblemCode>> = {
  400: "malformed_json",
  401: "unauthorized",
  403: "forbidden",
  404: "not_found",
  413: "payload_too_large",
  415: "unsupported_media_type",
};

const OVERLOADED = /D1 DB is overloaded|Too many requests queued/i;

/** Faults of D1 or of a Durable Object after which a retry may succeed. The platform marks those of objects. */
const isPassing = (error: Error): boolean =>
  isPassingFault(error) ||
  OVERLOADED.test(`${error.message} ${String(error.cause)}`) ||
  ("retryable" in error && error.retryable === true) ||
  ("overloaded" in error && error.overloaded === true);

/** Turns any error into what the caller may know of it. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof HTTPException)
    return new Failure(BY_STATUS[error.status] ?? "internal", error.message || "The request failed.");
  if (error instanceof ConfigError)
    return new Failure("unavailable", "The service is not configured; its log says what is missing.", {
      cause: error,
    });
  if (error instanceof Error && isPassing(error))
    return new Failure("unavailable", "The database did not answer in time. Try again.", {
      cause: error,
      headers: { "retry-after": "5" },
    });
  return new Failure("internal", "The cause is in the log under this request id.", { cause: error });
}

/** Hono's error handler. */
export function handleError(error: Error, c: Context<AppEnv>): Response {
  const failure = asFailure(error);
  logFailure(c, failure, error);
  return problemResponse(c, failure);
}

/** Logs what is a fault of ours, with its cause. */
export function logFailure(c: Context<AppEnv>, failure: Failure, error: Error): void {
  // When the configuration is missing, the request has no log yet.
  const log = (c.get("log") as Log | undefined) ?? createLog({ request_id: c.get("requestId") });
  if (PROBLEMS[failure.problem].status >= 500)
    log.error("request_failed", failure.options.cause ?? error, { route: c.req.routePath });
}
