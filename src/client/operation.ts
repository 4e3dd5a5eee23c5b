/** What may be said of a single call. */
export interface CallOptions {
  /** Ends the call, and the pause before a further attempt. */
  signal?: AbortSignal;
  /** Instead of one that the client makes: the same key, however often the call is made, is carried out once. */
  idempotencyKey?: string;
  /** `respond-async`, or `wait=N` seconds for the outcome. */
  prefer?: string;
  /** Sent beside what the client sends. */
  headers?: Record<string, string>;
}

/** One operation, as the generated methods describe it. */
export interface Sent {
  method: string;
  path: string;
  query?: object | undefined;
  body?: unknown;
  /** Whether it takes an idempotency key, so that a repeat does nothing again. */
  keyed?: boolean;
}

/** Carries out an operation. */
export type Call = <T>(sent: Sent, options?: CallOptions) => Promise<T>;
