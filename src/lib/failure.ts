/** Where a request is wrong: an RFC 6901 pointer into the body, or the name of a query or path parameter. */
export interface FieldError {
  pointer: string;
  detail: string;
  /** Set when several members of a list have the same fault: their number, and the indexes of the first ones. */
  count?: number;
  members?: readonly number[];
}

/** Every way in which a request can fail, with the status and title that the caller sees. */
export const PROBLEMS = {
  invalid_request: { status: 400, title: "The request is not valid" },
  malformed_json: { status: 400, title: "The body is not valid JSON" },
  unauthorized: { status: 401, title: "Authentication is required" },
  forbidden: { status: 403, title: "Not allowed for this role" },
  not_found: { status: 404, title: "Not found" },
  method_not_allowed: { status: 405, title: "This method is not for this address" },
  conflict: { status: 409, title: "Not possible in the present state" },
  gone: { status: 410, title: "Gone" },
  payload_too_large: { status: 413, title: "The body is too large" },
  unsupported_media_type: { status: 415, title: "The body must be JSON" },
  idempotency_key_reused: { status: 422, title: "The idempotency key belongs to another request" },
  rate_limited: { status: 429, title: "Too many requests" },
  internal: { status: 500, title: "Something went wrong" },
  unavailable: { status: 503, title: "Temporarily unavailable" },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

export interface FailureOptions {
  errors?: Iterable<FieldError>;
  /** A more specific code for the problem document (`no_certification`), where callers may want to distinguish cases. */
  code?: string;
  headers?: Readonly<Record<string, string>>;
  /** Further members of the problem document. */
  extra?: Readonly<Record<string, unknown>>;
  cause?: unknown;
}

/** The one type of error that verbs throw on purpose. Anything else is a bug and is answered with a generic 500. */
export class Failure extends Error {
  readonly problem: ProblemCode;
  readonly detail: string;
  readonly options: FailureOptions;

  constructor(problem: ProblemCode, detail: string, options: FailureOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "Failure";
    this.problem = problem;
    this.detail = detail;
    this.options = options;
  }
}

/** The failure that names each bad field of a request. */
export const invalid = (errors: Iterable<FieldError>): Failure =>
  new Failure("invalid_request", "Some fields are missing or wrong; `errors` names each.", { errors });

export const notFound = (what: string): Failure => new Failure("not_found", `There is no such ${what}.`);
