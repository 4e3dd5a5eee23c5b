/** Values that a log line may carry: ids, codes, counts. Never addresses, tokens, titles, bodies or secrets. */
export type LogFields = Record<string, string | number | boolean | null | undefined>;

/** Structured logs: one JSON object a line, for Workers Logs. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  /** `cause` is logged with its stack. It is for the operator; callers never see it. */
  error(event: string, cause: unknown, fields?: LogFields): void;
  /** A log that adds `fields` to each line. */
  with(fields: LogFields): Log;
}

const describe = (cause: unknown): LogFields =>
  cause instanceof Error ? { error: cause.message, stack: cause.stack ?? null } : { error: String(cause) };

export function createLog(base: LogFields = {}): Log {
  const line = (level: string, event: string, fields?: LogFields) =>
    JSON.stringify({ level, event, ...base, ...fields });
  return {
    info: (event, fields) => console.log(line("info", event, fields)),
    warn: (event, fields) => console.warn(line("warn", event, fields)),
    error: (event, cause, fields) => console.error(line("error", event, { ...fields, ...describe(cause) })),
    with: (fields) => createLog({ ...base, ...fields }),
  };
}
